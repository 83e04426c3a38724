"""Rows of a table or of a SELECT, each a record under the headers of its columns.

With a key, every row is a document of its own, whose identity is the key and whose state is the
cursor column's value (or, without one, a hash of the row): only rows that changed are fetched.
Without a key the whole result is one document and every row a passage of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import column, select, table, text
from sqlalchemy.engine import RowMapping
from sqlalchemy.sql.expression import FromClause

from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError, SourceUnavailableError
from teaegg.core.ids import text_hash
from teaegg.core.settings import SourceSettings
from teaegg.ingest.sources.addresses import Address, SecretOf
from teaegg.ingest.sources.base import Content, Reading, SourceFile, SourceItem, too_large
from teaegg.ingest.sources.databases.queries import checked_name, checked_select
from teaegg.ingest.sources.databases.reading import ReadOnlyDatabase
from teaegg.ingest.sources.names import safe

_ROWS_AHEAD = 200
_WHOLE = "*"

_Row: TypeAlias = RowMapping


class DatabaseSource:
    """`sqlite:////data/shop.db#table=parts&key=number&cursor=changed_at`, or `#key=id&select=SELECT …`."""

    def __init__(
        self, address: Address, settings: SourceSettings, clock: Clock, secret_of: SecretOf
    ) -> None:
        address.only("table", "select", "key", "cursor", "name")
        self.root = address.root
        self._max_files = settings.max_files
        self._key = _optional_column(address, "key")
        self._cursor = _optional_column(address, "cursor")
        self._database = ReadOnlyDatabase(
            address, settings.statement_timeout_seconds, clock, secret_of
        )
        self._records, self._name = _records(address, self._database.dialect)
        self._keys: dict[str, Any] = {}
        self._changed: list[str] = []
        self._ahead: dict[str, bytes] = {}

    async def look(self, known: Mapping[str, str]) -> list[SourceItem]:
        """Raises as `Source.look` says, and InvalidRequestError when a key is missing or not unique."""
        self._keys.clear()
        self._ahead.clear()
        if not self._key:
            return [SourceFile(self.root, f"{self._name}.csv", _WHOLE)]
        columns: list[Any] = [text("*")]
        if self._cursor:
            columns = [column(self._key), column(self._cursor)]
        items: dict[str, SourceItem] = {}
        async with self._database.connection() as connection:
            rows = await connection.stream(
                select(*columns).select_from(self._records).order_by(column(self._key))
            )
            async for row in rows.mappings():
                file = self._file(row)
                if file.address in items:
                    raise _bad_key(self.root, self._key, f"{row[self._key]!r} occurs twice")
                items[file.address] = file
                if len(items) > self._max_files:
                    raise SourceUnavailableError(
                        f"{self.root} holds more than {self._max_files} rows.",
                        remedy="Narrow it, leave the key out, or raise sources.max_files.",
                    )
        self._changed = [
            item.source
            for item in items.values()
            if isinstance(item, SourceFile) and known.get(item.source) != item.mark
        ]
        return list(items.values())

    async def read(self, file: SourceFile, known_mark: str, *, limit_bytes: int) -> Reading:
        if file.address == _WHOLE:
            return Content(await self._whole(file, limit_bytes))
        if file.source not in self._ahead:
            await self._read_ahead(file.source)
        data = self._ahead.pop(file.source, None)
        if data is None:
            return "gone"
        if len(data) > limit_bytes:
            raise too_large(file.source, limit_bytes)
        return Content(data, file.mark)

    async def close(self) -> None:
        await self._database.close()

    def _file(self, row: _Row) -> SourceFile:
        key = row[self._key]
        if key is None:
            raise _bad_key(self.root, self._key, "it is empty in a row")
        said = str(key)
        name = safe(f"{self._name}/{self._name} {said.replace('/', '%2F')}.csv")
        self._keys[name] = key
        state = _text(row[self._cursor]) if self._cursor else text_hash(_as_csv([row]))
        return SourceFile(self.root, name, said, mark=state)

    async def _read_ahead(self, first: str) -> None:
        """Changed rows in batches: one query for each would be slow on a table without an index."""
        start = self._changed.index(first) if first in self._changed else None
        names = [first] if start is None else self._changed[start : start + _ROWS_AHEAD]
        wanted = {self._keys[name]: name for name in names}
        query = select(text("*")).select_from(self._records)
        async with self._database.connection() as connection:
            rows = await connection.execute(query.where(column(self._key).in_(list(wanted))))
            for row in rows.mappings():
                self._ahead[wanted[row[self._key]]] = _as_csv([row]).encode("utf-8")

    async def _whole(self, file: SourceFile, limit_bytes: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        async with self._database.connection() as connection:
            rows = await connection.stream(select(text("*")).select_from(self._records))
            async for batch in rows.mappings().partitions(_ROWS_AHEAD):
                part = _as_csv(batch, headed=not parts).encode("utf-8")
                size += len(part)
                if size > limit_bytes:
                    raise too_large(file.source, limit_bytes)
                parts.append(part)
        return b"".join(parts)


def _records(address: Address, dialect: str) -> tuple[FromClause, str]:
    """What is selected from, and the name under which people know it."""
    if bool(address.option("table")) == bool(address.option("select")):
        raise InvalidRequestError(
            f"{address.root} must name either a table or a SELECT.",
            remedy="Write #table=NAME, or #select=SELECT … as the last option.",
        )
    if name := address.option("table"):
        schema, _, plain = checked_name(name, "table").rpartition(".")
        return table(plain, schema=schema or None), plain
    query = checked_select(address.option("select"), dialect)
    # A colon would begin a parameter.
    part = text(query.replace("\\", "\\\\").replace(":", "\\:"))
    return part.columns().subquery("records"), safe(address.option("name") or "rows")


def _optional_column(address: Address, option: str) -> str:
    name = address.option(option)
    return checked_name(name, "column") if name else ""


def _as_csv(rows: Sequence[_Row], *, headed: bool = True) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if headed and rows:
        writer.writerow(rows[0].keys())
    writer.writerows([_text(value) for value in row.values()] for row in rows)
    return out.getvalue()


def _text(value: object) -> str:
    if value is None or isinstance(value, bytes | memoryview):
        return ""
    if isinstance(value, date | datetime):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)


def _bad_key(root: str, key: str, why: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The key {key} of {root} names no row for certain: {why}.",
        remedy="Name a column that is filled and different in every row.",
    )
