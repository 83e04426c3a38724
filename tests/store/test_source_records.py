"""Records of sources: one process takes the turn, and files learned before this table stay known."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from teaegg.core.errors import ConflictError
from teaegg.store.database import Database, open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.sources import UNFINISHED, SourceRecord, SourceRecords

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MIGRATIONS = Path(__file__).parents[2] / "src/teaegg/store/migrations"


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[SourceRecords]:
    database: Database = await open_database(f"sqlite+aiosqlite:///{tmp_path}/records.db")
    made = SourceRecords(database)
    await made.add(SourceRecord("wiki", "https://wiki/", "制度", "every 2h", "record", "chen", NOW))
    yield made
    await database.close()


async def test_what_was_added_is_listed_and_a_name_is_taken_once(records: SourceRecords) -> None:
    (found,) = await records.list()
    assert found == await records.get("wiki")
    assert (found.added_at, found.succeeded_at, found.error) == (NOW, None, "")
    with pytest.raises(ConflictError):
        await records.add(found)
    await records.remove("wiki")
    assert await records.list() == () and await records.get("wiki") is None


async def test_only_one_of_two_processes_takes_the_turn(records: SourceRecords) -> None:
    assert await records.begin("wiki", None, NOW)
    assert not await records.begin("wiki", None, NOW)
    taken = await records.get("wiki")
    assert taken is not None and taken.error == UNFINISHED
    later = NOW + timedelta(hours=2)
    assert await records.begin("wiki", NOW, later)
    assert not await records.begin("wiki", NOW, later)
    assert not await records.begin("nowhere", None, NOW)


async def test_an_error_leaves_the_time_of_the_last_success(records: SourceRecords) -> None:
    await records.succeed("wiki", NOW, {"learned": 3})
    await records.fail("wiki", "It did not answer.")
    found = await records.get("wiki")
    assert found is not None
    assert (found.succeeded_at, found.error, found.counts) == (
        NOW,
        "It did not answer.",
        {"learned": 3},
    )
    await records.succeed("wiki", NOW, {})
    assert (await records.list())[0].error == ""


def migrate(file: Path, revision: str, *, down: bool = False) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        configuration = Config()
        configuration.set_main_option("script_location", str(MIGRATIONS))
        configuration.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(configuration, revision)
    engine.dispose()


async def test_files_learned_before_are_known_by_the_mark_that_they_have_now(
    tmp_path: Path,
) -> None:
    file = tmp_path / "records.db"
    migrate(file, "0001")
    names = "'d1', 'c', 'docs/a.md', '/docs', 'A', 'text/markdown', 'v', '', 'complete'"
    with sqlite3.connect(file) as old:
        old.execute(
            f"INSERT INTO documents VALUES ({names}, 0, 12, 1700000000000000001, 3,"
            " '2026-03-02', '', '[]')"
        )
    database = await open_database(f"sqlite+aiosqlite:///{file}")
    known = await DocumentRecords(database).under_root("c", "/docs")
    await database.close()
    assert known["docs/a.md"].mark == "1700000000000000001:12"
    migrate(file, "0001", down=True)
    with sqlite3.connect(file) as again:
        assert again.execute("SELECT id, modified_ns FROM documents").fetchall() == [("d1", 0)]
