"""The teacher itself: reads the passages of a lesson by rules and gives the questions they answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

from teaegg.core.documents import Passage
from teaegg.core.ids import content_hash
from teaegg.distill.teachers.base import Lesson, Taught
from teaegg.distill.teachers.structure import chinese, english
from teaegg.distill.teachers.structure.finding import Finding, Said, chosen, sentences_of
from teaegg.distill.teachers.structure.lists import list_questions
from teaegg.distill.teachers.structure.tables import (
    cell_questions,
    comparisons,
    lines_of,
    next_cells,
)
from teaegg.guard.instructions import closed_stretches
from teaegg.retrieval.query import language_of

_SHORTEST_SHARED = 5
_PARTS = frozenset({"header"})
"""Parts of a document that nobody asks about: the head of a mail."""


class StructureTeacher:
    """No model: the same lesson always gives the same questions. Never raises."""

    @property
    def name(self) -> str:
        return "structure"

    @property
    def fingerprint(self) -> str:
        return f"structure-{_rules()}"

    async def teach(self, lesson: Lesson) -> Sequence[Taught]:
        """At most `lesson.count` of each kind; none of the kinds that need no passage."""
        findings = list(findings_of(lesson.passages))
        if lesson.earlier is not None:
            findings += _follow_ups(findings, lesson)
        key = "".join(passage.id for passage in lesson.passages)
        return [
            Taught(kind, found.question, found.answer, found.quotes, teacher="")
            for kind in lesson.kinds
            for found in chosen(findings, kind, lesson.count, key)
        ]

    async def close(self) -> None:
        """Nothing is held."""


def findings_of(passages: Sequence[Passage]) -> Iterator[Finding]:
    """Every question that the rules find, single passages first."""
    single = [finding for index, passage in enumerate(passages) for finding in _of(index, passage)]
    lines = lines_of(passages)
    yield from single
    yield from cell_questions(lines)
    yield from comparisons(lines)
    yield from _together(single)


def _of(index: int, passage: Passage) -> Iterator[Finding]:
    if passage.location.row is not None or passage.location.part in _PARTS:
        return
    if closed_stretches(passage.text):
        return  # it speaks to a model: nothing is learned from it
    yield from list_questions(index, passage)
    rules = chinese if language_of(passage.text) == "zh" else english
    for said in sentences_of(passage):
        for finding in rules.questions(said):
            yield _at(index, finding)
    for finding in rules.named_values(Said(passage, passage.text)):
        yield _at(index, finding)


def _at(index: int, finding: Finding) -> Finding:
    return replace(finding, quotes=tuple((index, words) for _, words in finding.quotes))


def _together(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Two questions in one, whose answers stand in two passages."""
    plain = [found for found in findings if "\n" not in found.answer and found.kind == "lookup"]
    for one, other in combinations(plain, 2):
        if one.quotes[0][0] == other.quotes[0][0]:
            continue
        both = len(one.question) + len(other.question)
        zh = language_of(one.question) == "zh"
        if both > (80 if zh else 200) or language_of(other.question) != language_of(one.question):
            continue
        link = "另外，" if zh else " Also, "
        second = other.question if zh else other.question[:1].lower() + other.question[1:]
        yield Finding(
            "multi_passage",
            f"{one.question}{link}{second}",
            f"{one.answer}\n{other.answer}",
            (*one.quotes, *other.quotes),
        )


def _follow_ups(findings: Sequence[Finding], lesson: Lesson) -> Iterator[Finding]:
    """Questions that leave out what the earlier one said already."""
    question, answer = lesson.earlier or ("", "")
    yield from next_cells(lines_of(lesson.passages), question)
    before = next((found for found in findings if found.question == question), None)
    if before is None:
        return
    for found in findings:
        shared = _shared_head(question, found.question)
        rest = found.question[shared:].lstrip("，, ")
        same_place = found.quotes[0][0] == before.quotes[0][0]
        if not same_place or found.answer == answer or "\n" in found.answer:
            continue
        if found.kind == "table":
            continue  # `next_cells` asks for these in fewer words
        if language_of(question) == "zh" and shared >= _SHORTEST_SHARED and len(rest) >= 4:
            yield replace(found, kind="follow_up", question=f"那{rest}")


def _shared_head(one: str, other: str) -> int:
    """Length of what both begin with, cut back to the last comma or 的: half a word is no head."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    cut = max(one.rfind(mark, 0, length) for mark in "，的")
    return cut + 1


@cache
def _rules() -> str:
    """Changes with the rules, so that questions of older ones are not taken for theirs."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return content_hash(b"".join(path.read_bytes() for path in sources))[:12]
