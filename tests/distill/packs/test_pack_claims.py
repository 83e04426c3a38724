"""What a pack says of its expert's exam, verdict and thresholds: whole, and never more than is asked for."""

from pathlib import Path

import pytest
from hypothesis import given
from tests.distill.packs.claim_making import VERSION, any_claims, told
from tests.distill.packs.pack_making import HERE, files_below, opened, small_pack
from tests.distill.packs.test_pack_tampering import packed, parts_of, refusal_of, resigned
from tests.evals.exam_reports import ATTACK, a_report

from teaegg.core.errors import PackRefusal
from teaegg.core.settings import AnswerSettings, Settings
from teaegg.distill.packs.claims import AnsweringRules, Claims, report_files
from teaegg.distill.packs.opening import Here
from teaegg.distill.packs.reporting import reported
from teaegg.distill.packs.signing import PublicKey

MADE_BY_FORMAT_1 = Path(__file__).with_name("made_by_format_1.teaegg")
_ITS_KEY = PublicKey.parse("RWRmb3JtYXQtMQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")


@pytest.fixture(scope="module")
def claiming(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A pack with a report, a verdict and thresholds."""
    claims, files = told()
    return small_pack(tmp_path_factory.mktemp("claims"), claims=claims, told=files).read_bytes()


def test_report_verdict_scene_and_thresholds_come_out_as_they_went_in(
    claiming: bytes, tmp_path: Path
) -> None:
    claims, files = told()
    (tmp_path / "pack.teaegg").write_bytes(claiming)
    found = opened(tmp_path / "pack.teaegg", into=tmp_path / "out")
    assert found.manifest.claims == claims
    assert set(found.manifest.told) == set(files) < set(files_below(tmp_path / "out"))
    page = (tmp_path / "out/report/figures.zh.html").read_bytes()
    assert page == files["report/figures.zh.html"]


def test_no_claim_file_can_be_altered_or_left_out(claiming: bytes, tmp_path: Path) -> None:
    parts = parts_of(claiming)
    for name, content in parts[2:]:
        better = content.replace(b"4", b"9", 1) if b"4" in content else content + b" "
        swapped = [(each, better if each == name else old) for each, old in parts]
        assert refusal_of(packed(swapped), tmp_path).reason == "tampered"
        without = [part for part in parts if part[0] != name]
        assert refusal_of(packed(without), tmp_path).reason == "tampered"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"version": 1,', b'"version": 2,', "newer_format"),
        (b'"version": 1,', b'"version": 2, "politeness": 3,', "newer_format"),
        (b'"version": 1,', b'"version": "1",', "damaged"),
        (b'"version": 1,', b"", "damaged"),
        (b'"only_quotes"', b'"no_quotes"', "damaged"),
        (b'"abstain_below": 0.38', b'"abstain_below": 1.38', "damaged"),
        (b'"passes": true', b'"passes": "perhaps"', "damaged"),
        (b'"detail": "figures"', b'"detail": "items"', "tampered"),
    ],
)
def test_even_signed_claims_must_be_known_here_and_hold_together(
    claiming: bytes, tmp_path: Path, old: bytes, new: bytes, reason: PackRefusal
) -> None:
    (name, text), *rest = parts_of(claiming)
    assert text.count(old) == 1
    changed = resigned([(name, text.replace(old, new)), *rest])
    assert refusal_of(changed, tmp_path).reason == reason


def test_a_pack_made_before_there_were_claims_still_opens(tmp_path: Path) -> None:
    """`small_expert`, written and signed by the version before."""
    here = Here(base=HERE.base, signers=(("acme", _ITS_KEY),))
    found = opened(MADE_BY_FORMAT_1, here, into=tmp_path / "out")
    assert (found.manifest.format, found.manifest.claims) == ("teaegg-pack/1", Claims())
    assert found.manifest.told == ()
    assert (tmp_path / "out/exam.json").exists()


def test_a_report_in_figures_holds_no_word_of_an_item_and_the_other_every_one() -> None:
    report = a_report()
    claim, files = reported(report, VERSION, "items")
    assert (claim.items, claim.signed, claim.counted) == (30, 24, 23)
    assert claim.candidate.score is not None and claim.gain is not None
    assert set(files) == {*report_files("figures"), *report_files("items")} == set(claim.files())
    words = ("Which one, 3?", "机械密封多久检查一次", "The seal is checked", "every 500 hours")
    for name, content in files.items():
        for word in words:
            is_there = word.encode() in content
            # Markdown shows no passages, only questions and replies.
            assert is_there == (name.startswith("report/items.")) or word == words[2]
        assert ATTACK.encode() not in content
    assert reported(report, VERSION, "figures")[0].files() == report_files("figures")


@given(any_claims())
def test_less_can_always_be_told(claims: Claims) -> None:
    bare = claims.in_figures().unnamed()
    assert not [name for name in bare.files() if "items" in name]
    assert set(bare.files()) <= set(claims.files())
    if bare.gate and bare.gate.approval:
        assert (bare.gate.approval.by, bare.gate.approval.why) == ("", "")
    assert bare.answering == claims.answering


def test_thresholds_are_those_of_the_settings() -> None:
    usual = dict(AnsweringRules.of(Settings()).thresholds())
    strict = AnsweringRules.of(Settings(answers=AnswerSettings(abstain_below=0.9)))
    changed = {name for name, value in strict.thresholds() if value != usual[name]}
    assert changed == {"abstain_below"}
    assert "only_quotes" in strict.guard
