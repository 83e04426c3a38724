"""The checklist says what is missing, with its figures, and its score is a sum that anybody can check."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.evals.friction import Friction, friction
from teaegg.evals.readiness.base import Facts, Limits, Readiness
from teaegg.evals.readiness.checklist import readiness
from teaegg.evals.readiness.wording import WORDING, said
from teaegg.store.exams.feedback import AskedTurn, Feedback

NOW = datetime(2026, 5, 20, tzinfo=UTC)
READY = Facts(
    scene="tax",
    file="tax.yaml",
    collections=("statutes",),
    documents=40,
    rows=1200,
    rows_wanted=1000,
    exams=("tax-2026",),
    signed={"exam": 300, "safety": 100},
    needed={"exam": 263, "safety": 100},
    owner="li",
    owner_known=True,
    expert="e" * 64,
    passed=True,
    released="e" * 64,
    friction=Friction(
        answers=100, talks=50, follow_ups=20, abandoned=4, up=19, down=1, corrected=3
    ),
)


def unmet(found: Readiness) -> list[str]:
    return [line.demand for line in found.lines if not line.met]


def test_a_scene_that_lacks_nothing_is_fully_ready_and_has_nothing_left_to_do() -> None:
    found = readiness(READY)
    assert unmet(found) == []
    assert found.score == 100
    assert found.next is None


def test_a_scene_of_which_nothing_is_known_is_not_ready_at_all() -> None:
    found = readiness(Facts("tax", needed={"exam": 263}))
    assert found.score == 0
    assert found.next
    assert found.next.demand == "documents"


def test_the_score_is_the_share_of_the_weights_that_are_met() -> None:
    found = readiness(replace(READY, signed={"exam": 262, "safety": 100}))
    assert unmet(found) == ["exam"]
    total = sum(line.weight for line in found.lines)
    assert found.score == round(100 * (total - 3) / total)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"documents": 9}, ["documents"]),
        ({"quarantined": 1}, ["readable"]),
        ({"owner": "", "owner_known": False}, ["owner"]),
        ({"owner_known": False}, ["owner"]),
        ({"rows": 999}, ["rows"]),
        ({"signed": {"exam": 300}}, ["safety"]),
        ({"unsigned": {"exam": 1}}, ["signed"]),
        ({"exams": ()}, ["signed"]),
        ({"released": ""}, ["released"]),
        ({"released": "", "passed": False}, ["gate", "released"]),
        ({"released": "", "passed": None}, ["gate", "released"]),
        ({"friction": replace(READY.friction, down=3)}, ["thumbs"]),
        ({"friction": replace(READY.friction, up=0, down=0)}, ["thumbs"]),
        ({"friction": replace(READY.friction, abandoned=11)}, ["abandoned"]),
        ({"friction": replace(READY.friction, follow_ups=51)}, ["follow_ups"]),
        ({"friction": replace(READY.friction, corrected=11)}, ["corrected"]),
        (
            {"friction": Friction(answers=29, talks=29, up=29)},
            ["answers", "thumbs", "abandoned", "corrected", "follow_ups"],
        ),
    ],
)
def test_what_is_missing_is_named(change: dict[str, object], missing: list[str]) -> None:
    assert unmet(readiness(replace(READY, **change))) == missing  # type: ignore[arg-type]


def test_what_the_policy_does_not_demand_is_not_asked_for() -> None:
    found = readiness(replace(READY, needed={"exam": 263}, signed={"exam": 300}))
    assert "safety" not in [line.demand for line in found.lines]
    assert found.score == 100


def test_items_that_only_wait_for_a_signature_are_signed_before_more_are_made() -> None:
    facts = replace(READY, signed={"exam": 200, "safety": 100}, unsigned={"exam": 70})
    found = readiness(facts)
    assert found.next
    assert found.next.command == "teaegg exam sign tax-2026 --all"
    few = readiness(replace(facts, unsigned={"exam": 10}))
    assert few.next
    assert few.next.command == "teaegg exam make tax.yaml"


def test_a_company_may_ask_for_more() -> None:
    assert unmet(readiness(READY, Limits(documents=50, down=0.01))) == ["documents", "thumbs"]


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 60), st.booleans())
def test_more_of_what_is_wanted_never_lowers_the_score(
    signed: int, more: int, documents: int, released: bool
) -> None:
    facts = replace(
        READY,
        signed={"exam": signed, "safety": signed},
        documents=documents,
        released=READY.released if released else "",
    )
    richer = replace(facts, signed={"exam": signed + more, "safety": signed + more}, documents=60)
    assert readiness(richer).score >= readiness(facts).score


def test_every_line_is_a_sentence_with_its_figures_in_both_languages() -> None:
    for facts in (READY, Facts("tax", needed=dict.fromkeys(("exam", "grounding", "refusal"), 30))):
        for line in readiness(facts).lines:
            for language in ("zh", "en"):
                sentence = said(line, language)  # type: ignore[arg-type]
                assert "{" not in sentence
            assert line.met or line.command.startswith("teaegg ")
    assert WORDING["en"].keys() == WORDING["zh"].keys()
    for demand, sentence in WORDING["en"].items():
        figures = [set(re.findall(r"{(\w+)}", text)) for text in (sentence, WORDING["zh"][demand])]
        assert figures[0] == figures[1], demand


def turn(talk: str, ordinal: int, verdict: str = "answered") -> AskedTurn:
    return AskedTurn(talk, ordinal, NOW, verdict)


def test_friction_counts_follow_ups_and_talks_that_ended_without_an_answer() -> None:
    turns = [
        turn("a", 0),
        turn("b", 0, "abstained"),
        turn("b", 1, "refused"),
        turn("c", 1),
        turn("c", 0, "abstained"),
    ]
    found = friction(9, turns, [])
    assert (found.talks, found.follow_ups, found.abandoned) == (3, 2, 1)
    assert found.follow_ups_of_a_talk == pytest.approx(2 / 3)
    assert found.abandoned_share == pytest.approx(1 / 3)


def test_friction_counts_thumbs_of_people_and_corrections_of_answers() -> None:
    said_of = [
        Feedback("t1", "li", False, NOW, corrected="八天"),
        Feedback("t1", "chen", False, NOW, corrected="8 天"),
        Feedback("t2", "li", True, NOW),
    ]
    found = friction(10, [], said_of)
    assert (found.up, found.down, found.corrected) == (1, 2, 1)
    assert found.down_share == pytest.approx(2 / 3)
    assert found.corrected_share == pytest.approx(0.1)


def test_without_any_talk_there_is_no_friction_and_no_division_by_zero() -> None:
    found = friction(0, [], [])
    assert (found.down_share, found.abandoned_share, found.follow_ups_of_a_talk) == (0, 0, 0)
    assert found.corrected_share == 0
