"""The records' database: opened, migrated, and its failures translated.

SQLite (write-ahead log) by default, PostgreSQL by URL; the same tables and queries on both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry

from teaegg.core.errors import ConflictError, StorageError

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_TIMEOUT_MS = 30_000


class Database:
    """An open, migrated database. Make one with `open_database`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on any error.

        Raises ConflictError when a row of that name exists, StorageError for everything else that
        the database refuses.
        """
        with _translated():
            async with self._sessions() as session, session.begin():
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """For plain rows on the way of every question: half the cost of a session, writes nothing.

        Raises StorageError for everything that the database refuses.
        """
        with _translated():
            async with self._engine.connect() as connection:
                yield connection

    async def close(self) -> None:
        await self._engine.dispose()


async def open_database(url: str) -> Database:
    """Open `url` (an async SQLAlchemy URL) and bring its tables up to date.

    Raises StorageError when it cannot be reached, written or migrated.
    """
    try:
        engine = create_async_engine(url, pool_pre_ping=not url.startswith("sqlite"))
        if engine.dialect.name == "sqlite":
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        async with engine.connect() as connection:
            await connection.run_sync(_migrate)
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise StorageError(
            f"The database {_without_password(url)} cannot be opened: {error}.",
            remedy="Check the address, the rights on the folder and free disk space; see `teaegg doctor`.",
        ) from error
    return Database(engine)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(
            f"The database refused a duplicate or dangling record: {error.orig}.",
            remedy="Choose another name, or create what it refers to first.",
        ) from error
    except SQLAlchemyError as error:
        raise StorageError(
            f"The database did not carry out a change: {error}.",
            remedy="Check free disk space and that no other program locks it; nothing was changed.",
        ) from error


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # WAL: readers never wait for the writer, and a killed process leaves a consistent file.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _migrate(connection: Connection) -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS))
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def _without_password(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    credentials, at, place = rest.rpartition("@")
    user = credentials.partition(":")[0]
    return f"{scheme}{separator}{user}{at}{place}"
