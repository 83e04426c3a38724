"""Vectors fill in behind the full text: in small batches, resumable, never in the way of answers."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from teaegg.core.actors import VisibleSet
from teaegg.core.clock import Clock
from teaegg.core.documents import Document, Passage
from teaegg.core.settings import EmbeddingModelSettings
from teaegg.models.base import Embedder, Vectors
from teaegg.store.documents import DocumentRecords
from teaegg.store.index import PassageIndex

_EVERYTHING = VisibleSet(everything=True)
_WRITE_PASSAGES = 256
"""Passages whose vectors are written in one step; what is not yet written is made again after a kill."""


@dataclass(frozen=True, slots=True)
class VectorProgress:
    """`passages_done` of `passages_total`, at `passages_per_second`, `seconds_left` to go."""

    passages_done: int
    passages_total: int
    passages_per_second: float
    seconds_left: float


_BATCH_CHARACTERS = 2400
"""Less than a second of work: a question that comes in between waits no longer than that."""


async def _at_once() -> None:
    await asyncio.sleep(0)


class VectorFiller:
    """Makes the vectors of documents that only full text can find so far."""

    def __init__(
        self,
        index: PassageIndex,
        documents: DocumentRecords,
        embedder: Embedder,
        settings: EmbeddingModelSettings,
        clock: Clock,
    ) -> None:
        self._index = index
        self._documents = documents
        self._embedder = embedder
        self._batch = settings.batch_passages
        self._clock = clock

    async def fill(
        self,
        *,
        on_progress: Callable[[VectorProgress], None] = lambda _: None,
        turn: Callable[[], Awaitable[None]] = _at_once,
    ) -> int:
        """Make all missing vectors and return how many passages got one.

        `turn` is awaited before each batch: it lets those who ask go first. Raises ModelError and
        StorageError; what has been written stays, and the next call goes on there.
        """
        waiting = await self._documents.list(visible=_EVERYTHING, state="searchable")
        total = sum(document.passages for document in waiting)
        meter = _Meter(total, self._clock, on_progress)
        made = 0
        finished: list[Document] = []
        passages: list[Passage] = []
        for document in waiting:
            missing = await self._index.vectors_missing(document.id, visible=_EVERYTHING)
            meter.skip(document.passages - len(missing))
            passages += missing
            finished.append(document)
            if len(passages) >= _WRITE_PASSAGES:
                made += await self._write(passages, finished, meter, turn)
                passages, finished = [], []
        made += await self._write(passages, finished, meter, turn)
        if made:
            await self._index.optimize()
        return made

    async def _write(
        self,
        passages: Sequence[Passage],
        finished: Sequence[Document],
        meter: _Meter,
        turn: Callable[[], Awaitable[None]],
    ) -> int:
        for start in range(0, len(passages), _WRITE_PASSAGES):
            part = passages[start : start + _WRITE_PASSAGES]
            vectors = await self._embedded(part, meter, turn)
            await self._index.add_vectors(part, vectors, visible=_EVERYTHING)
        for document in finished:
            await self._documents.set_state(document.id, document.version, "complete")
        return len(passages)

    async def _embedded(
        self, passages: Sequence[Passage], meter: _Meter, turn: Callable[[], Awaitable[None]]
    ) -> Vectors:
        # Each text once, and texts of like length together: a batch costs as much as its longest.
        occurrences = Counter(passage.text for passage in passages)
        vectors: dict[str, Vectors] = {}
        for batch in _batches(sorted(occurrences, key=len), self._batch):
            await turn()
            made = await self._embedder.embed_passages(batch)
            vectors.update(zip(batch, made, strict=True))
            meter.add(sum(occurrences[text] for text in batch))
        return np.stack([vectors[passage.text] for passage in passages])


def _batches(texts: Iterable[str], most: int) -> Iterator[list[str]]:
    """At most `most` texts and about `_BATCH_CHARACTERS` characters at a time."""
    batch: list[str] = []
    characters = 0
    for text in texts:
        if batch and (len(batch) == most or characters + len(text) > _BATCH_CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    if batch:
        yield batch


class _Meter:
    """Counts and tells the rate of what is being made, without what was there already."""

    def __init__(self, total: int, clock: Clock, report: Callable[[VectorProgress], None]) -> None:
        self._total = total
        self._clock = clock
        self._report = report
        self._began = clock.monotonic_seconds()
        self._done = 0
        self._made = 0

    def skip(self, count: int) -> None:
        self._done += count

    def add(self, count: int) -> None:
        self._done += count
        self._made += count
        elapsed = max(self._clock.monotonic_seconds() - self._began, 1e-9)
        rate = self._made / elapsed
        left = (self._total - self._done) / rate if rate else 0.0
        self._report(VectorProgress(self._done, self._total, rate, max(0.0, left)))
