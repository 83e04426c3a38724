"""Asking the teacher: which passages in which order, how many questions, and going on where it stopped.

Lessons go round all documents in turn, so that a budget that runs out has seen a little of each. What
a lesson gave is written at once: a run that was interrupted, or refused for want of money, asks
nothing twice.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, zip_longest
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from teaegg.core.documents import Passage
from teaegg.core.errors import InvalidRequestError, LessonError, StorageError
from teaegg.core.ids import text_hash
from teaegg.core.scenes import Scene
from teaegg.core.spelling.widths import text_width
from teaegg.distill.data.records import Asked, Proof, item_id
from teaegg.distill.data.shares import ASKED
from teaegg.distill.rows import RowKind
from teaegg.distill.teachers.base import Lesson, Taught, Teacher
from teaegg.store.lines import append_content, parse_line

_AT_A_TIME = 8
_ROWS_OF_A_LESSON = 4
_LESSON_CHARACTERS = 900
_PASSAGES_OF_A_LESSON = 3
OF_A_KIND = 2
_FOLLOWED = frozenset({"lookup", "table", "condition", "definition"})


class _Answered(BaseModel):
    """One line of the file of a run that goes on."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    lesson: str
    items: tuple[Asked, ...]


def windows(passages: Sequence[Passage]) -> Iterator[tuple[Passage, ...]]:
    """Neighbouring passages of one document that are taught together: a few rows of one table, or
    sections as long as fit."""
    window: list[Passage] = []
    for passage in passages:
        if window and not _belongs(window, passage):
            yield tuple(window)
            window = []
        window.append(passage)
    if window:
        yield tuple(window)


def _belongs(window: Sequence[Passage], passage: Passage) -> bool:
    first = window[0].location
    if (first.row is None) != (passage.location.row is None):
        return False
    if first.row is not None:
        same = (first.path, first.sheet) == (passage.location.path, passage.location.sheet)
        return same and len(window) < _ROWS_OF_A_LESSON
    width = sum(text_width(item.text) for item in (*window, passage))
    return len(window) < _PASSAGES_OF_A_LESSON and width <= _LESSON_CHARACTERS


def lessons_in_turn(
    documents: Mapping[str, Sequence[Passage]], seed: int
) -> Iterator[tuple[Passage, ...]]:
    """The windows of all documents, one of each document in turn, in an order drawn with `seed`."""
    shuffled = []
    for name in sorted(documents, key=lambda name: text_hash(f"{seed}\x00{name}")):
        own = list(windows(documents[name]))
        random.Random(f"{seed} {name}").shuffle(own)  # noqa: S311 -- an order, not a secret
        shuffled.append(own)
    for turn in zip_longest(*shuffled):
        yield from (window for window in turn if window is not None)


class Asking:
    """One run of a teacher over documents. `wanted` says how many of each kind are enough; what was
    answered is kept in the file `kept` (None: nowhere)."""

    def __init__(
        self,
        scene: Scene,
        teacher: Teacher,
        wanted: Mapping[RowKind, int],
        kept: Path | None,
        on_progress: Callable[[int, int], None],
    ) -> None:
        self._scene = scene
        self._teacher = teacher
        self._wanted = {kind: wanted[kind] for kind in ASKED if wanted.get(kind, 0) > 0}
        self._kept = kept
        self._on_progress = on_progress
        self._counts: Counter[RowKind] = Counter()

    async def ask(self, documents: Mapping[str, Sequence[Passage]], seed: int) -> list[Asked]:
        """Questions of the wanted kinds, each once, in the order of the lessons.

        Raises what the teacher raises; what was answered by then is kept in the file for next time.
        """
        answered = _read_kept(self._kept) if self._kept else {}
        found: dict[str, Asked] = {}
        coming = lessons_in_turn(documents, seed)
        while batch := list(islice(coming, _AT_A_TIME)):
            kinds = tuple(k for k, count in self._wanted.items() if self._counts[k] < count)
            if not kinds:
                break
            results = await asyncio.gather(
                *(self._lesson(window, kinds, answered) for window in batch),
                return_exceptions=True,
            )
            for result in results:
                if isinstance(result, BaseException):
                    raise result
                for item in result:
                    if item.id not in found:
                        found[item.id] = item
                        self._counts[item.kind] += 1
            done = sum(min(self._counts[kind], count) for kind, count in self._wanted.items())
            self._on_progress(done, sum(self._wanted.values()))
        return list(found.values())

    def forget_kept(self) -> None:
        """The file of the run is not needed any more."""
        if self._kept:
            self._kept.unlink(missing_ok=True)

    async def _lesson(
        self,
        window: tuple[Passage, ...],
        kinds: tuple[RowKind, ...],
        answered: Mapping[str, tuple[Asked, ...]],
    ) -> tuple[Asked, ...]:
        first = tuple(kind for kind in kinds if kind != "follow_up")
        items: tuple[Asked, ...] = ()
        if first:
            lesson = Lesson(self._scene, window, first, OF_A_KIND)
            items = await self._taught(lesson, answered)
        if "follow_up" not in kinds:
            return items
        followed = next((item for item in items if item.kind in _FOLLOWED), None)
        if followed is None:
            return items
        earlier = (followed.question, followed.answer)
        lesson = Lesson(self._scene, window, ("follow_up",), 1, earlier)
        return (*items, *await self._taught(lesson, answered))

    async def _taught(
        self, lesson: Lesson, answered: Mapping[str, tuple[Asked, ...]]
    ) -> tuple[Asked, ...]:
        key = self._key(lesson)
        if key in answered:
            return answered[key]
        try:
            given = await self._teacher.teach(lesson)
        except LessonError:
            # One lesson that came to nothing: the next run asks it again, this one goes on.
            return ()
        items = tuple(_asked(taught, lesson) for taught in given)
        if self._kept:
            _keep(self._kept, _Answered(lesson=key, items=items))
        return items

    def _key(self, lesson: Lesson) -> str:
        """Names everything that decides what a teacher would answer."""
        parts = [
            self._teacher.fingerprint,
            lesson.scene.language,
            lesson.scene.problem,
            lesson.scene.asks,
            [passage.id for passage in lesson.passages],
            lesson.kinds,
            lesson.count,
            lesson.earlier,
        ]
        return text_hash(json.dumps(parts, ensure_ascii=False))


def _asked(taught: Taught, lesson: Lesson) -> Asked:
    proofs = tuple(_proof(index, words, lesson.passages) for index, words in taught.quotes if words)
    return Asked(
        id=item_id(
            taught.kind, taught.question, taught.answer, tuple(proof.passage for proof in proofs)
        ),
        kind=taught.kind,
        question=taught.question.strip() or "?",
        answer=taught.answer.strip() or "?",
        proofs=proofs,
        earlier=lesson.earlier,
        teacher=taught.teacher,
    )


def _proof(index: int, words: str, passages: Sequence[Passage]) -> Proof:
    """Where the quoted words stand; an empty span where they do not, which verifying then refuses."""
    if not 0 <= index < len(passages):
        first = passages[0]
        return Proof(document=first.document, passage="none", text=words, start=0, end=0)
    passage = passages[index]
    at = passage.text.find(words)
    start = passage.start + max(at, 0)
    return Proof(
        document=passage.document,
        passage=passage.id,
        text=words,
        start=start,
        end=start + (len(words) if at >= 0 else 0),
    )


def _read_kept(path: Path) -> dict[str, tuple[Asked, ...]]:
    """Lesson → what it gave. A last line that a kill cut short is asked again."""
    if not path.is_file():
        return {}
    answered = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            record = parse_line(line, _Answered, f"{path.name}, line {number}")
        except InvalidRequestError:
            continue
        answered[record.lesson] = record.items
    return answered


def _keep(path: Path, answered: _Answered) -> None:
    try:
        append_content(path, f"{answered.model_dump_json()}\n".encode())
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}.",
            remedy="Free some space and run the command again; it goes on from there.",
        ) from error
