"""Keep collections in step with their sources: read what changed, forget what is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from teaegg.core.clock import Clock
from teaegg.core.documents import Document
from teaegg.core.errors import SourceUnavailableError, UnreadableDocumentError
from teaegg.core.ids import content_hash
from teaegg.core.settings import IngestSettings
from teaegg.ingest.learning.outcomes import FileOutcome, LearnProgress, Outcome, Tally
from teaegg.ingest.learning.writing import DocumentWriter, ReadDocument
from teaegg.ingest.passages import cut_passages
from teaegg.ingest.readers.base import ReadLimits, stem_of
from teaegg.ingest.sandbox import ReadingWorker, SandboxLimits
from teaegg.ingest.sources.base import (
    Content,
    Permissions,
    Reading,
    Source,
    SourceFile,
    SourceItem,
    SourceProblem,
    too_large,
)
from teaegg.ingest.sources.comparison import Comparison
from teaegg.ingest.sources.folders import FolderSource, gone_folders
from teaegg.store.blobs import BlobStore
from teaegg.store.codec import encode_parsed
from teaegg.store.documents import GRANTED_BY_SOURCE, DocumentRecords, KnownSource
from teaegg.store.index import PassageIndex

AfterForgetting = Callable[[], Awaitable[None]]
"""Called after documents have been forgotten: what was made of them is on record as to be removed."""

_FLUSH_PASSAGES = 2000
_FLUSH_SECONDS = 2.0
_UNKNOWN_TYPE = "application/octet-stream"
_NOT_THERE = "There is nothing at this address. Check it, or take it off the list."
_NOTHING_LEFT = (
    "Nothing is left of it, which looks more like a source out of reach than like an empty one;"
    " {count} documents are kept. If they are to go: `teaegg forget`."
)


async def _nothing() -> None:
    """Where nothing was made of documents, nothing is left to be done."""


@dataclass(slots=True)
class _Run:
    """One call of `learn`."""

    collection: str
    restricted: bool
    tally: Tally
    waiting: list[ReadDocument] = field(default_factory=list)
    flushed_at: float = 0.0

    def restricts(self, permissions: Permissions, known: KnownSource | None) -> bool:
        """Never opened again: whoever shut it, or the source, had a reason."""
        was_restricted = known is not None and known.document.restricted
        return self.restricted or permissions.readers is not None or was_restricted


class Learner:
    """Learns files and folders into collections. Vectors are filled in by `VectorFiller`."""

    def __init__(
        self,
        index: PassageIndex,
        documents: DocumentRecords,
        blobs: BlobStore,
        settings: IngestSettings,
        clock: Clock,
        *,
        after_forgetting: AfterForgetting = _nothing,
    ) -> None:
        self._index = index
        self._documents = documents
        self._after_forgetting = after_forgetting
        self._writer = DocumentWriter(index, documents, blobs, clock)
        self._settings = settings
        self._clock = clock
        # Kept from call to call: starting the reading process takes longer than reading most files.
        self._reader = _reading_worker(settings)

    async def close(self) -> None:
        """End the reading process; a later `learn` starts another."""
        await self._reader.close()

    async def learn(
        self,
        sources: Sequence[Path | Source],
        *,
        collection: str,
        restricted: bool = False,
        on_progress: Callable[[LearnProgress], None] = lambda _: None,
    ) -> list[FileOutcome]:
        """Bring `collection` in step with `sources` (a path is a folder or file of this machine).

        `restricted` documents are readable through grants of their own only; a document that is
        restricted stays so. A file that cannot be read is quarantined with its reason and the rest
        goes on; what a source that does not answer held before is kept. Raises NotFoundError before
        anything is done when a path is not there, and StorageError, after which the same call goes
        on where it stopped.
        """
        run = _Run(collection, restricted, Tally(on_progress), flushed_at=self._now())
        opened = (FolderSource(each) if isinstance(each, Path) else each for each in sources)
        compared = await self._compare(
            run, list({source.root: source for source in opened}.values())
        )
        for part in compared:
            for item in part.items:
                await self._one(run, part, item)
        await self._flush(run)
        for part in compared:
            await self._forget_vanished(run, part)
        if run.tally.has_changes:
            await self._index.optimize()
        return run.tally.outcomes

    async def forget(self, documents: Sequence[Document], *, by: str = GRANTED_BY_SOURCE) -> None:
        """Remove documents from index, records and contents; their files are left alone.

        What learned from them is withdrawn in the same step. `by` is who wants it: a person, or
        the source that holds them no longer.
        """
        await self._writer.forget(documents, by=by)
        await self._after_forgetting()

    async def _compare(self, run: _Run, sources: Sequence[Source]) -> list[Comparison]:
        """What each source holds beside what is known of it; one that is silent is left out."""
        compared: list[Comparison] = []
        listed: set[str] = set()
        roots = {source.root for source in sources}
        for source in sources:
            known = await self._documents.under_root(run.collection, source.root)
            try:
                items = await source.look({name: each.mark for name, each in known.items()})
            except SourceUnavailableError as error:
                run.tally.add_unexpected(FileOutcome("", source.root, "kept", reason=str(error)))
                continue
            part = Comparison(source, known, items)
            # Two sources may hold the same file: the first that is named has it.
            part.items = [item for item in items if _is_new(item, listed)]
            run.tally.total += len(part.items)
            compared.append(part)
        if any(isinstance(part.source, FolderSource) for part in compared):
            abandoned = await self._abandoned(run.collection, roots)
            for part in compared:
                part.abandoned = abandoned
        return compared

    async def _abandoned(self, collection: str, roots: set[str]) -> list[KnownSource]:
        others = await self._documents.roots(collection) - roots
        gone = await asyncio.to_thread(gone_folders, others)
        found = [await self._documents.under_root(collection, root) for root in sorted(gone)]
        return [item for known in found for item in known.values()]

    async def _one(self, run: _Run, part: Comparison, item: SourceItem) -> None:
        known = part.known.get(item.source)
        if isinstance(item, SourceProblem):
            if item.passing:
                await self._keep_for_now(run, part, item, item.reason)
            else:
                await self._quarantine(run, part, item, known, item.reason)
        elif known and _looks_unchanged(item, known):
            await self._keep(run, known, item, item.mark)
        else:
            await self._fetch(run, part, item)
        late = self._now() - run.flushed_at > _FLUSH_SECONDS
        if late or sum(len(ready.passages) for ready in run.waiting) >= _FLUSH_PASSAGES:
            await self._flush(run)

    async def _fetch(self, run: _Run, part: Comparison, item: SourceFile) -> None:
        """Get the file and see what has become of it."""
        known = part.known.get(item.source)
        content: Reading | None = None
        try:
            content = await self._content(part.source, item, known)
            if isinstance(content, Content):
                await self._take(run, part, item, content)
            elif known and content == "gone":
                part.vanished[item.source] = known
                run.tally.total -= 1
            elif known:
                await self._keep(run, known, item, known.mark)
            else:
                await self._quarantine(run, part, item, known, _NOT_THERE)
        except SourceUnavailableError as error:
            await self._keep_for_now(run, part, item, str(error))
        except UnreadableDocumentError as error:
            data = content.data if isinstance(content, Content) else b""
            await self._quarantine(run, part, item, known, str(error), data=data)

    async def _content(
        self, source: Source, item: SourceFile, known: KnownSource | None
    ) -> Reading:
        limit = self._settings.max_file_bytes
        if item.size_bytes > limit:
            raise too_large(item.source, limit)
        mark = known.mark if known and _was_read(known) else ""
        return await source.read(item, mark, limit_bytes=limit)

    async def _take(self, run: _Run, part: Comparison, item: SourceFile, content: Content) -> None:
        """Bytes that may be new, moved here from elsewhere, or the same as before."""
        known = part.known.get(item.source)
        version = content_hash(content.data)
        if known and known.document.version == version and _was_read(known):
            await self._keep(run, known, item, content.mark)
            return
        moved = None if known else part.take_moved(version)
        if moved and not _is_titled_by_name(moved.document, item):
            await self._move(run, moved, item, content.mark)
            return
        await self._understand(run, part, item, content, known or moved)

    async def _understand(
        self,
        run: _Run,
        part: Comparison,
        item: SourceFile,
        content: Content,
        known: KnownSource | None,
    ) -> None:
        """Read it, and let it wait to be written. `known`: as what it was learned before."""
        understood = await self._reader.read(content.data, item.source)
        name = known.document.id if known else part.new_document_id(run.collection, item)
        original = await self._writer.keep(content.data)
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
            parsed=await self._writer.keep(encode_parsed(understood.parsed)),
            state="searchable",
            restricted=run.restricts(item.permissions, known),
            size_bytes=len(content.data),
            passages=len(passages),
            learned_at=self._clock.now(),
            notes=understood.parsed.notes,
        )
        older = known.document if known else None
        run.waiting.append(ReadDocument(document, passages, item, content.mark, older))

    async def _move(self, run: _Run, moved: KnownSource, item: SourceFile, mark: str) -> None:
        renamed = await self._writer.rename(moved, item, mark)
        await self._settle(run, renamed, item, mark)
        run.tally.add(FileOutcome.of(renamed.document, "moved"))

    async def _flush(self, run: _Run) -> None:
        waiting, run.waiting = run.waiting, []
        await self._writer.write(waiting)
        for each in waiting:
            run.tally.add(FileOutcome.of(each.document, "updated" if each.older else "learned"))
        run.flushed_at = self._now()

    async def _keep(self, run: _Run, known: KnownSource, item: SourceFile, mark: str) -> None:
        """An unchanged file; only its mark, its permissions or a new restriction are noted."""
        await self._settle(run, known, item, mark)
        outcome: Outcome = "unchanged" if _was_read(known) else "quarantined"
        run.tally.add(FileOutcome.of(known.document, outcome))

    async def _settle(self, run: _Run, known: KnownSource, item: SourceFile, mark: str) -> None:
        restricted = run.restricts(item.permissions, known)
        await self._writer.settle(known, item.permissions, mark, restricted=restricted)

    async def _keep_for_now(
        self, run: _Run, part: Comparison, item: SourceItem, reason: str
    ) -> None:
        """It cannot be had just now. What it said before stays; what is new waits in quarantine."""
        known = part.known.get(item.source)
        if known and _was_read(known):
            run.tally.add(FileOutcome(known.document.id, item.source, "kept", reason=reason))
        else:
            await self._quarantine(run, part, item, known, reason)

    async def _quarantine(
        self,
        run: _Run,
        part: Comparison,
        item: SourceItem,
        known: KnownSource | None,
        reason: str,
        *,
        data: bytes = b"",
    ) -> None:
        permissions = item.permissions if isinstance(item, SourceFile) else Permissions()
        name = known.document.id if known else part.new_document_id(run.collection, item)
        document = Document(
            id=name,
            collection=run.collection,
            source=item.source,
            title=Path(item.source).name,
            media_type=_UNKNOWN_TYPE,
            version=content_hash(data) if data else "",
            state="quarantined",
            restricted=run.restricts(permissions, known),
            size_bytes=len(data) or (item.size_bytes if isinstance(item, SourceFile) else 0),
            passages=0,
            learned_at=self._clock.now(),
            reason=reason,
        )
        older = known.document if known else None
        await self._writer.quarantine(document, item.root, permissions, older)
        run.tally.add(FileOutcome.of(document, "quarantined"))

    async def _forget_vanished(self, run: _Run, part: Comparison) -> None:
        gone = [item.document for item in part.vanished.values()]
        if not gone:
            return
        if part.nothing_is_left:
            reason = _NOTHING_LEFT.format(count=len(gone))
            run.tally.add_unexpected(FileOutcome("", part.source.root, "kept", reason=reason))
            return
        await self.forget(gone)
        for document in gone:
            run.tally.add_unexpected(FileOutcome(document.id, document.source, "forgotten"))

    def _now(self) -> float:
        return self._clock.monotonic_seconds()


def _is_new(item: SourceItem, listed: set[str]) -> bool:
    if isinstance(item, SourceProblem) or not item.identity:
        return True
    is_new = item.identity not in listed
    listed.add(item.identity)
    return is_new


def _looks_unchanged(item: SourceFile, known: KnownSource) -> bool:
    """What could not be read is tried again: settings and rights may have changed since."""
    return bool(item.mark) and item.mark == known.mark and _was_read(known)


def _is_titled_by_name(document: Document, item: SourceFile) -> bool:
    """Whether a new file name means a new title, in every passage of it."""
    older = stem_of(document.source)
    return document.title == older and older != stem_of(item.source)


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
