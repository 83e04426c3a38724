"""What a real question becomes: a key that stands somewhere, or none at all."""

from __future__ import annotations

from typing import Any

import pytest
from tests.distill.test_exam_items import LEAVE, TRAVEL, passage

from teaegg.core.documents import Passage
from teaegg.core.errors import InvalidRequestError
from teaegg.evals.items.promoting import Promotion, passages_shown, promoted

QUOTE = "限额为每晚350元"
THERE = {each.id: each for each in (TRAVEL, LEAVE)}


def trace(verdict: str = "answered", understood: str = "") -> dict[str, Any]:
    cited = {"passage": "p1", "document": "dtravel", "quote": QUOTE}
    return {
        "trace": "t123456789abcdef0123",
        "question": "那住宿呢？",
        "understood": understood,
        "verdict": verdict,
        "answer": QUOTE if verdict == "answered" else "",
        "sentences": [{"citations": [cited]}] if verdict == "answered" else [],
        "evidence": [{"passage": "p2"}, {"passage": "p1"}],
    }


def test_a_follow_up_is_taken_as_it_was_understood() -> None:
    item = promoted(trace(understood="住宿费限额是多少？"), THERE, Promotion())
    assert item.questions == ("住宿费限额是多少？",)
    assert (item.form, item.right, item.document) == ("grounded", (QUOTE,), "dtravel")
    assert [(p.passage, p.gold) for p in item.passages] == [("p1", True), ("p2", False)]
    assert passages_shown(trace()) == ("p1", "p2")


def test_what_is_right_stands_in_the_passage_that_says_it_and_not_in_the_quoted_one() -> None:
    said = Promotion(right="每年享受年假5天", complaint="答非所问")
    item = promoted(trace(), THERE, said)
    assert [p.passage for p in item.passages if p.gold] == ["p2"]
    assert item.document == "dleave"
    assert item.source.endswith(f"trace {trace()['trace']}: 答非所问")


def test_declining_rightly_is_an_item_without_gold() -> None:
    for record, said in ((trace("abstained"), Promotion()), (trace(), Promotion(declines=True))):
        item = promoted(record, THERE, said)
        assert (item.form, item.right, item.area) == ("refusal", (), "refusal")
        assert item.passages and not any(p.gold for p in item.passages)


@pytest.mark.parametrize(
    "left", [{}, {"p2": LEAVE}, {"p1": passage("p1", "限额为每晚400元。"), "p2": LEAVE}]
)
def test_an_answer_whose_proof_is_gone_is_no_key(left: dict[str, Passage]) -> None:
    with pytest.raises(InvalidRequestError, match="changed or gone"):
        promoted(trace(), left, Promotion())


def test_a_right_answer_of_ones_own_needs_no_passage() -> None:
    item = promoted(trace("abstained"), {}, Promotion(right="问前台"))
    assert (item.form, item.right, item.passages) == ("short", ("问前台",), ())


@pytest.mark.parametrize("said", [Promotion(right="x", declines=True), Promotion(complaint="错")])
def test_what_is_right_must_be_clear(said: Promotion) -> None:
    with pytest.raises(InvalidRequestError):
        promoted(trace(), THERE, said)
