"""Records of the sources that are kept in step: where they are, how often, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update

from teaegg.store.database import Database
from teaegg.store.schema.documents import SourceRow

UNFINISHED = "It has not finished: it is still going on, or was interrupted."
"""The error of a source while it is brought in step, so that a killed process leaves the truth."""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source by its `name`. `address` holds no secret; `schedule` is "" for: only when asked.

    `error` is what went wrong the last time, "" when it went well, and `remedy` what to do about it;
    `counts` say how many files were learned, updated and so on the last time that it went well. While
    `paused`, it is brought in step only when somebody asks for it.
    """

    name: str
    address: str
    collection: str
    schedule: str
    permissions: str
    added_by: str
    added_at: datetime
    tried_at: datetime | None = None
    succeeded_at: datetime | None = None
    error: str = ""
    remedy: str = ""
    paused: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)


class SourceRecords:
    """Sources by name. Raises ConflictError for a taken name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, record: SourceRecord) -> None:
        async with self._database.session() as session:
            session.add(
                SourceRow(
                    name=record.name,
                    address=record.address,
                    collection=record.collection,
                    schedule=record.schedule,
                    permissions=record.permissions,
                    added_by=record.added_by,
                    added_at=record.added_at,
                )
            )

    async def get(self, name: str) -> SourceRecord | None:
        async with self._database.session() as session:
            row = await session.get(SourceRow, name)
            return None if row is None else _record(row)

    async def list(self) -> tuple[SourceRecord, ...]:
        async with self._database.session() as session:
            rows = await session.scalars(select(SourceRow).order_by(SourceRow.name))
            return tuple(_record(row) for row in rows)

    async def remove(self, name: str) -> None:
        async with self._database.session() as session:
            row = await session.get(SourceRow, name)
            if row is not None:
                await session.delete(row)

    async def begin(self, name: str, last: datetime | None, at: datetime) -> bool:
        """Take the turn: False when another process has begun since `last`."""
        same = SourceRow.tried_at.is_(None) if last is None else SourceRow.tried_at == last
        statement = update(SourceRow).where(SourceRow.name == name, same)
        turn = statement.values(tried_at=at, error=UNFINISHED, remedy="").returning(SourceRow.name)
        async with self._database.session() as session:
            result = await session.execute(turn)
            return result.first() is not None

    async def succeed(self, name: str, at: datetime, counts: Mapping[str, int]) -> None:
        values = {"succeeded_at": at, "error": "", "remedy": "", "counts": dict(counts)}
        await self._note(name, values)

    async def fail(self, name: str, error: str, remedy: str = "") -> None:
        await self._note(name, {"error": error, "remedy": remedy})

    async def pause(self, name: str, paused: bool) -> None:
        await self._note(name, {"paused": paused})

    async def _note(self, name: str, values: Mapping[str, object]) -> None:
        statement = update(SourceRow).where(SourceRow.name == name).values(**values)
        async with self._database.session() as session:
            await session.execute(statement)


def _record(row: SourceRow) -> SourceRecord:
    return SourceRecord(
        name=row.name,
        address=row.address,
        collection=row.collection,
        schedule=row.schedule,
        permissions=row.permissions,
        added_by=row.added_by,
        added_at=row.added_at,
        tried_at=row.tried_at,
        succeeded_at=row.succeeded_at,
        error=row.error,
        remedy=row.remedy,
        paused=row.paused,
        counts=row.counts,
    )
