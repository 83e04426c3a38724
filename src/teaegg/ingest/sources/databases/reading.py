"""A connection that can only read: the database is told so before anything else is said to it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from teaegg.core.clock import Clock
from teaegg.core.errors import (
    InvalidRequestError,
    NotFoundError,
    SettingsError,
    SourceUnavailableError,
)
from teaegg.ingest.sources.addresses import Address, SecretOf

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "mysql": "mysql+aiomysql",
    "mariadb": "mariadb+aiomysql",
}
_DRIVER_PACKAGES = frozenset(("aiosqlite", "asyncpg", "aiomysql", "pymysql"))
_EXTRAS = {
    "postgresql": "'teaegg[postgres]'",
    "mysql": "'teaegg[mysql]'",
    "mariadb": "'teaegg[mysql]'",
}
# What makes a session read-only and bounds its statements; {ms} is the limit in milliseconds.
# MariaDB's and MySQL's statements on tables end a transaction and with it what it forbids: the
# session itself must forbid them as well (found by a test that dropped a table).
_PREPARATIONS = {
    "sqlite": ("PRAGMA query_only=ON",),
    "postgresql": ("SET TRANSACTION READ ONLY", "SET LOCAL statement_timeout = {ms}"),
    "mysql": (
        "SET SESSION MAX_EXECUTION_TIME = {ms}",
        "SET SESSION TRANSACTION READ ONLY",
        "START TRANSACTION READ ONLY",
    ),
    "mariadb": (
        "SET SESSION max_statement_time = {ms} / 1000",
        "SET SESSION TRANSACTION READ ONLY",
        "START TRANSACTION READ ONLY",
    ),
}

_GRACE = 1.5
_STEPS_UNTIL_ASKED = 50_000


class ReadOnlyDatabase:
    """An engine and the one way to it. `timeout_seconds` bounds every use of a connection."""

    def __init__(
        self, address: Address, timeout_seconds: float, clock: Clock, secret_of: SecretOf
    ) -> None:
        self._clock = clock
        self.root = address.root
        self.dialect = address.scheme.partition("+")[0]
        self._seconds = timeout_seconds
        self._file = _sqlite_file(address) if self.dialect == "sqlite" else None
        self._engine = self._made(_url(address, self._file, secret_of))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that reads and is rolled back. Raises SourceUnavailableError, NotFoundError."""
        if self._file is not None and not await asyncio.to_thread(self._file.is_file):
            raise NotFoundError(f"There is no database {self._file}.", remedy="Check the path.")
        started = self._clock.monotonic_seconds()
        try:
            # The databases stop by themselves; this is for a line that has gone dead.
            async with (
                asyncio.timeout(self._seconds * _GRACE),
                self._engine.connect() as connection,
            ):
                try:
                    await self._prepare(connection, started)
                    yield connection
                finally:
                    await connection.rollback()
        except TimeoutError as error:
            raise self._too_slow() from error
        except Exception as error:
            if not _is_of_database(error):
                raise
            if self._clock.monotonic_seconds() - started > self._seconds:
                raise self._too_slow() from error
            raise SourceUnavailableError(
                f"{self.root} did not answer: {getattr(error, 'orig', None) or error}.",
                remedy="Check address, names, user and password, or try again later.",
            ) from error

    async def _prepare(self, connection: AsyncConnection, started: float) -> None:
        """Make the session read-only and its statements end in time."""
        for statement in _PREPARATIONS[self.dialect]:
            await connection.execute(text(statement.format(ms=round(self._seconds * 1000))))
        if self.dialect == "sqlite":
            raw = (await connection.get_raw_connection()).driver_connection
            # SQLite has no limit of its own: it asks every so many steps whether to go on.
            await raw.set_progress_handler(  # type: ignore[union-attr]
                lambda: self._clock.monotonic_seconds() - started > self._seconds,
                _STEPS_UNTIL_ASKED,
            )

    def _too_slow(self) -> SourceUnavailableError:
        return SourceUnavailableError(
            f"{self.root} took more than {self._seconds:g} seconds.",
            remedy="Add an index, or raise sources.statement_timeout_seconds.",
        )

    async def close(self) -> None:
        await self._engine.dispose()

    def _made(self, url: URL) -> AsyncEngine:
        try:
            return create_async_engine(url, poolclass=NullPool)
        except ImportError as error:
            package = _EXTRAS.get(self.dialect, self.dialect)
            raise SettingsError(
                f"Sources of kind {self.dialect} need a package that is missing: {error}.",
                remedy=f"pip install {package}",
            ) from error


def _url(address: Address, file: Path | None, secret_of: SecretOf) -> URL:
    driver = _DRIVERS.get(address.scheme, address.scheme)
    if file is not None:
        # As a URI, so that the file is opened for reading only, and never made when it is missing.
        place = f"file:{quote(str(file))}"
        return URL.create(driver, database=place, query={"mode": "ro", "uri": "true"})
    return URL.create(
        driver,
        username=address.user(secret_of) or None,
        password=address.password(secret_of) or None,
        host=address.url.hostname,
        port=address.url.port,
        database=address.url.path.lstrip("/"),
    )


def _sqlite_file(address: Address) -> Path:
    """As SQLAlchemy has it: three slashes before a relative path, four before an absolute one."""
    if address.url.netloc or not address.url.path.strip("/"):
        raise InvalidRequestError(
            f"{address.root} names no file.",
            remedy="Write sqlite:///relative or sqlite:////absolute.",
        )
    return Path(address.url.path.removeprefix("/")).absolute()


def _is_of_database(error: Exception) -> bool:
    """While rows stream in, SQLAlchemy lets a driver's own errors through (asyncpg's, for one)."""
    if isinstance(error, SQLAlchemyError | OSError | sqlite3.Error):
        return True
    return type(error).__module__.partition(".")[0] in _DRIVER_PACKAGES
