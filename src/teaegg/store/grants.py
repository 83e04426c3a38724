"""Records of what may be read: collections, and the grants that open them and single documents.

Plain facts only; what a grant opens is decided in `access.policy`. Every function is one
transaction. Raises ConflictError for a taken name and StorageError when the database refuses.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Delete, Row, and_, delete, or_, select

from teaegg.core.documents import Document
from teaegg.store.database import Database
from teaegg.store.schema.documents import CollectionRow, GrantRow

GranteeKind = Literal["group", "user"]
TargetKind = Literal["collection", "document"]


@dataclass(frozen=True, slots=True)
class Grant:
    """A reason to read: `grantee` may read `target`, because `granted_by` said so."""

    grantee_kind: GranteeKind
    grantee: str
    target_kind: TargetKind
    target: str
    granted_by: str
    granted_at: datetime
    note: str = ""


class GrantRecords:
    """Collections by name, grants by whom they name and by what they open."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_collection(self, name: str, created_at: datetime) -> None:
        async with self._database.session() as session:
            session.add(CollectionRow(name=name, created_at=created_at))

    async def list_collections(self) -> tuple[str, ...]:
        async with self._database.session() as session:
            return tuple(
                await session.scalars(select(CollectionRow.name).order_by(CollectionRow.name))
            )

    async def collection_exists(self, name: str) -> bool:
        async with self._database.session() as session:
            return await session.get(CollectionRow, name) is not None

    async def add_grant(self, grant: Grant) -> None:
        """A grant that is already there stays as it was recorded: the first reason is kept."""
        key = (grant.grantee_kind, grant.grantee, grant.target_kind, grant.target)
        async with self._database.session() as session:
            if await session.get(GrantRow, key) is None:
                session.add(
                    GrantRow(
                        grantee_kind=grant.grantee_kind,
                        grantee=grant.grantee,
                        target_kind=grant.target_kind,
                        target=grant.target,
                        granted_by=grant.granted_by,
                        granted_at=grant.granted_at,
                        note=grant.note,
                    )
                )

    async def remove_grant(
        self,
        grantee_kind: GranteeKind,
        grantee: str,
        target_kind: TargetKind,
        target: str,
    ) -> bool:
        """Whether there was such a grant."""
        async with self._database.session() as session:
            row = await session.get(GrantRow, (grantee_kind, grantee, target_kind, target))
            if row is not None:
                await session.delete(row)
            return row is not None

    async def list_grants(self) -> tuple[Grant, ...]:
        """Every grant, by target, then by grantee."""
        return await self._grants()

    async def grants_naming(self, user: str, groups: Collection[str]) -> tuple[Grant, ...]:
        """Grants to the user by name or to any of these groups."""
        return await self._grants(
            or_(
                and_(GrantRow.grantee_kind == "user", GrantRow.grantee == user),
                and_(GrantRow.grantee_kind == "group", GrantRow.grantee.in_(sorted(groups))),
            ),
        )

    async def grants_on(self, document: Document) -> tuple[Grant, ...]:
        """Grants on the document or on its collection, whoever they name."""
        return await self._grants(
            or_(
                and_(GrantRow.target_kind == "document", GrantRow.target == document.id),
                and_(GrantRow.target_kind == "collection", GrantRow.target == document.collection),
            ),
        )

    async def _grants(self, *conditions: ColumnElement[bool]) -> tuple[Grant, ...]:
        order = (GrantRow.target_kind, GrantRow.target, GrantRow.grantee_kind, GrantRow.grantee)
        statement = select(*GrantRow.__table__.columns).where(*conditions).order_by(*order)
        async with self._database.reading() as connection:
            return tuple(_grant(row) for row in await connection.execute(statement))


def delete_grants_to(grantee_kind: GranteeKind, grantee: str) -> Delete:
    """The statement with which whoever removes a user or a group drops their grants as well."""
    return delete(GrantRow).where(
        GrantRow.grantee_kind == grantee_kind, GrantRow.grantee == grantee
    )


def _grant(row: Row[Any]) -> Grant:
    return Grant(
        grantee_kind=cast(GranteeKind, row.grantee_kind),
        grantee=row.grantee,
        target_kind=cast(TargetKind, row.target_kind),
        target=row.target,
        granted_by=row.granted_by,
        granted_at=row.granted_at,
        note=row.note,
    )
