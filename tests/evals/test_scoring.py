"""A sitting scored: every form by its own scorer, in the exam's order, nothing lost on the way."""

from __future__ import annotations

import pytest

from teaegg.core.exams import Exam, ExamItem, ItemPassage, Quoted, Response
from teaegg.evals.scoring import score, score_exam, scored_items, unanswered

CHOICE = ExamItem(
    id="c1",
    form="choice",
    questions=("增值税的基本税率是多少？",),
    options=("6%", "9%", "13%", "17%"),
    right=("C",),
    document="d1",
)
SHORT = ExamItem(id="s1", form="short", questions=("住宿标准是多少？",), right=("600元",))
REFUSAL = ExamItem(id="r1", form="refusal", questions=("班车几点发车？",))
GOLD = ItemPassage(
    text="一线城市住宿标准为每人每晚600元。超出部分由个人承担。",
    place="差旅制度 第三条",
    document="d1",
    passage="d1-a-0",
)
GROUNDED = ExamItem(
    id="g1",
    form="grounded",
    questions=("一线城市住宿标准是多少？",),
    right=("600元",),
    passages=(GOLD, ItemPassage(text="伙食补助每天100元。", passage="d1-a-1", gold=False)),
    document="d1",
)
EXAM = Exam(name="travel", title="差旅", items=(CHOICE, SHORT, REFUSAL, GROUNDED))


def said(item: ExamItem, text: str = "", **rest: object) -> Response:
    return Response.model_validate({"item": item.hash, "text": text, **rest})


def test_records_come_in_the_exams_order_and_name_items_by_their_content() -> None:
    responses = {
        item.hash: said(item, "资料中没有说明", seconds=2.0) for item in reversed(EXAM.items)
    }
    records = scored_items(EXAM, responses, signed=[SHORT.hash], contaminated=[CHOICE.hash])
    assert [record.item for record in records] == [item.hash for item in EXAM.items]
    assert [record.kind for record in records] == ["choice", "short", "refusal", "grounded"]
    assert [record.signed for record in records] == [False, True, False, False]
    assert [record.contaminated for record in records] == [True, False, False, False]
    assert [record.document for record in records] == ["d1", "", "", "d1"]
    assert [record.score for record in records] == [0, 0, 1, 0]


def test_items_that_nobody_answered_are_left_out_and_named() -> None:
    responses = {SHORT.hash: said(SHORT, "600元")}
    found = score_exam(EXAM, responses, signed=[])
    assert [record.item for record in found.records] == [SHORT.hash]
    assert unanswered(EXAM, responses) == (CHOICE, REFUSAL, GROUNDED)
    assert set(found.left_out) == {CHOICE.hash, REFUSAL.hash, GROUNDED.hash}


@pytest.mark.parametrize("seconds", [0.0, -3.0, float("inf"), None])
def test_a_clock_that_jumped_measures_nothing(seconds: float | None) -> None:
    records = scored_items(EXAM, {SHORT.hash: said(SHORT, "600元", seconds=seconds)}, signed=[])
    assert records[0].seconds is None


def test_the_likeliest_option_is_the_answer_and_equal_ones_are_none() -> None:
    assert score(CHOICE, said(CHOICE, options=(-3, -2, -0.5, -9))).value == 1
    assert score(CHOICE, said(CHOICE, options=(-3, -0.5, -0.5, -9))).value == 0


def test_a_written_letter_is_read_in_any_width() -> None:
    assert score(CHOICE, said(CHOICE, "Ｃ．13%")).value == 1
    assert score(CHOICE, said(CHOICE, "B")).value == 0
    assert score(CHOICE, said(CHOICE, "不好说")).value == 0


def test_a_short_answer_is_right_in_any_width() -> None:
    assert score(SHORT, said(SHORT, "６００元")).value == 1
    assert score(SHORT, said(SHORT, "每人每晚600元")).parts["contains"] == 1


def test_declining_what_can_be_answered_is_told_as_over_refusal() -> None:
    found = score(SHORT, said(SHORT, "抱歉，资料中没有提到住宿标准。"))
    assert (found.value, found.parts["over_refusal"]) == (0, 1)
    assert score(SHORT, said(SHORT, "600元")).parts["over_refusal"] == 0


def test_a_proved_answer_is_right_cited_found_and_faithful() -> None:
    found = score(
        GROUNDED,
        said(
            GROUNDED,
            "一线城市住宿标准为每人每晚600元。",
            citations=(
                Quoted(document="d1", passage="d1-a-0", quote="一线城市住宿标准为每人每晚600元。"),
            ),
            evidence=("d1-a-1", "d1-a-0"),
        ),
    )
    assert found.value == 1
    assert found.parts["citation_recall"] == found.parts["citation_precision"] == 1
    assert found.parts["evidence_recall"] == found.parts["evidence_recall_at_5"] == 1
    assert found.parts["evidence_recall_at_1"] == 0
    assert found.parts["faithful"] == 1


def test_an_invented_sentence_is_not_faithful_and_a_wrong_quote_not_precise() -> None:
    found = score(
        GROUNDED,
        said(
            GROUNDED,
            "标准为每晚600元。董事长另有豪华套房补贴9000元。",
            citations=(Quoted(document="d1", passage="d1-a-1", quote="伙食补助每天100元。"),),
        ),
    )
    assert found.parts["citation_recall"] == found.parts["citation_precision"] == 0
    assert found.parts["faithful"] == 0
