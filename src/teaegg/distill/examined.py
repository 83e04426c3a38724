"""What an expert and its base said in the exam that they sit when it is made, item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from teaegg.core.exams import Exam, Response
from teaegg.distill.rows import Row
from teaegg.retrieval.reading_prompt import read_prompt


@dataclass(frozen=True, slots=True)
class Examined:
    """`rows` of documents that it never saw, and row id → what each of both said."""

    rows: tuple[Row, ...]
    candidate: Mapping[str, str]
    baseline: Mapping[str, str]


def responses(exam: Exam, rows: Sequence[Row], said: Mapping[str, str]) -> list[Response]:
    """What was said to `rows`, as responses to the items of `exam` that were made of them
    (`exam_items.items_of`) and still ask the same."""
    asked = {row.id: read_prompt(row.turns[-1].content)[1] for row in rows}
    return [
        Response(item=item.hash, text=said[item.id])
        for item in exam.items
        if asked.get(item.id) == item.questions[-1]
    ]
