"""The records of experts. Whoever reads for an actor passes the actor and the visible set.

What an actor may use is decided inside the query, from the grants of that moment. Every function is
one transaction. Raises StorageError when the database refuses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast, get_args

from sqlalchemy import ColumnElement, and_, delete, exists, not_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from teaegg.core.actors import EVERYONE, Actor, VisibleSet
from teaegg.core.documents import Document
from teaegg.core.errors import ConflictError
from teaegg.core.experts import Expert, ExpertState
from teaegg.store.database import Database
from teaegg.store.documents import visible_condition
from teaegg.store.experts.changes import change_state, note_change, require_documents
from teaegg.store.grants import GranteeKind
from teaegg.store.schema.documents import DocumentRow
from teaegg.store.schema.experts import (
    DatasetDocumentRow,
    DatasetRow,
    ExpertChangeRow,
    ExpertDocumentRow,
    ExpertRow,
    ExpertWideningRow,
)

ALL_STATES: tuple[ExpertState, ...] = get_args(ExpertState)
_LEAST_DIGITS = 8
"""So many digits of an id name it as long as no other begins with them."""


@dataclass(frozen=True, slots=True)
class TrainingDocument:
    """A document that taught an expert, as it was at that time."""

    document: str
    version: str
    collection: str
    scope: str
    title: str

    @classmethod
    def of(cls, document: Document) -> TrainingDocument:
        """The document as it is now."""
        return cls(
            document.id, document.version, document.collection, document.scope, document.title
        )


@dataclass(frozen=True, slots=True)
class Dataset:
    """Rows to learn from. `recipe` says how they were made, `file` where they lie ("": not kept)."""

    hash: str
    scene: str
    rows: int
    recorded_at: datetime
    teacher: str = ""
    recipe: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class ExpertRecord:
    """An expert, its state, and what is known of its making.

    `title` and `collections` are its scene's; `training` is the recipe and whatever else was
    recorded of the run, `code` the version of the program. `remakes` is the id of the withdrawn
    expert that it was made again for, "" for none.
    """

    expert: Expert
    state: ExpertState
    registered_at: datetime
    title: str = ""
    collections: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    remakes: str = ""

    @property
    def id(self) -> str:
        return self.expert.id


@dataclass(frozen=True, slots=True)
class Change:
    """Who moved an expert to `state`, when and why."""

    state: ExpertState
    by: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Widening:
    """An owner opened an expert to a group or user who may not read all that taught it."""

    grantee_kind: GranteeKind
    grantee: str
    by: str
    at: datetime
    why: str


class ExpertRecords:
    """Experts by id and by scene, within what an actor may know of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record_dataset(self, dataset: Dataset, documents: Collection[str]) -> None:
        """Keep or renew the record. Raises ConflictError when one of `documents` is not there (any more)."""
        async with self._database.session() as session:
            await _put_dataset(session, dataset, documents)
            await require_documents(session, documents)

    async def register(
        self,
        record: ExpertRecord,
        dataset: Dataset,
        documents: Sequence[TrainingDocument],
        *,
        by: str,
        why: str = "",
    ) -> None:
        """A new candidate with all that made it; registering the same again changes nothing.

        Raises ConflictError when a document was forgotten while the expert learned from it, or when
        the expert has been withdrawn.
        """
        async with self._database.session() as session:
            known = await session.get(ExpertRow, record.id)
            if known is not None:
                _require_not_withdrawn(known)
                return
            await _put_dataset(session, dataset, [item.document for item in documents])
            session.add(_row(record))
            await session.flush()
            session.add_all(_document_row(record.id, item) for item in documents)
            at = record.registered_at
            await note_change(session, record.id, record.state, by=by, at=at, why=why)
            await require_documents(session, [item.document for item in documents])

    async def list(
        self,
        *,
        actor: Actor,
        visible: VisibleSet,
        states: Collection[ExpertState] = ALL_STATES,
    ) -> tuple[ExpertRecord, ...]:
        """Experts that the actor may use, by scene, the newest first."""
        return await self._select(_usable(actor, visible), ExpertRow.state.in_(states))

    async def called(
        self,
        name: str,
        *,
        actor: Actor,
        visible: VisibleSet,
        states: Collection[ExpertState] = ALL_STATES,
    ) -> tuple[ExpertRecord, ...]:
        """Those of the scene `name`, the newest first, or the one whose id is or begins with it."""
        meant = or_(ExpertRow.scene == name, ExpertRow.id == name)
        if len(name) >= _LEAST_DIGITS:
            meant = or_(meant, ExpertRow.id.startswith(name, autoescape=True))
        return await self._select(_usable(actor, visible), meant, ExpertRow.state.in_(states))

    async def retire(self, expert: str, *, by: str, at: datetime, why: str = "") -> None:
        """Raises ConflictError when it is neither released nor a candidate."""
        async with self._database.session() as session:
            if not await change_state(
                session,
                expert,
                to="retired",
                out_of=("released", "candidate"),
                by=by,
                at=at,
                why=why,
            ):
                raise _moved_on(expert, "released or a candidate")

    async def widen(self, expert: str, widening: Widening) -> None:
        """A widening that is there already stays as it was recorded: the first reason is kept."""
        key = (expert, widening.grantee_kind, widening.grantee)
        async with self._database.session() as session:
            if await session.get(ExpertWideningRow, key) is None:
                session.add(
                    ExpertWideningRow(
                        expert=expert,
                        grantee_kind=widening.grantee_kind,
                        grantee=widening.grantee,
                        by=widening.by,
                        at=widening.at,
                        why=widening.why,
                    )
                )

    async def narrow(self, expert: str, grantee_kind: GranteeKind, grantee: str) -> bool:
        """Take a widening back; whether there was one."""
        statement = delete(ExpertWideningRow).where(
            ExpertWideningRow.expert == expert,
            ExpertWideningRow.grantee_kind == grantee_kind,
            ExpertWideningRow.grantee == grantee,
        )
        async with self._database.session() as session:
            removed = await session.execute(statement.returning(ExpertWideningRow.grantee))
            return removed.first() is not None

    async def widenings(self, expert: str) -> tuple[Widening, ...]:
        columns = ExpertWideningRow
        statement = (
            select(columns.grantee_kind, columns.grantee, columns.by, columns.at, columns.why)
            .where(columns.expert == expert)
            .order_by(columns.grantee_kind, columns.grantee)
        )
        async with self._database.reading() as connection:
            return tuple(
                Widening(cast(GranteeKind, kind), grantee, by, at, why)
                for kind, grantee, by, at, why in await connection.execute(statement)
            )

    async def changes(self, expert: str) -> tuple[Change, ...]:
        """Its history, the registration first."""
        columns = ExpertChangeRow
        statement = (
            select(columns.state, columns.by, columns.at, columns.why)
            .where(columns.expert == expert)
            .order_by(columns.ordinal)
        )
        async with self._database.reading() as connection:
            return tuple(
                Change(cast(ExpertState, state), by, at, why)
                for state, by, at, why in await connection.execute(statement)
            )

    async def _select(self, *conditions: ColumnElement[bool]) -> tuple[ExpertRecord, ...]:
        statement = (
            select(*ExpertRow.__table__.columns)
            .where(*conditions)
            .order_by(ExpertRow.scene, ExpertRow.registered_at.desc(), ExpertRow.id)
        )
        async with self._database.reading() as connection:
            return tuple(_record(row) for row in await connection.execute(statement))


def _usable(actor: Actor, visible: VisibleSet) -> ColumnElement[bool]:
    """`access.expert_policy` in SQL: all that taught it is visible, or it was widened to the actor.

    Of what nothing is recorded, or something is gone, nobody but owners may know.
    """
    if visible.everything:
        return true()
    taught = ExpertDocumentRow.expert == ExpertRow.id
    there = DocumentRow.id == ExpertDocumentRow.document
    is_gone = exists().where(taught, not_(exists().where(there).correlate(ExpertDocumentRow)))
    is_hidden = exists().where(
        taught, not_(exists().where(there, visible_condition(visible)).correlate(ExpertDocumentRow))
    )
    is_widened = exists().where(
        ExpertWideningRow.expert == ExpertRow.id,
        or_(
            and_(ExpertWideningRow.grantee_kind == "user", ExpertWideningRow.grantee == actor.name),
            and_(
                ExpertWideningRow.grantee_kind == "group",
                ExpertWideningRow.grantee.in_(sorted(actor.groups | {EVERYONE})),
            ),
        ),
    )
    reads_all = and_(exists().where(taught), not_(is_hidden))
    return and_(not_(is_gone), or_(reads_all, is_widened))


def _require_not_withdrawn(known: ExpertRow) -> None:
    if known.state == "withdrawn":
        raise ConflictError(
            f"The expert {known.id[:12]} was withdrawn and does not come back.",
            remedy="Train another, with another seed if the rows are the same.",
        )


async def _put_dataset(session: AsyncSession, dataset: Dataset, documents: Collection[str]) -> None:
    await session.merge(
        DatasetRow(
            hash=dataset.hash,
            scene=dataset.scene,
            teacher=dataset.teacher,
            recipe=dataset.recipe,
            rows=dataset.rows,
            file=dataset.file,
            recorded_at=dataset.recorded_at,
        )
    )
    await session.flush()
    for document in sorted(set(documents)):
        await session.merge(
            DatasetDocumentRow(
                dataset=dataset.hash, document=document, forgotten_at=None, swept=False
            )
        )
    await session.flush()


def _moved_on(expert: str, expected: str) -> ConflictError:
    return ConflictError(
        f"The expert {expert[:12]} is not {expected}.", remedy="See `teaegg expert list`."
    )


def _row(record: ExpertRecord) -> ExpertRow:
    expert = record.expert
    return ExpertRow(
        id=expert.id,
        scene=expert.scene,
        title=record.title,
        collections=list(record.collections),
        base=expert.base,
        adapter=expert.adapter,
        template=expert.template,
        instructions=expert.instructions,
        max_tokens=expert.max_tokens,
        dataset=expert.dataset,
        recipe=expert.recipe,
        training=dict(record.training),
        code=record.code,
        state=record.state,
        registered_at=record.registered_at,
        remakes=record.remakes,
    )


def _document_row(expert: str, item: TrainingDocument) -> ExpertDocumentRow:
    return ExpertDocumentRow(
        expert=expert,
        document=item.document,
        version=item.version,
        collection=item.collection,
        scope=item.scope,
        title=item.title,
    )


def _record(row: Any) -> ExpertRecord:
    return ExpertRecord(
        expert=Expert(
            id=row.id,
            scene=row.scene,
            base=row.base,
            adapter=row.adapter,
            template=row.template,
            instructions=row.instructions,
            max_tokens=row.max_tokens,
            dataset=row.dataset,
            recipe=row.recipe,
        ),
        state=cast(ExpertState, row.state),
        registered_at=row.registered_at,
        title=row.title,
        collections=tuple(row.collections),
        training=row.training,
        code=row.code,
        remakes=row.remakes,
    )
