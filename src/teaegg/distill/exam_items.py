"""Rows of held-out documents → items of an exam: the same questions, with what is right kept apart.

A row is one prompt as an expert reads it. `exam_item` is for those who are asked it word for word. Items of
`items_of` name their passages, so that any examinee can be given them, and know in which of them the answer
stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import ValidationError

from teaegg.core.documents import Passage
from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import Area, ExamItem, ItemForm, ItemPassage
from teaegg.core.quantities.reading import quantities_in
from teaegg.distill.data.checking.personal import masked
from teaegg.distill.rows import Row, RowKind
from teaegg.evals.contamination import Taught
from teaegg.retrieval.reading_prompt import ShownPassage, read_prompt, shown_passage
from teaegg.store.lines import first_mistake

_HEAD = re.compile(r"(?:^|\n\n)\[(\d+)\]")
_WITHOUT: Mapping[RowKind, ItemForm] = {"unanswerable": "refusal", "out_of_scope": "out_of_scope"}
_EXAMINES: Mapping[RowKind, Area] = {
    "lookup": "exam",
    "definition": "exam",
    "condition": "exam",
    "calculation": "exam",
    "procedure": "exam",
    "adversarial": "safety",
}
"""What is not here examines what its form does: answers that are put together from several passages or
the cells of a table show whether they rest on them (grounding)."""


@dataclass(frozen=True, slots=True)
class MadeItems:
    """`left_out` maps ids of rows to why there is no item."""

    items: tuple[ExamItem, ...]
    left_out: Mapping[str, str]


class _Found(NamedTuple):
    """A passage as it is shown, and where it was learned."""

    shown: ShownPassage
    passage: Passage


def exam_item(row: Row) -> ExamItem:
    """The row by itself, its question the prompt as it stands; its document is the first that it was
    asked about. Raises InvalidRequestError for a row, edited by hand, that nobody can be asked."""
    try:
        return ExamItem(
            id=row.id,
            form=_WITHOUT.get(row.kind, "short"),
            questions=(row.turns[-1].content,),
            right=(row.answer,),
            document=row.group,
            kind=row.kind,
        )
    except ValidationError as error:
        raise InvalidRequestError(
            f"The row {row.id} cannot be examined: {first_mistake(error)}.",
            remedy="Correct it in exam.jsonl, or make the dataset again.",
        ) from error


def items_of(rows: Iterable[Row], passages: Iterable[Passage], *, source: str) -> MadeItems:
    """`passages` are those of all documents that the rows name, as they are now."""
    known = _Known(passages)
    items: list[ExamItem] = []
    left_out: dict[str, str] = {}
    for row in rows:
        before, _ = read_prompt(row.turns[-1].content)
        found = known.shown_in(before)
        if found is None:
            left_out[row.id] = "a passage that it shows is not there any more"
        elif (item := _item(row, found, source)) is None:
            left_out[row.id] = "nothing that it shows holds the answer"
        elif not item.documents.issuperset(row.documents):
            # Whoever forgets that document could not find the item.
            left_out[row.id] = "it tells of a document that it does not show"
        else:
            items.append(item)
    return MadeItems(tuple(items), left_out)


def taught_by(rows: Iterable[Row], dataset: str) -> Iterator[Taught]:
    """What rows teach, without the passages they show: that a document says something is no secret."""
    for row in rows:
        asked = [turn.content for turn in row.turns if turn.role == "user"]
        questions = "\n".join(read_prompt(turn)[1] for turn in asked)
        yield Taught(f"{dataset}: {row.id}", questions or row.turns[-1].content, row.answer)


def _item(row: Row, found: Sequence[_Found], source: str) -> ExamItem | None:
    lines = [line for line in row.answer.split("\n") if line.strip()]
    declines = row.kind in _WITHOUT
    gold = [not declines and any(line in each.shown.text for line in lines) for each in found]
    if not declines and not any(gold):
        return None
    named = [each.passage.document for each, is_gold in zip(found, gold, strict=True) if is_gold]
    unseen = [name for name in row.documents if name not in {f.passage.document for f in found}]
    earlier = [turn.content for turn in row.turns[:-1] if turn.role == "user"]
    form = _form(row, bool(earlier))
    return ExamItem(
        id=row.id,
        form=form,
        questions=(*earlier, read_prompt(row.turns[-1].content)[1]),
        right=() if declines else (row.answer,),
        passages=tuple(
            ItemPassage(
                text=each.shown.text,
                place=each.shown.place,
                document=each.passage.document,
                passage=each.passage.id,
                gold=is_gold,
            )
            for each, is_gold in zip(found, gold, strict=True)
        ),
        document=next(iter((*named, *unseen, *row.documents)), ""),
        kind=row.kind,
        source=source,
        examines=None if form == "multi_turn" else _EXAMINES.get(row.kind),
    )


def _form(row: Row, is_dialogue: bool) -> ItemForm:
    if row.kind in _WITHOUT:
        return _WITHOUT[row.kind]
    if is_dialogue:
        return "multi_turn"
    is_figure = row.kind == "calculation" and len(quantities_in(row.answer)) == 1
    return "number" if is_figure else "grounded"


class _Known:
    """Passages by the form in which prompts show them, with and without personal data."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self._by_text: dict[str, _Found] = {}
        for passage in passages:
            plain = ShownPassage.of(passage)
            for shown in (plain, ShownPassage(masked(plain.text), masked(plain.place))):
                self._by_text.setdefault(_key(shown), _Found(shown, passage))

    def shown_in(self, prompt: str) -> list[_Found] | None:
        """The passages of a prompt in their order; None when one of them is not known."""
        found = []
        for block in _blocks(prompt):
            known = self._by_text.get(block) or self._with_an_order(block)
            if known is None:
                return None
            found.append(known)
        return found

    def _with_an_order(self, block: str) -> _Found | None:
        """The passage into which one line was written that also speaks to the model."""
        lines = block.split("\n")
        for at in range(1, len(lines)):
            known = self._by_text.get("\n".join((*lines[:at], *lines[at + 1 :])))
            if known is not None:
                text = "\n".join(lines[1:])
                return _Found(ShownPassage(text, known.shown.place), known.passage)
        return None


def _key(shown: ShownPassage) -> str:
    return shown_passage(1, shown).removeprefix("[1]")


def _blocks(prompt: str) -> Iterator[str]:
    """What stands behind the numbers 1, 2, 3 … in their order. A text may hold such marks itself, as
    notes have them: only the next number begins the next passage."""
    starts: list[re.Match[str]] = []
    for mark in _HEAD.finditer(prompt):
        if int(mark[1]) == len(starts) + 1:
            starts.append(mark)
    ends = [mark.start() for mark in starts[1:]] + [len(prompt)]
    for mark, end in zip(starts, ends, strict=True):
        yield prompt[mark.end() : end]
