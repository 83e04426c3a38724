"""The exam that an expert and its base sit when it is made, as a record: for people, reports and the gate."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from teaegg.core.exams import Exam, ExamItem, ItemForm, ItemPassage, Response
from teaegg.core.scenes import Language, Scene
from teaegg.distill.rows import Row
from teaegg.retrieval.reading_prompt import not_said, read_prompt

_NUMBER = re.compile(r"(?:^|\n\n)\[\d+\] ?")
_LONGEST_NAME = 53


@dataclass(frozen=True, slots=True)
class Examined:
    """`rows` of documents that it never saw, and row id → what each of both said."""

    rows: tuple[Row, ...]
    candidate: Mapping[str, str]
    baseline: Mapping[str, str]


def held_out_exam(scene: Scene, rows: Sequence[Row]) -> Exam:
    """The rows as items: whether the documents answer or not, it is the scene's own question."""
    return Exam(
        name=f"{scene.name[:_LONGEST_NAME].rstrip('-')}-documents",
        title=f"{scene.title}: {_ABOUT[scene.language]}",
        language=scene.language,
        scene=scene.name,
        pass_mark=scene.exam.pass_mark,
        items=tuple(_item(row, scene.language) for row in rows),
    )


def responses(exam: Exam, rows: Sequence[Row], said: Mapping[str, str]) -> list[Response]:
    """What was said to `rows`, as responses to the items that `held_out_exam` made of them."""
    return [
        Response(item=item.hash, text=said[row.id])
        for item, row in zip(exam.items, rows, strict=True)
    ]


_ABOUT: Mapping[Language, str] = {"zh": "留作考题的文档", "en": "documents kept for the exam"}


def _item(row: Row, language: Language) -> ExamItem:
    before, question = read_prompt(row.turns[-1].content)
    earlier = [turn.content for turn in row.turns[:-1] if turn.role != "system"]
    passages = _passages(before, row)
    without = row.answer in (not_said("zh"), not_said("en"))
    form: ItemForm = "short"
    if without:
        form = "out_of_scope" if row.kind == "out_of_scope" else "refusal"
    return ExamItem(
        id=row.id,
        form=form,
        questions=("\n".join([*earlier, question]),),
        right=() if without else (row.answer,),
        passages=passages,
        document=_document(row, passages),
        kind=row.kind,
        source="documents kept for the exam",
        examines="exam",
    )


def _passages(before: str, row: Row) -> tuple[ItemPassage, ...]:
    """As they were shown. A row names documents in the order of their first passages; where one gave
    several, which is whose is not on record, but each document is named: it takes its items with it
    when it is forgotten."""
    shown = [part.partition("\n") for part in _NUMBER.split(before)[1:]]
    if not shown:
        return ()
    lines = row.answer.split("\n")
    found = []
    for place in range(max(len(shown), len(row.documents))):
        head, _, text = shown[min(place, len(shown) - 1)]
        document = row.documents[min(place, len(row.documents) - 1)] if row.documents else ""
        gold = any(line in text for line in lines)
        found.append(ItemPassage(text=text or head, place=head, document=document, gold=gold))
    return tuple(found)


def _document(row: Row, passages: Sequence[ItemPassage]) -> str:
    """The one that the question was made from: of what is not answered it is named last."""
    gold = [passage.document for passage in passages if passage.gold]
    return (gold or list(row.documents[-1:]) or [row.id])[0]
