"""The records of learned documents. Whoever reads for an actor passes the actor's visible set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, delete, false, func, literal, or_, select, true, update

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Document, DocumentState
from teaegg.store.database import Database
from teaegg.store.exams.changes import drop_items_of
from teaegg.store.experts.changes import withdraw_taught_by
from teaegg.store.schema.documents import DocumentRow, GrantRow, RevisionRow

GRANTED_BY_SOURCE = "source"
"""Who gave the grants that follow from a file's permissions where it lies."""
# `core.actors.scope_of` in SQL.
_SCOPE: ColumnElement[Any] = case(
    (DocumentRow.restricted, literal("document:") + DocumentRow.id),
    else_=literal("collection:") + DocumentRow.collection,
)
_OF_DOCUMENTS = RevisionRow.name == "documents"
_REVISION = select(RevisionRow.number).where(_OF_DOCUMENTS)
_ONE_MORE_REVISION = update(RevisionRow).where(_OF_DOCUMENTS).values(number=RevisionRow.number + 1)


@dataclass(frozen=True, slots=True)
class KnownSource:
    """What is remembered of a file at its source: `mark` tells whether it changed."""

    document: Document
    mark: str
    permissions: str = ""


class DocumentName(NamedTuple):
    """What people may call a document by; `scope` tells who may know of it (see `VisibleSet`)."""

    document: str
    title: str
    source: str
    scope: str = ""


class DocumentRecords:
    """Documents by id, by where they come from, and by what is still to do."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self, document: Document, *, root: str, mark: str = "", permissions: str = ""
    ) -> None:
        """Insert or replace the record of `document.id`."""
        row = DocumentRow(
            id=document.id,
            collection=document.collection,
            source=document.source,
            root=root,
            title=document.title,
            media_type=document.media_type,
            version=document.version,
            parsed=document.parsed,
            state=document.state,
            restricted=document.restricted,
            size_bytes=document.size_bytes,
            mark=mark,
            permissions=permissions,
            passages=document.passages,
            learned_at=document.learned_at,
            reason=document.reason,
            notes=list(document.notes),
        )
        async with self._database.session() as session:
            await session.merge(row)
            await session.execute(_ONE_MORE_REVISION)

    async def get(self, document: str, *, visible: VisibleSet) -> Document | None:
        """The record, or None when there is none or it is not visible: the two look the same."""
        found = await self._select(visible, DocumentRow.id == document)
        return found[0] if found else None

    async def list(
        self,
        *,
        visible: VisibleSet,
        collection: str | None = None,
        state: DocumentState | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[Document]:
        """Visible documents by title; `limit` None means all."""
        conditions = []
        if collection is not None:
            conditions.append(DocumentRow.collection == collection)
        if state is not None:
            conditions.append(DocumentRow.state == state)
        return await self._select(visible, *conditions, limit=limit, offset=offset)

    async def names_revision(self) -> int:
        """Another number after every change to what `names` gives, whichever process made it."""
        async with self._database.reading() as connection:
            return int((await connection.execute(_REVISION)).scalar_one())

    async def names(self) -> tuple[int, Sequence[DocumentName]]:
        """Revision and names of all documents that can be searched, whoever may know of them.

        For `understanding.known_names` alone, which shows of them only what an asker may know.
        """
        statement = select(
            DocumentRow.id, DocumentRow.title, DocumentRow.source, _SCOPE.label("scope")
        ).where(DocumentRow.state != "quarantined")
        async with self._database.reading() as connection:
            revision = int((await connection.execute(_REVISION)).scalar_one())
            return revision, [DocumentName(*row) for row in await connection.execute(statement)]

    async def count_by_state(self, *, visible: VisibleSet) -> dict[str, int]:
        """State → number of visible documents."""
        statement = (
            select(DocumentRow.state, func.count())
            .where(visible_condition(visible))
            .group_by(DocumentRow.state)
        )
        async with self._database.session() as session:
            return {row[0]: row[1] for row in await session.execute(statement)}

    async def under_root(self, collection: str, root: str) -> dict[str, KnownSource]:
        """Source → what is known of it, for every document learned into `collection` from `root`."""
        statement = select(DocumentRow).where(
            DocumentRow.collection == collection, DocumentRow.root == root
        )
        async with self._database.session() as session:
            rows = (await session.scalars(statement)).all()
        return {row.source: KnownSource(_document(row), row.mark, row.permissions) for row in rows}

    async def roots(self, collection: str) -> set[str]:
        """Every root that documents of `collection` were learned from."""
        statement = select(DocumentRow.root).where(DocumentRow.collection == collection).distinct()
        async with self._database.session() as session:
            return set((await session.scalars(statement)).all())

    async def set_state(self, document: str, version: str, state: DocumentState) -> None:
        """Move on, unless the document has changed its version meanwhile."""
        statement = (
            update(DocumentRow)
            .where(DocumentRow.id == document, DocumentRow.version == version)
            .values(state=state)
        )
        async with self._database.session() as session:
            await session.execute(statement)
            if state == "quarantined":
                await session.execute(_ONE_MORE_REVISION)

    async def touch(self, document: str, *, mark: str, permissions: str) -> None:
        """Note a new mark or new permissions of unchanged content."""
        statement = update(DocumentRow).where(DocumentRow.id == document)
        async with self._database.session() as session:
            await session.execute(statement.values(mark=mark, permissions=permissions))

    async def move(self, document: str, *, root: str, source: str, mark: str) -> None:
        """The same content under a new name; id, grants and passages stay."""
        statement = update(DocumentRow).where(DocumentRow.id == document)
        async with self._database.session() as session:
            await session.execute(statement.values(root=root, source=source, mark=mark))
            await session.execute(_ONE_MORE_REVISION)

    async def set_restricted(self, document: str, restricted: bool) -> None:
        statement = update(DocumentRow).where(DocumentRow.id == document)
        async with self._database.session() as session:
            await session.execute(statement.values(restricted=restricted))
            await session.execute(_ONE_MORE_REVISION)

    async def set_source_readers(
        self, document: str, readers: Collection[str], *, at: datetime
    ) -> None:
        """Grants on `document` for just these "group:NAME" and "user:NAME", as its source has it.

        Grants that people gave stay; those that its source gave before and no longer gives go.
        """
        on_document = (
            (GrantRow.target_kind == "document")
            & (GrantRow.target == document)
            & (GrantRow.granted_by == GRANTED_BY_SOURCE)
        )
        async with self._database.session() as session:
            await session.execute(delete(GrantRow).where(on_document))
            await session.flush()
            for reader in sorted(readers):
                kind, _, name = reader.partition(":")
                if await session.get(GrantRow, (kind, name, "document", document)) is None:
                    session.add(
                        GrantRow(
                            grantee_kind=kind,
                            grantee=name,
                            target_kind="document",
                            target=document,
                            granted_by=GRANTED_BY_SOURCE,
                            granted_at=at,
                            note="They may read the file at its source.",
                        )
                    )

    async def forget(
        self, documents: Sequence[str], *, at: datetime, by: str = GRANTED_BY_SOURCE
    ) -> None:
        """Remove the records and every grant on them, withdraw the experts that learned from them, and
        take the items that tell of them out of exams.

        `by` is who wanted it: a person, or the source that no longer holds them.
        """
        async with self._database.session() as session:
            # First: whoever registers an expert locks its documents, and is waited for here.
            await session.execute(delete(DocumentRow).where(DocumentRow.id.in_(documents)))
            await withdraw_taught_by(session, documents, by=by, at=at)
            await drop_items_of(session, documents, by=by, at=at)
            await session.execute(_ONE_MORE_REVISION)
            await session.execute(
                delete(GrantRow).where(
                    GrantRow.target_kind == "document", GrantRow.target.in_(documents)
                )
            )

    async def blob_in_use(self, name: str) -> bool:
        """Whether any document still refers to the blob, as original or as parsed content."""
        statement = select(DocumentRow.id).where(
            or_(DocumentRow.version == name, DocumentRow.parsed == name)
        )
        async with self._database.session() as session:
            return (await session.scalars(statement.limit(1))).first() is not None

    async def _select(
        self,
        visible: VisibleSet,
        *conditions: ColumnElement[bool],
        limit: int | None = None,
        offset: int = 0,
    ) -> Sequence[Document]:
        statement = (
            select(DocumentRow)
            .where(visible_condition(visible), *conditions)
            .order_by(DocumentRow.title, DocumentRow.id)
            .offset(offset)
        )
        if limit is not None:
            statement = statement.limit(limit)
        async with self._database.session() as session:
            return [_document(row) for row in (await session.scalars(statement)).all()]


def visible_condition(visible: VisibleSet) -> ColumnElement[bool]:
    """The same rule as the index applies, in SQL."""
    if visible.everything:
        return true()
    if visible.is_empty:
        return false()
    return or_(_SCOPE.in_(visible.scopes), DocumentRow.id.in_(visible.documents))


def _document(row: DocumentRow) -> Document:
    return Document(
        id=row.id,
        collection=row.collection,
        source=row.source,
        title=row.title,
        media_type=row.media_type,
        version=row.version,
        parsed=row.parsed,
        state=row.state,  # type: ignore[arg-type]  # only DocumentState values are ever written
        restricted=row.restricted,
        size_bytes=row.size_bytes,
        passages=row.passages,
        learned_at=row.learned_at,
        reason=row.reason,
        notes=tuple(row.notes),
    )
