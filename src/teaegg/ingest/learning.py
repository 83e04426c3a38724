"""Keep collections in step with their sources: read what changed, forget what is gone.

Order of writes for one document: contents, then the index (one atomic step, ids made from the
content), then the record. Whatever moment a process is killed at, the next run finds no record of
the new version, does the same again and ends the same: nothing lost, nothing twice.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from teaegg.core.actors import scope_of
from teaegg.core.clock import Clock
from teaegg.core.documents import Document, Passage
from teaegg.core.errors import NotFoundError, UnreadableDocumentError
from teaegg.core.ids import content_hash, document_id
from teaegg.core.settings import IngestSettings
from teaegg.ingest.passages import cut_passages
from teaegg.ingest.readers.base import ReadLimits, unreadable
from teaegg.ingest.sandbox import ReadingWorker, SandboxLimits
from teaegg.ingest.sources import SourceFile, SourceProblem, walk
from teaegg.store.blobs import BlobStore
from teaegg.store.codec import encode_parsed
from teaegg.store.documents import DocumentRecords, KnownSource
from teaegg.store.index import PassageIndex

Outcome = Literal["learned", "updated", "unchanged", "quarantined", "forgotten"]

_FLUSH_PASSAGES = 2000
_FLUSH_SECONDS = 2.0
_UNKNOWN_TYPE = "application/octet-stream"
_INTERRUPTED = "Learning it was interrupted. Learn it again."


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one source. `reason` says why it is in quarantine."""

    document: str
    source: str
    outcome: Outcome
    passages: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LearnProgress:
    """How far a run is: `done` of `total` files, `passages` searchable so far, the latest outcome."""

    done: int
    total: int
    passages: int
    latest: FileOutcome


@dataclass(slots=True)
class _Ready:
    """A document that has been read and waits to be written."""

    document: Document
    passages: list[Passage]
    root: str
    modified_ns: int
    outcome: Outcome
    older: Document | None


@dataclass(slots=True)
class _Run:
    """One call of `learn`."""

    collection: str
    restricted: bool
    report: Callable[[LearnProgress], None]
    total: int
    done: int = 0
    passages: int = 0
    waiting: list[_Ready] = field(default_factory=list)
    flushed_at: float = 0.0
    outcomes: list[FileOutcome] = field(default_factory=list)

    def say(self, outcome: FileOutcome) -> None:
        self.done += 1
        self.passages += outcome.passages
        self.outcomes.append(outcome)
        self.report(LearnProgress(self.done, self.total, self.passages, outcome))


class Learner:
    """Learns files and folders into collections. Vectors are filled in by `VectorFiller`."""

    def __init__(
        self,
        index: PassageIndex,
        documents: DocumentRecords,
        blobs: BlobStore,
        settings: IngestSettings,
        clock: Clock,
    ) -> None:
        self._index = index
        self._documents = documents
        self._blobs = blobs
        self._settings = settings
        self._clock = clock
        # Kept from call to call: starting the reading process takes longer than reading most files.
        self._reader = _reading_worker(settings)

    async def close(self) -> None:
        """End the reading process; a later `learn` starts another."""
        await self._reader.close()

    async def learn(
        self,
        paths: Sequence[Path],
        *,
        collection: str,
        restricted: bool = False,
        on_progress: Callable[[LearnProgress], None] = lambda _: None,
    ) -> list[FileOutcome]:
        """Bring `collection` in step with `paths`; returns one outcome per source.

        `restricted` documents are readable through grants of their own only; a document that is
        restricted stays so. A file that cannot be read is quarantined with its reason and the rest
        goes on. Raises NotFoundError before anything is done when a path is not there, and
        StorageError, after which the same call goes on where it stopped.
        """
        for path in paths:
            if not await asyncio.to_thread(os.path.lexists, path):
                raise NotFoundError(f"There is no file or folder {path}.", remedy="Check the path.")
        found = await asyncio.to_thread(lambda: list(walk(paths)))
        roots = {item.root for item in found}
        known: dict[tuple[str, str], KnownSource] = {}
        for root in roots:
            for source, learned in (await self._documents.under_root(collection, root)).items():
                known[root, source] = learned
        run = _Run(collection, restricted, on_progress, len(found), flushed_at=self._now())
        for item in found:
            await self._one(run, item, known.get((item.root, item.source)))
        await self._flush(run)
        await self._forget_vanished(run, found, known)
        if any(outcome.outcome != "unchanged" for outcome in run.outcomes):
            await self._index.optimize()
        return run.outcomes

    async def forget(self, documents: Sequence[Document]) -> None:
        """Remove documents from index, records and contents; their files are left alone."""
        await self._index.replace({item.id: (item.scope, []) for item in documents})
        await self._documents.forget([item.id for item in documents])
        for item in documents:
            await self._drop_unused(item)

    async def _one(
        self,
        run: _Run,
        item: SourceFile | SourceProblem,
        known: KnownSource | None,
    ) -> None:
        if isinstance(item, SourceProblem):
            await self._quarantine(run, item, known, item.reason, version="", size_bytes=0)
        elif known and _looks_unchanged(item, known):
            await self._keep(run, known, item.modified_ns)
        else:
            await self._read(run, item, known)
        late = self._now() - run.flushed_at > _FLUSH_SECONDS
        if late or sum(len(ready.passages) for ready in run.waiting) >= _FLUSH_PASSAGES:
            await self._flush(run)

    async def _read(self, run: _Run, item: SourceFile, known: KnownSource | None) -> None:
        version = ""
        try:
            data = await self._bytes(item)
            version = content_hash(data)
            if known and known.document.version == version and _was_read(known):
                await self._keep(run, known, item.modified_ns)
                return
            understood = await self._reader.read(data, item.source)
        except UnreadableDocumentError as error:
            await self._quarantine(
                run, item, known, str(error), version=version, size_bytes=item.size_bytes
            )
            return
        name = _document_name(run.collection, item)
        original = await self._blobs.put(data)
        passages = cut_passages(
            understood.parsed,
            document=name,
            version=original,
            collection=run.collection,
            target_characters=self._settings.passage_characters,
        )
        document = Document(
            id=name,
            collection=run.collection,
            source=item.source,
            title=understood.parsed.title,
            media_type=understood.media_type,
            version=original,
            parsed=await self._blobs.put(encode_parsed(understood.parsed)),
            state="searchable",
            restricted=run.restricted or bool(known and known.document.restricted),
            size_bytes=item.size_bytes,
            passages=len(passages),
            learned_at=self._clock.now(),
            notes=understood.parsed.notes,
        )
        older = known.document if known else None
        outcome: Outcome = "updated" if older else "learned"
        run.waiting.append(_Ready(document, passages, item.root, item.modified_ns, outcome, older))

    async def _flush(self, run: _Run) -> None:
        """Write what waits: all of it into the index in one step, then the records."""
        waiting, run.waiting = run.waiting, []
        for ready in waiting:
            if ready.older is None:
                # Without a record nobody could find the passages again, should this process be
                # killed now and the file be gone before the next run.
                announced = replace(ready.document, state="quarantined", reason=_INTERRUPTED)
                await self._documents.put(announced, root=ready.root, modified_ns=0)
        await self._index.replace(
            {ready.document.id: (ready.document.scope, ready.passages) for ready in waiting}
        )
        for ready in waiting:
            document = ready.document
            await self._documents.put(document, root=ready.root, modified_ns=ready.modified_ns)
            if ready.older:
                await self._drop_unused(ready.older)
            run.say(FileOutcome(document.id, document.source, ready.outcome, len(ready.passages)))
        run.flushed_at = self._now()

    async def _keep(self, run: _Run, known: KnownSource, modified_ns: int) -> None:
        """An unchanged source; only its time stamp or a new restriction is noted."""
        document = known.document
        outcome: Outcome = "quarantined" if document.state == "quarantined" else "unchanged"
        if run.restricted and not document.restricted:
            scope = scope_of(document.collection, document.id, restricted=True)
            # The index first: should this stop half way, the document is hidden, not open.
            await self._index.set_scope(document.id, scope)
            await self._documents.set_restricted(document.id, True)
        elif modified_ns != known.modified_ns:
            await self._documents.touch(document.id, modified_ns)
        run.say(
            FileOutcome(document.id, document.source, outcome, document.passages, document.reason)
        )

    async def _quarantine(
        self,
        run: _Run,
        item: SourceFile | SourceProblem,
        known: KnownSource | None,
        reason: str,
        *,
        version: str,
        size_bytes: int,
    ) -> None:
        """Note the reason. An older version that could be read is withdrawn: it is not what the file says."""
        document = Document(
            id=_document_name(run.collection, item),
            collection=run.collection,
            source=item.source,
            title=Path(item.source).name,
            media_type=_UNKNOWN_TYPE,
            version=version,
            state="quarantined",
            restricted=run.restricted or bool(known and known.document.restricted),
            size_bytes=size_bytes,
            passages=0,
            learned_at=self._clock.now(),
            reason=reason,
        )
        modified_ns = item.modified_ns if isinstance(item, SourceFile) else 0
        await self._index.replace({document.id: (document.scope, [])})
        await self._documents.put(document, root=item.root, modified_ns=modified_ns)
        if known:
            await self._drop_unused(known.document)
        run.say(FileOutcome(document.id, item.source, "quarantined", reason=reason))

    async def _forget_vanished(
        self,
        run: _Run,
        found: Sequence[SourceFile | SourceProblem],
        known: dict[tuple[str, str], KnownSource],
    ) -> None:
        present = {(item.root, item.source) for item in found}
        # A folder that cannot be looked at (an unmounted drive) says nothing about what is below it.
        closed = [item for item in found if isinstance(item, SourceProblem)]
        gone = [
            item.document
            for (root, source), item in known.items()
            if (root, source) not in present
            and not any(
                root == each.root and source.startswith(f"{each.source}/") for each in closed
            )
        ]
        if gone:
            await self.forget(gone)
        run.total += len(gone)
        for document in gone:
            run.say(FileOutcome(document.id, document.source, "forgotten"))

    async def _bytes(self, item: SourceFile) -> bytes:
        limit = self._settings.max_file_bytes
        if item.size_bytes > limit:
            raise unreadable(
                item.source,
                f"it has {item.size_bytes} bytes, {limit} are allowed",
                "Split it, or raise ingest.max_file_bytes.",
            )
        try:
            return await asyncio.to_thread(item.path.read_bytes)
        except OSError as error:
            raise unreadable(
                item.source, error.strerror or str(error), "Check that the file is still there."
            ) from error

    async def _drop_unused(self, document: Document) -> None:
        for name in {document.version, document.parsed} - {""}:
            if not await self._documents.blob_in_use(name):
                await self._blobs.drop(name)

    def _now(self) -> float:
        return self._clock.monotonic_seconds()


def _document_name(collection: str, item: SourceFile | SourceProblem) -> str:
    # With the root: two folders of the same name may hold files of the same name.
    return document_id(collection, f"{item.root}\n{item.source}")


def _looks_unchanged(item: SourceFile, known: KnownSource) -> bool:
    """What could not be read is tried again: settings and rights may have changed since."""
    same_size = known.document.size_bytes == item.size_bytes
    return same_size and known.modified_ns == item.modified_ns and _was_read(known)


def _was_read(known: KnownSource) -> bool:
    return known.document.state != "quarantined"


def _reading_worker(settings: IngestSettings) -> ReadingWorker:
    return ReadingWorker(
        replace(
            ReadLimits(),
            max_file_bytes=settings.max_file_bytes,
            max_text_characters=settings.max_text_characters,
            max_archive_ratio=settings.max_archive_ratio,
        ),
        SandboxLimits(
            timeout_seconds=settings.parse_timeout_seconds,
            memory_bytes=settings.parse_memory_bytes,
            resident_bytes=settings.parse_resident_bytes,
        ),
    )
