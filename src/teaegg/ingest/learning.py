"""Keep collections in step with their sources: read what changed, forget what is gone.

Order of writes for one document: contents, then the index (one atomic step, ids made from the
content), then the record. Whatever moment a process is killed at, the next run finds no record of
the new version, does the same again and ends the same: nothing lost, nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from teaegg.core.actors import scope_of
from teaegg.core.clock import Clock
from teaegg.core.documents import Document, Passage
from teaegg.core.errors import SourceUnavailableError, UnreadableDocumentError
from teaegg.core.ids import content_hash
from teaegg.core.settings import IngestSettings
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
from teaegg.store.documents import DocumentRecords, KnownSource
from teaegg.store.index import PassageIndex

Outcome = Literal["learned", "updated", "unchanged", "moved", "quarantined", "kept", "forgotten"]
"""`moved`: the same content under a new name; `kept`: it could not be had now, so nothing changed."""

_FLUSH_PASSAGES = 2000
_FLUSH_SECONDS = 2.0
_UNKNOWN_TYPE = "application/octet-stream"
_INTERRUPTED = "Learning it was interrupted. Learn it again."
_NOT_THERE = "There is nothing at this address. Check it, or take it off the list."
_NOTHING_LEFT = (
    "Nothing is left of it, which looks more like a source out of reach than like an empty one;"
    " {count} documents are kept. If they are to go: `teaegg forget`."
)


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file. `reason` says why it is in quarantine, or was only kept.

    `document` is empty, and `source` names the whole source, when that could not be reached.
    """

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
    item: SourceFile
    mark: str
    outcome: Outcome
    older: Document | None


@dataclass(slots=True)
class _Run:
    """One call of `learn`."""

    collection: str
    restricted: bool
    report: Callable[[LearnProgress], None]
    total: int = 0
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

    def say_besides(self, outcome: FileOutcome) -> None:
        """Something that was not among the files to be dealt with."""
        self.total += 1
        self.say(outcome)


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
        run = _Run(collection, restricted, on_progress, flushed_at=self._now())
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
        if any(outcome.outcome not in ("unchanged", "kept") for outcome in run.outcomes):
            await self._index.optimize()
        return run.outcomes

    async def forget(self, documents: Sequence[Document]) -> None:
        """Remove documents from index, records and contents; their files are left alone."""
        await self._index.replace({item.id: (item.scope, []) for item in documents})
        await self._documents.forget([item.id for item in documents])
        for item in documents:
            await self._drop_unused(item)

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
                run.say_besides(FileOutcome("", source.root, "kept", reason=str(error)))
                continue
            part = Comparison(source, known, items)
            # Two sources may hold the same file: the first that is named has it.
            part.items = [item for item in items if _is_new(item, listed)]
            run.total += len(part.items)
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
                run.total -= 1
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
        original = await self._blobs.put(content.data)
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
            restricted=_is_restricted(run, item.permissions, known),
            size_bytes=len(content.data),
            passages=len(passages),
            learned_at=self._clock.now(),
            notes=understood.parsed.notes,
        )
        older = known.document if known else None
        outcome: Outcome = "updated" if older else "learned"
        run.waiting.append(_Ready(document, passages, item, content.mark, outcome, older))

    async def _move(self, run: _Run, moved: KnownSource, item: SourceFile, mark: str) -> None:
        """The same content under a new name: nothing is read again, vectors and grants stay."""
        older = moved.document
        await self._documents.move(older.id, root=item.root, source=item.source, mark=mark)
        renamed = replace(moved, document=replace(older, source=item.source), mark=mark)
        await self._settle(run, renamed, item, mark)
        run.say(FileOutcome(older.id, item.source, "moved", older.passages))

    async def _flush(self, run: _Run) -> None:
        """Write what waits: all of it into the index in one step, then the records."""
        waiting, run.waiting = run.waiting, []
        for ready in waiting:
            if ready.older is None:
                # Without a record nobody could find the passages again, should this process be
                # killed now and the file be gone before the next run.
                announced = replace(ready.document, state="quarantined", reason=_INTERRUPTED)
                await self._documents.put(announced, root=ready.item.root)
        await self._index.replace(
            {ready.document.id: (ready.document.scope, ready.passages) for ready in waiting}
        )
        for ready in waiting:
            await self._record(ready.document, ready.item.root, ready.mark, ready.item.permissions)
            if ready.older:
                await self._drop_unused(ready.older)
            run.say(
                FileOutcome(
                    ready.document.id, ready.document.source, ready.outcome, len(ready.passages)
                )
            )
        run.flushed_at = self._now()

    async def _record(
        self, document: Document, root: str, mark: str, permissions: Permissions
    ) -> None:
        if permissions.readers is None:
            await self._documents.put(
                document, root=root, mark=mark, permissions=permissions.record
            )
            return
        # The permissions are noted last: should this stop half way, the next run sees to the grants.
        await self._documents.put(document, root=root, mark=mark)
        await self._documents.set_source_readers(
            document.id, permissions.readers, at=self._clock.now()
        )
        await self._documents.touch(document.id, mark=mark, permissions=permissions.record)

    async def _keep(self, run: _Run, known: KnownSource, item: SourceFile, mark: str) -> None:
        """An unchanged file; only its mark, its permissions or a new restriction are noted."""
        await self._settle(run, known, item, mark)
        document = known.document
        outcome: Outcome = "quarantined" if document.state == "quarantined" else "unchanged"
        run.say(
            FileOutcome(document.id, document.source, outcome, document.passages, document.reason)
        )

    async def _settle(self, run: _Run, known: KnownSource, item: SourceFile, mark: str) -> None:
        document, permissions = known.document, item.permissions
        if _is_restricted(run, permissions, known) and not document.restricted:
            scope = scope_of(document.collection, document.id, restricted=True)
            # The index first: should this stop half way, the document is hidden, not open.
            await self._index.set_scope(document.id, scope)
            await self._documents.set_restricted(document.id, True)
        if permissions.record != known.permissions and permissions.readers is not None:
            await self._documents.set_source_readers(
                document.id, permissions.readers, at=self._clock.now()
            )
        if (mark, permissions.record) != (known.mark, known.permissions):
            await self._documents.touch(document.id, mark=mark, permissions=permissions.record)

    async def _keep_for_now(
        self, run: _Run, part: Comparison, item: SourceItem, reason: str
    ) -> None:
        """It cannot be had just now. What it said before stays; what is new waits in quarantine."""
        known = part.known.get(item.source)
        if known and _was_read(known):
            run.say(FileOutcome(known.document.id, item.source, "kept", reason=reason))
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
        """Note the reason. An older version that could be read is withdrawn: it is not what the file says."""
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
            restricted=_is_restricted(run, permissions, known),
            size_bytes=len(data) or (item.size_bytes if isinstance(item, SourceFile) else 0),
            passages=0,
            learned_at=self._clock.now(),
            reason=reason,
        )
        await self._index.replace({document.id: (document.scope, [])})
        await self._record(document, item.root, "", permissions)
        if known:
            await self._drop_unused(known.document)
        run.say(FileOutcome(document.id, item.source, "quarantined", reason=reason))

    async def _forget_vanished(self, run: _Run, part: Comparison) -> None:
        gone = [item.document for item in part.vanished.values()]
        if not gone:
            return
        if part.nothing_is_left:
            reason = _NOTHING_LEFT.format(count=len(gone))
            run.say_besides(FileOutcome("", part.source.root, "kept", reason=reason))
            return
        await self.forget(gone)
        for document in gone:
            run.say_besides(FileOutcome(document.id, document.source, "forgotten"))

    async def _drop_unused(self, document: Document) -> None:
        for name in {document.version, document.parsed} - {""}:
            if not await self._documents.blob_in_use(name):
                await self._blobs.drop(name)

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


def _is_restricted(run: _Run, permissions: Permissions, known: KnownSource | None) -> bool:
    """Never opened again: whoever shut it, or the source, had a reason."""
    return (
        run.restricted
        or permissions.readers is not None
        or bool(known and known.document.restricted)
    )


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
