"""The records' database: migrated, transactional, and its failures said in our words."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from importlib import resources
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, select, text

from teaegg.core.errors import ConflictError, StorageError
from teaegg.store.database import Database, open_database
from teaegg.store.schema.base import Base
from teaegg.store.schema.documents import CollectionRow
from teaegg.store.schema.people import MembershipRow

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def url_of(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/records.db"


async def collections_in(database: Database) -> list[CollectionRow]:
    async with database.session() as session:
        return list(await session.scalars(select(CollectionRow).order_by(CollectionRow.name)))


async def test_migrations_lead_to_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    await (await open_database(url_of(tmp_path))).close()
    engine = create_engine(f"sqlite:///{tmp_path}/records.db")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    assert differences == []


def test_the_migrations_are_part_of_the_package() -> None:
    migrations = resources.files("teaegg.store") / "migrations"
    names = {entry.name for entry in migrations.iterdir()}
    assert {"env.py", "script.py.mako", "versions"} <= names
    assert any(entry.name.startswith("0001") for entry in (migrations / "versions").iterdir())


async def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    first = await open_database(url_of(tmp_path))
    async with first.session() as session:
        session.add(CollectionRow(name="价格", created_at=NOW))
    await first.close()
    second = await open_database(url_of(tmp_path))
    assert [row.name for row in await collections_in(second)] == ["价格"]
    await second.close()


async def test_times_come_back_in_utc_wherever_they_were_written(tmp_path: Path) -> None:
    database = await open_database(url_of(tmp_path))
    beijing = NOW.astimezone(timezone(timedelta(hours=8)))
    async with database.session() as session:
        session.add(CollectionRow(name="c", created_at=beijing))
    (row,) = await collections_in(database)
    assert (row.created_at, row.created_at.tzinfo) == (NOW, UTC)
    await database.close()


async def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    database = await open_database(url_of(tmp_path))
    with pytest.raises(ConflictError):
        async with database.session() as session:
            session.add(CollectionRow(name="c", created_at=NOW))
            await session.flush()
            session.add(MembershipRow(user="nobody", group="nothing"))
    with pytest.raises(ZeroDivisionError):
        async with database.session() as session:
            session.add(CollectionRow(name="c", created_at=NOW))
            await session.flush()
            _ = 1 / 0
    assert await collections_in(database) == []
    await database.close()


async def test_a_duplicate_is_a_conflict_and_nonsense_a_storage_error(tmp_path: Path) -> None:
    database = await open_database(url_of(tmp_path))
    for expected in (None, ConflictError):
        if expected is None:
            async with database.session() as session:
                session.add(CollectionRow(name="c", created_at=NOW))
        else:
            with pytest.raises(expected):
                async with database.session() as session:
                    session.add(CollectionRow(name="c", created_at=NOW))
    with pytest.raises(StorageError, match="did not carry out"):
        async with database.session() as session:
            await session.execute(text("SELECT * FROM no_such_table"))
    await database.close()


async def test_many_writers_wait_for_each_other_and_none_is_lost(tmp_path: Path) -> None:
    database = await open_database(url_of(tmp_path))

    async def write(number: int) -> None:
        async with database.session() as session:
            session.add(CollectionRow(name=f"c{number:02}", created_at=NOW))

    await asyncio.gather(*(write(number) for number in range(40)))
    assert len(await collections_in(database)) == 40
    await database.close()


# The driver's thread reports a failed connect to a loop that this test has closed by then.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:////no/such/folder/records.db",
        "postgresql+asyncpg://chen:tell-nobody@127.0.0.1:1/records",
        "nonsense://chen:tell-nobody@somewhere/records",
        "not a url",
    ],
)
async def test_a_database_that_cannot_be_opened_is_named_without_its_password(url: str) -> None:
    with pytest.raises(StorageError, match="cannot be opened") as refused:
        await open_database(url)
    assert "tell-nobody" not in str(refused.value)
    assert refused.value.remedy


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "records.db"
    file.write_bytes(b"these are somebody's notes, not a database" * 100)
    with pytest.raises(StorageError, match="cannot be opened"):
        await open_database(url_of(tmp_path))
    assert file.read_bytes().startswith(b"these are somebody's notes")
