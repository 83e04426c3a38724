"""Documents written in an order in which a kill loses nothing.

Order of writes for one document: contents, then the index (one atomic step, ids made from the
content), then the record. Whatever moment a process is killed at, the next run finds no record of
the new version, does the same again and ends the same: nothing lost, nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from teaegg.core.actors import scope_of
from teaegg.core.clock import Clock
from teaegg.core.documents import Document, Passage
from teaegg.ingest.sources.base import Permissions, SourceFile
from teaegg.store.blobs import BlobStore
from teaegg.store.documents import DocumentRecords, KnownSource
from teaegg.store.index import PassageIndex

_INTERRUPTED = "Learning it was interrupted. Learn it again."


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that has been read and waits to be written; `older` is what it replaces."""

    document: Document
    passages: Sequence[Passage]
    file: SourceFile
    mark: str
    older: Document | None


class DocumentWriter:
    """Puts documents into contents, index and records, and takes them out. Raises StorageError."""

    def __init__(
        self, index: PassageIndex, documents: DocumentRecords, blobs: BlobStore, clock: Clock
    ) -> None:
        self._index = index
        self._documents = documents
        self._blobs = blobs
        self._clock = clock

    async def keep(self, content: bytes) -> str:
        """Keep the bytes before anything speaks of them; returns their hash."""
        return await self._blobs.put(content)

    async def write(self, waiting: Sequence[ReadDocument]) -> None:
        """All of them into the index in one step, then the records."""
        for each in waiting:
            if each.older is None:
                # Without a record nobody could find the passages again, should this process be
                # killed now and the file be gone before the next run.
                announced = replace(each.document, state="quarantined", reason=_INTERRUPTED)
                await self._documents.put(announced, root=each.file.root)
        await self._index.replace(
            {each.document.id: (each.document.scope, each.passages) for each in waiting}
        )
        for each in waiting:
            await self._record(each.document, each.file.root, each.mark, each.file.permissions)
            if each.older:
                await self._drop_unused(each.older)

    async def quarantine(
        self, document: Document, root: str, permissions: Permissions, older: Document | None
    ) -> None:
        """Note the reason. An older version that could be read is withdrawn: it is not what the file says."""
        await self._index.replace({document.id: (document.scope, [])})
        await self._record(document, root, "", permissions)
        if older:
            await self._drop_unused(older)

    async def rename(self, known: KnownSource, file: SourceFile, mark: str) -> KnownSource:
        """The same content under a new name: nothing is read again, vectors and grants stay."""
        older = known.document
        await self._documents.move(older.id, root=file.root, source=file.source, mark=mark)
        return replace(known, document=replace(older, source=file.source), mark=mark)

    async def settle(
        self, known: KnownSource, permissions: Permissions, mark: str, *, restricted: bool
    ) -> None:
        """Note a new mark, new permissions or a new restriction of a file that says the same."""
        document = known.document
        if restricted and not document.restricted:
            scope = scope_of(document.collection, document.id, restricted=True)
            # The index first: should this stop half way, the document is hidden, not open.
            await self._index.set_scope(document.id, scope)
            await self._documents.set_restricted(document.id, True)
        if permissions.record != known.permissions:
            await self._set_readers(document, permissions)
        if (mark, permissions.record) != (known.mark, known.permissions):
            await self._documents.touch(document.id, mark=mark, permissions=permissions.record)

    async def forget(self, documents: Sequence[Document], *, by: str) -> None:
        """Remove documents from index, records and contents; their files are left alone."""
        await self._index.replace({item.id: (item.scope, []) for item in documents})
        names = [item.id for item in documents]
        await self._documents.forget(names, at=self._clock.now(), by=by)
        for item in documents:
            await self._drop_unused(item)

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
        await self._set_readers(document, permissions)
        await self._documents.touch(document.id, mark=mark, permissions=permissions.record)

    async def _set_readers(self, document: Document, permissions: Permissions) -> None:
        if permissions.readers is not None:
            await self._documents.set_source_readers(
                document.id, permissions.readers, at=self._clock.now()
            )

    async def _drop_unused(self, document: Document) -> None:
        for name in {document.version, document.parsed} - {""}:
            if not await self._documents.blob_in_use(name):
                await self._blobs.drop(name)
