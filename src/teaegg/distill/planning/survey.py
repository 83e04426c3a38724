"""What the documents of a scene can give, from a look at some of them. Nothing is written anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from teaegg.core.clock import Clock
from teaegg.core.documents import Document, Passage
from teaegg.core.errors import InvalidRequestError
from teaegg.core.ids import text_hash
from teaegg.core.scenes import Scene
from teaegg.core.spelling.widths import text_width
from teaegg.distill.data.asking import OF_A_KIND, Asking, windows
from teaegg.distill.data.balance import balanced
from teaegg.distill.data.checking.clean import cleaned
from teaegg.distill.data.checking.verify import verified
from teaegg.distill.data.corpus import Corpus
from teaegg.distill.data.records import Asked, Side
from teaegg.distill.data.shape import Shaper, Shelf
from teaegg.distill.data.shares import ASKED, weights_of
from teaegg.distill.data.split import split_documents
from teaegg.distill.rows import Row, RowKind
from teaegg.distill.teachers.base import Lesson
from teaegg.distill.teachers.lesson_prompt import lesson_messages
from teaegg.distill.teachers.structure.teacher import StructureTeacher

MOST_DOCUMENTS = 40
_MOST_PASSAGES = 40
"""Of one document: a book of a thousand pages says no more about itself than a chapter does."""
_TRIAL_ROWS = 24
_WIDEST = 2.0
"""Two standard errors: about 95 of 100 such ranges hold the truth."""
_LEAST_DOUBT = 0.05
_ALL = 10**9


@dataclass(frozen=True, slots=True)
class SideSize:
    """Documents of one side, how many lessons (neighbouring passages) they have, and how many questions
    of each kind all of these give, before and after verifying and cleaning."""

    documents: int
    lessons: int
    asked: Mapping[RowKind, float]
    kept: Mapping[RowKind, float]


@dataclass(frozen=True, slots=True)
class Survey:
    """`seen` of the documents were looked at; `doubt` is how far off the numbers of questions may be,
    as a share.

    Widths are in Chinese characters: of a row (prompt and answer), its answer, a question, and of what
    a teacher is told in one lesson. `lesson_seconds` and `row_seconds` are what the rules and the search
    take. `rows` are some rows as the scene will have them.
    """

    seen: int
    training: SideSize
    exam: SideSize
    doubt: float
    lesson_seconds: float
    row_seconds: float
    search_seconds: float
    row_width: float
    answer_width: float
    question_width: float
    lesson_width: float
    row_bytes: float
    rows: tuple[Row, ...]


async def survey(scene: Scene, corpus: Corpus, clock: Clock) -> Survey:
    """Ask the rules some questions about some documents, and shape a few rows of them.

    Raises InvalidRequestError where there is nothing to learn from.
    """
    readable = [each for each in await corpus.documents() if each.state != "quarantined"]
    if not readable:
        raise InvalidRequestError(
            f"There are no readable documents in {', '.join(scene.collections)}.",
            remedy="Learn some: teaegg learn FOLDER -c COLLECTION. What could not be read is "
            "named by `teaegg failures`.",
        )
    seen = _sample(readable)
    passages = {each.id: tuple(await corpus.passages(each.id)) for each in seen}
    return await _Look(scene, corpus, clock, readable, passages).survey()


def _sample(documents: Sequence[Document]) -> list[Document]:
    """All of few; of many some by the hash of their ids, so that a repeated look sees the same."""
    ordered = sorted(documents, key=lambda document: text_hash(f"plan {document.id}"))
    return ordered[:MOST_DOCUMENTS]


class _Look:
    """One survey: what its parts share. `passages` are those of the documents that are looked at."""

    def __init__(
        self,
        scene: Scene,
        corpus: Corpus,
        clock: Clock,
        documents: Sequence[Document],
        passages: Mapping[str, tuple[Passage, ...]],
    ) -> None:
        self._scene = scene
        self._corpus = corpus
        self._clock = clock
        self._documents = documents
        self._whole = passages
        self._parts = {name: _part(name, own) for name, own in passages.items()}
        texts = {name: "\n".join(p.text for p in own) for name, own in passages.items()}
        self._split = split_documents(documents, texts, scene.exam)
        self._weights = weights_of(scene)

    async def survey(self) -> Survey:
        lessons = {name: len(list(windows(own))) for name, own in self._parts.items()}
        began = self._clock.monotonic_seconds()
        asked = await self._ask()
        shelf = {p.id: p for own in self._parts.values() for p in own}
        clean = cleaned(verified(asked, shelf).records, shelf, self._scene, exam_texts={}).records
        lesson_seconds = (self._clock.monotonic_seconds() - began) / max(1, sum(lessons.values()))
        rows, row_seconds = await self._rows(clean, shelf)
        if not rows:
            raise InvalidRequestError(
                f"No questions can be made of the documents in {', '.join(self._scene.collections)}.",
                remedy="Learn documents with sentences, lists or tables of text.",
            )
        return Survey(
            seen=len(self._parts),
            training=self._side("training", lessons, asked, clean),
            exam=self._side("exam", lessons, asked, clean),
            doubt=self._doubt(clean, lessons),
            lesson_seconds=lesson_seconds,
            row_seconds=row_seconds,
            search_seconds=await self._search_seconds(clean[:_TRIAL_ROWS:6]),
            row_width=mean_row_width(rows),
            answer_width=fmean(text_width(row.answer) for row in rows),
            question_width=fmean(text_width(item.question) for item in clean),
            lesson_width=self._lesson_width(),
            row_bytes=fmean(len(row.model_dump_json().encode()) + 1 for row in rows),
            rows=tuple(rows),
        )

    async def _ask(self) -> list[Asked]:
        """Every lesson of the parts that are looked at, by the rules, whoever teaches later."""
        wanted = {kind: _ALL for kind in ASKED if self._weights.get(kind, 0) > 0}
        asking = Asking(self._scene, StructureTeacher(), wanted, None, lambda done, total: None)
        return await asking.ask(self._parts, self._scene.exam.seed)

    async def _rows(
        self, clean: Sequence[Asked], shelf: Mapping[str, Passage]
    ) -> tuple[list[Row], float]:
        scene = self._scene
        chosen = balanced(
            clean, self._weights, _TRIAL_ROWS, language=scene.language, seed=scene.exam.seed
        )
        groups = {item.document: item.group for item in self._split}
        shaper = Shaper(scene, self._corpus, Shelf(shelf, groups), seed=scene.exam.seed)
        # Once before the clock runs: the first search loads the model of vectors.
        for item in chosen[:1]:
            await shaper.row(item)
        began = self._clock.monotonic_seconds()
        made = [await shaper.row(item) for item in chosen]
        took = (self._clock.monotonic_seconds() - began) / max(1, len(chosen))
        return [row for row in made if isinstance(row, Row)], took

    async def _search_seconds(self, items: Sequence[Asked]) -> float:
        began = self._clock.monotonic_seconds()
        for item in items:
            await self._corpus.ranked(item.question, 6)
        return (self._clock.monotonic_seconds() - began) / max(1, len(items))

    def _side(
        self,
        side: Side,
        lessons: Mapping[str, int],
        asked: Sequence[Asked],
        clean: Sequence[Asked],
    ) -> SideSize:
        own = {item.document for item in self._split if item.side == side}
        whole = self._lessons_of_all(lessons)
        return SideSize(
            documents=len(own),
            lessons=round(sum(whole[name] for name in own)),
            asked=_of_all(asked, own, lessons, whole),
            kept=_of_all(clean, own, lessons, whole),
        )

    def _lessons_of_all(self, lessons: Mapping[str, int]) -> dict[str, float]:
        """Document → its lessons; where it was not looked at, as many for its passages as others have."""
        whole = {name: float(len(list(windows(own)))) for name, own in self._whole.items()}
        passages = sum(len(own) for own in self._whole.values())
        a_passage = sum(whole.values()) / max(1, passages)
        return {
            document.id: whole.get(document.id, document.passages * a_passage)
            for document in self._documents
        }

    def _doubt(self, clean: Sequence[Asked], lessons: Mapping[str, int]) -> float:
        """From one document to the next (the ratio estimator of cluster samples, Cochran 1977, 6.3);
        where every document was looked at, only what a part of a long one leaves open."""
        counts = Counter(item.documents[0] for item in clean if item.documents)
        pairs = [(counts[name], many) for name, many in lessons.items()]
        total, many = sum(count for count, _ in pairs), sum(each for _, each in pairs)
        if len(pairs) < 2 or not total:
            return 1.0
        ratio = total / many
        squares = sum((count - ratio * each) ** 2 for count, each in pairs)
        error = sqrt(squares / (len(pairs) * (len(pairs) - 1))) / (many / len(pairs))
        looked_at = sum(len(part) for part in self._parts.values())
        unseen = 1 - looked_at / max(looked_at, sum(each.passages for each in self._documents))
        return _LEAST_DOUBT + _WIDEST * error / ratio * sqrt(unseen)

    def _lesson_width(self) -> float:
        kinds = tuple(
            kind for kind in ASKED if kind != "follow_up" and self._weights.get(kind, 0) > 0
        )
        told = [
            sum(text_width(turn.content) for turn in lesson_messages(lesson))
            for own in self._parts.values()
            for window in windows(own)
            if kinds and (lesson := Lesson(self._scene, window, kinds, OF_A_KIND))
        ]
        return fmean(told) if told else 0.0


def mean_row_width(rows: Sequence[Row]) -> float:
    """In Chinese characters, of rows as `row_width` has them."""
    return fmean(map(row_width, rows))


def row_width(row: Row) -> float:
    """Prompt and answer, in Chinese characters."""
    return sum(text_width(turn.content) for turn in row.turns) + text_width(row.answer)


def _part(name: str, passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """A stretch of a long document, from a place that its name decides."""
    room = len(passages) - _MOST_PASSAGES
    start = int(text_hash(name)[:8], 16) % (room + 1) if room > 0 else 0
    return passages[start : start + _MOST_PASSAGES]


def _of_all(
    items: Sequence[Asked],
    own: Collection[str],
    lessons: Mapping[str, int],
    whole: Mapping[str, float],
) -> dict[RowKind, float]:
    """Kind → questions that the documents `own` give, as many a lesson as were found in each; those
    that were not looked at are taken for the mean of the others."""
    counts = Counter((item.documents[0], item.kind) for item in items if item.documents)
    kinds = {kind for _, kind in counts}
    unseen = sum(whole[name] for name in own if not lessons.get(name))
    looked_at = max(1, sum(lessons.values()))
    return {
        kind: sum(
            counts[name, kind] * whole[name] / lessons[name] for name in own if lessons.get(name)
        )
        + unseen * sum(count for (_, each), count in counts.items() if each == kind) / looked_at
        for kind in sorted(kinds)
    }
