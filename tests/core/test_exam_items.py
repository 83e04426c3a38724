"""What can be asked in an exam: an item that could not be scored is refused when it is made."""

from typing import Any

import pytest
from pydantic import ValidationError

from teaegg.core.exams import Exam, ExamItem, ItemPassage

CHOICE: dict[str, Any] = {
    "id": "1",
    "form": "choice",
    "questions": ("增值税的纳税人是谁？",),
    "options": ("单位", "个人", "单位和个人", "都不是"),
    "right": ("C",),
}


def made(**changes: Any) -> ExamItem:
    return ExamItem.model_validate(CHOICE | changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"right": ()}, "the right answer (`right`) is missing"),
        ({"right": (" ",)}, "the right answer (`right`) is missing"),
        ({"right": ("A", "C")}, "2 options are called right"),
        ({"right": ("E",)}, "is none of ABCD"),
        ({"right": ("c",)}, "is none of ABCD"),
        ({"right": ("",)}, "is missing"),
        ({"options": ("单位", "单位")}, "two `options` are the same"),
        ({"options": ("单位",)}, "at least two"),
        ({"questions": ("",)}, "a question is empty"),
        ({"questions": ("一", "二")}, "multi_turn"),
        ({"form": "short"}, "belong to the form choice"),
        ({"form": "grounded", "options": ()}, "`passages` that hold the answer"),
        ({"form": "drafting", "options": ()}, "the `rubric` is missing"),
        ({"form": "format", "options": ()}, "the `shape` is missing"),
        ({"form": "essay"}, "form"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_item_that_cannot_be_scored_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        made(**changes)
    assert says in str(caught.value)


def test_a_distractor_alone_holds_no_answer() -> None:
    distractor = ItemPassage(text="第一条", gold=False)
    with pytest.raises(ValidationError, match="gold"):
        made(form="grounded", options=(), passages=(distractor,))


def test_what_an_item_examines_follows_from_its_form_unless_said() -> None:
    assert made().area == "exam"
    assert made(form="out_of_scope", options=(), right=()).area == "refusal"
    assert made(form="safety", options=(), right=()).area == "safety"
    assert made(examines="general").area == "general"


def test_an_edited_item_has_another_name() -> None:
    assert made().hash == made().hash
    assert made(right=("A",)).hash != made().hash


def test_ids_are_unique_in_an_exam() -> None:
    with pytest.raises(ValidationError, match="stand more than once: 1"):
        Exam(name="tax", title="税务", items=(made(), made(right=("A",))))
