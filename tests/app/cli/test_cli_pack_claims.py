"""What goes with a pack beside the expert: its scene, exam, verdict and thresholds; and what that counts."""

import asyncio
import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from tests.app.cli.conftest import CommandLine
from tests.app.cli.test_cli_packs import PackCommandLine, write_base
from tests.expert_making import make_dataset, make_expert, write_export
from tests.release_making import make_exam, records_of, sit

from teaegg.app.configuration import load_settings
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.experts import Expert
from teaegg.core.ids import content_hash
from teaegg.core.scenes import Scene, SceneExam
from teaegg.models.local import fingerprint
from teaegg.scenes.reading import read_scene

SCENE = Scene(
    "leave", "休假专家", "全体员工", "年假怎么算？", ("handbook",),
    style="只用原文作答。", exam=SceneExam(pass_mark=0.8), owner="wang",
)  # fmt: skip
QUESTION, ANSWER = "第3问？", "答案3"
"""Of `make_exam`: words that stand in the exam and nowhere else."""


class ExaminedCommandLine(PackCommandLine):
    """With experts of a scene on record, and sittings of its exam."""

    def examined(self, folder: Path, *, right: float = 1.0, seed: str = "1") -> Expert:
        """An expert that sat the exam beside the bare base."""
        return asyncio.run(self._examined(folder, right, seed))

    async def _examined(self, folder: Path, right: float, seed: str) -> Expert:
        expert = make_expert("leave", seed, base=fingerprint(self.base))
        recipe = json.dumps({"scene": asdict(SCENE), "seed": 7}, ensure_ascii=False)
        async with self._open(load_settings({"TEAEGG_HOME": str(self.home)})) as workspace:
            (handbook,) = await workspace.documents(LOCAL_OWNER, collection="handbook")
            await workspace.experts.register(
                LOCAL_OWNER,
                write_export(folder / f"export{seed}", seed),
                expert,
                await workspace.experts.training_documents(LOCAL_OWNER, [handbook.id]),
                scene=SCENE,
                dataset=replace(make_dataset(expert), recipe=recipe),
                training={},
            )
        async with records_of(self.home) as database:
            await sit(database, make_exam("leave", 40), expert.id, right=right)
            await sit(database, make_exam("leave", 40), right=0.2)
        return expert

    def packed(self, target: Path, *options: str) -> bytes:
        self.done("pack", "leave", "-o", str(target), *options)
        return target.read_bytes()


@pytest.fixture
def maker(company: CommandLine, tmp_path: Path) -> ExaminedCommandLine:
    line = ExaminedCommandLine(company, write_base(tmp_path / "base.gguf", "Small base"))
    line.done("gate", "policy", "--first")
    line.keys()
    return line


@pytest.fixture
def receiver(maker: ExaminedCommandLine, tmp_path: Path) -> ExaminedCommandLine:
    """Another company that trusts the maker."""
    other = CommandLine(tmp_path / "other")
    other.environment["TEAEGG_HOME"] = str(other.home)
    line = ExaminedCommandLine(other, maker.base)
    line.keys()
    line.done("signer", "trust", "acme", maker.done("signer", "show", "--json").data["signer"])
    return line


def recipient_of(line: PackCommandLine) -> str:
    return str(line.done("signer", "show", "--json").data["recipient"])


def test_a_pack_says_how_its_expert_did_and_that_counts_for_nothing_where_it_arrives(
    maker: ExaminedCommandLine, receiver: ExaminedCommandLine, tmp_path: Path
) -> None:
    made = maker.examined(tmp_path)
    maker.done("release", "leave", "--why", "考试通过，王芳已看过")
    pack = tmp_path / "leave.teaegg"
    maker.packed(pack, "--to", recipient_of(receiver))
    told = receiver.done("verify", str(pack)).out
    assert "Said by acme (key " in told and "not proven here" in told
    assert "Exam of leave (leave " in told and "40 items, 0 signed, 40 count" in told
    assert "100.0 (" in told and "20.0 (" in told and "+80.0 points" in told
    assert "passed on " in told and "against the bare base" in told
    assert "local-owner: 考试通过，王芳已看过" in told
    taken = receiver.done("unpack", str(pack)).out
    assert "candidate, for owners only" in taken and "Said by acme (key " in taken
    shown = receiver.done("expert", "show", "leave").out
    assert "Said by acme, not proven here" in shown and "figures.zh.html" in shown
    place = receiver.home / "experts" / made.id
    assert str(place) in shown.replace("\n", "")
    assert read_scene(place / "scene.yaml") == replace(SCENE, owner="")
    verdict = json.loads((place / "gate/verdict.json").read_text())
    assert verdict["passes"] is True and verdict["found"]["findings"][0]["outcome"] == "better"
    claims = receiver.done("expert", "show", "leave", "--json").data["claims"]
    assert (claims["signer"], claims["gate"]["verdict"]) == ("acme", verdict["verdict"])
    assert all(Path(name).is_file() for name in claims["files"])
    # A claim opens no door: there is no exam here, and so no verdict and no release.
    assert receiver.done("expert", "list", "--json").data[0]["state"] == "candidate"
    assert receiver("release", "leave", "--why", "acme says so").code == 3
    assert receiver("release", made.id, "--why", "acme says so").code == 3
    assert receiver.done("releases", "--json").data["releases"] == []
    assert "no exam of leave" in receiver("gate", "explain", "leave").err


def test_a_verdict_that_was_given_elsewhere_is_no_verdict_here(
    maker: ExaminedCommandLine, receiver: ExaminedCommandLine, tmp_path: Path
) -> None:
    """Even with the same exam here the expert must sit it here."""
    maker.examined(tmp_path)
    maker.done("release", "leave", "--why", "passed")
    maker.packed(tmp_path / "leave.teaegg")
    receiver.done("unpack", str(tmp_path / "leave.teaegg"))
    asyncio.run(_kept(receiver.home))
    refused = receiver("release", "leave", "--why", "acme says so")
    assert refused.code == 1 and "has not sat" in refused.err


async def _kept(home: Path) -> None:
    async with records_of(home) as database:
        await sit(database, make_exam("leave", 40), right=0.2)


def test_a_pack_for_everybody_holds_no_word_of_the_exam_nor_of_who_approved(
    maker: ExaminedCommandLine, tmp_path: Path
) -> None:
    maker.examined(tmp_path)
    maker.done("release", "leave", "--why", "王芳看过，同意")
    pack = maker.packed(tmp_path / "leave.teaegg")
    for word in (QUESTION, ANSWER, "王芳看过", "local-owner", SCENE.owner):
        assert word.encode() not in pack
    told = maker.done("verify", str(tmp_path / "leave.teaegg"), "--json").data["claims"]
    assert told["exam"]["candidate"]["score"] == 1 and told["exam"]["detail"] == "figures"
    assert told["gate"]["approval"]["number"] == 1 and told["gate"]["approval"]["by"] == ""


def test_items_go_with_a_pack_only_when_they_are_asked_for_by_name(
    maker: ExaminedCommandLine, tmp_path: Path
) -> None:
    maker.examined(tmp_path)
    whole = maker.packed(tmp_path / "items.teaegg", "--report", "items")
    assert QUESTION.encode() in whole and ANSWER.encode() in whole
    none = maker.packed(tmp_path / "none.teaegg", "--report", "none")
    assert b"report/" not in none and b"Exam of leave" not in none
    told = maker.done("verify", str(tmp_path / "none.teaegg"), "--json").data
    assert told["claims"]["exam"] is None and told["claims"]["answering"]["version"] == 1
    secret = tmp_path / "secret.teaegg"
    refused = maker("pack", "leave", "-o", str(secret), "--report", "items", "--no-titles")
    assert refused.code == 2 and "quote the documents" in refused.err
    assert not secret.exists()
    bare = maker.packed(secret, "--no-titles")
    for word in ("员工手册", QUESTION, ANSWER):
        assert word.encode() not in bare


def test_a_report_shows_the_expert_and_its_baseline_and_nobody_else(
    maker: ExaminedCommandLine, tmp_path: Path
) -> None:
    other = maker.examined(tmp_path, right=0.9, seed="2")
    made = maker.examined(tmp_path)
    maker.done("pack", made.id, "-o", str(tmp_path / "leave.teaegg"), "--report", "items")
    pack = (tmp_path / "leave.teaegg").read_bytes()
    assert f"expert:{made.id[:12]}".encode() in pack
    assert other.id[:12].encode() not in pack
    claims = maker.done("verify", str(tmp_path / "leave.teaegg"), "--json").data["claims"]
    assert claims["gate"] is None and claims["exam"]["baseline"]["name"] == "base"


def test_an_expert_that_failed_or_never_sat_says_no_more_than_that(
    maker: ExaminedCommandLine, tmp_path: Path
) -> None:
    maker.examined(tmp_path, right=0.2)
    assert maker("release", "leave", "--why", "hope").code == 1
    maker.packed(tmp_path / "failed.teaegg")
    told = maker.done("verify", str(tmp_path / "failed.teaegg")).out
    assert "not passed on " in told and "never" in told
    bare = maker.made_for(tmp_path, seed="3")
    maker.done("pack", bare.id, "-o", str(tmp_path / "bare.teaegg"))
    said = maker.done("verify", str(tmp_path / "bare.teaegg"), "--json").data
    claims = said["claims"]
    assert (claims["exam"], claims["gate"], claims["answering"]["version"]) == (None, None, 1)
    assert "scene.yaml" not in [file["name"] for file in said["files"]]


def test_what_was_said_elsewhere_goes_on_under_its_first_name_and_never_grows(
    maker: ExaminedCommandLine, receiver: ExaminedCommandLine, tmp_path: Path
) -> None:
    made = maker.examined(tmp_path)
    maker.done("release", "leave", "--why", "王芳同意")
    first, again, whole = (tmp_path / f"{name}.teaegg" for name in ("first", "again", "whole"))
    maker.packed(first, "--to", recipient_of(receiver), "--report", "items")
    receiver.done("unpack", str(first), "-c", "our-rules")
    passed_on = receiver.packed(again)
    for word in (QUESTION, ANSWER, "王芳"):
        assert word.encode() not in passed_on
    claims = receiver.done("verify", str(again), "--json").data["claims"]
    key = maker.done("signer", "show", "--json").data["signer"]
    assert claims["origin"] == key
    assert (claims["exam"]["detail"], claims["gate"]["passes"]) == ("figures", True)
    told = receiver.done("verify", str(again)).out.replace("\n", "")
    assert f"Said by the key {key}, passed on by this home" in told
    assert b"our-rules" in passed_on
    assert QUESTION.encode() in receiver.packed(whole, "--report", "items")
    # Once it was examined here, this home speaks for itself.
    asyncio.run(_sat(receiver.home, made.id))
    receiver.packed(tmp_path / "own.teaegg")
    own = receiver.done("verify", str(tmp_path / "own.teaegg"), "--json").data["claims"]
    assert (own["origin"], own["gate"], own["exam"]["candidate"]["score"]) == ("", None, 0.5)


async def _sat(home: Path, expert: str) -> None:
    async with records_of(home) as database:
        await sit(database, make_exam("leave", 40), expert, right=0.5)


def test_thresholds_that_differ_here_are_told(
    maker: ExaminedCommandLine, receiver: ExaminedCommandLine, tmp_path: Path
) -> None:
    maker.examined(tmp_path)
    pack = tmp_path / "leave.teaegg"
    maker.packed(pack)
    told = receiver.done("verify", str(pack), TEAEGG_ANSWERS__ABSTAIN_BELOW="0.5").out
    assert "abstain_below 0.0 (here 0.5), expert_passages 4," in told and "only_quotes" in told
    assert "(here" not in receiver.done("verify", str(pack)).out


def test_members_are_told_nothing_of_exams(
    maker: ExaminedCommandLine, receiver: ExaminedCommandLine, tmp_path: Path
) -> None:
    maker.examined(tmp_path)
    maker.packed(tmp_path / "leave.teaegg")
    receiver.done("unpack", str(tmp_path / "leave.teaegg"))
    receiver.done("user", "add", "wu", "--no-password")
    receiver.release("leave")
    receiver.done("expert", "widen", "leave", "--to", "user:wu", "--why", "pilot")
    shown = receiver.done("expert", "show", "leave", "--as", "wu")
    assert "Said by" not in shown.out
    told = receiver.done("expert", "show", "leave", "--as", "wu", "--json").data
    assert told["claims"] is None and told["elsewhere"] is None
    assert "Said by acme" in receiver.done("expert", "lineage", "leave").out


def test_an_expert_of_an_earlier_pack_is_packed_again_with_the_thresholds_of_this_home(
    maker: ExaminedCommandLine, receiver: ExaminedCommandLine, tmp_path: Path
) -> None:
    """What came without claims has none to pass on."""
    made = maker.examined(tmp_path)
    maker.packed(tmp_path / "first.teaegg")
    receiver.done("unpack", str(tmp_path / "first.teaegg"))
    place = receiver.home / "experts" / made.id
    as_before = json.loads((place / "pack.json").read_text()) | {"format": "teaegg-pack/1"}
    del as_before["claims"]
    (place / "pack.json").write_text(json.dumps(as_before))
    listed = json.loads((place / "manifest.json").read_text())
    listed["files"]["pack.json"] = content_hash((place / "pack.json").read_bytes())
    (place / "manifest.json").write_text(json.dumps(listed))
    assert "Said by" not in receiver.done("expert", "show", "leave").out
    receiver.packed(tmp_path / "again.teaegg")
    claims = receiver.done("verify", str(tmp_path / "again.teaegg"), "--json").data["claims"]
    assert (claims["origin"], claims["exam"]) == ("", None)
    assert claims["answering"]["abstain_below"] == 0
