"""The contract of a teacher. Every teacher passes `tests/contract/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from teaegg.core.documents import Passage
from teaegg.core.scenes import Scene
from teaegg.distill.rows import RowKind


@dataclass(frozen=True, slots=True)
class Lesson:
    """One call of a teacher: `count` questions of each of `kinds` about `passages`.

    Passages come from one document, more than one for the kinds that compare or combine.
    `earlier` is the question and answer that a follow-up follows, else None.
    """

    scene: Scene
    passages: tuple[Passage, ...]
    kinds: tuple[RowKind, ...]
    count: int = 1
    earlier: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Taught:
    """A question with its answer and the proof, as the teacher gave them: nothing is verified yet.

    `quotes` are (index into the lesson's passages, words of that passage), empty for what the
    passages do not answer. `teacher` names who wrote it.
    """

    kind: RowKind
    question: str
    answer: str
    quotes: tuple[tuple[int, str], ...]
    teacher: str


class Teacher(Protocol):
    """`name` is what people call it; `fingerprint` names the exact weights, endpoint or rules.

    Raises ModelError (a spent budget is one) and ModelUnavailableError, where waiting helps.
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    async def teach(self, lesson: Lesson) -> Sequence[Taught]:
        """One call, so that the passages are sent once. May give fewer than asked, or none."""
        ...

    async def close(self) -> None: ...
