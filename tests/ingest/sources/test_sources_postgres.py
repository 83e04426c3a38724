"""Rows of a real PostgreSQL server: read under a read-only transaction, within the time limit."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.ingest.sources.loopback import free_port, process
from tests.ingest.sources.sql_servers import (
    assert_stopped_after_a_second,
    refusal_of_a_wrong_table,
)
from tests.needed import do_without

from teaegg.core.clock import SystemClock
from teaegg.core.errors import SourceUnavailableError
from teaegg.core.settings import SourceSettings
from teaegg.ingest.sources.addresses import parse_address
from teaegg.ingest.sources.base import Content, SourceFile
from teaegg.ingest.sources.databases.reading import ReadOnlyDatabase
from teaegg.ingest.sources.factory import open_source


def programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    on_path = shutil.which("postgres")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server of its own; it refuses to run as root, so root lends it to `nobody`."""
    folder = programs()
    if folder is None:
        do_without("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    as_root = os.getuid() == 0
    who: dict[str, Any] = {"user": "nobody"} if as_root else {}
    free = free_port()
    with tempfile.TemporaryDirectory() as place:
        data = Path(place) / "data"
        data.mkdir()
        if as_root:
            owner = pwd.getpwnam("nobody")
            for path in (Path(place), data):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        subprocess.run(
            [folder / "initdb", "-D", data, "-U", "tea", "-A", "trust", "--no-sync", "-E", "UTF8"],
            check=True,
            capture_output=True,
            cwd=place,
            **who,
        )
        command = [str(folder / "postgres"), "-D", str(data), "-p", str(free)]
        options = ["-k", place, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        with process([*command, *options], free, cwd=place, **who):
            asyncio.run(fill(free))
            yield free


async def fill(port: int) -> None:
    for _ in range(100):
        try:
            connection = await asyncpg.connect(
                host="127.0.0.1", port=port, user="tea", database="postgres"
            )
            break
        except (asyncpg.CannotConnectNowError, OSError):
            await asyncio.sleep(0.1)
    await connection.execute(
        "CREATE TABLE parts (number text PRIMARY KEY, name text, changed timestamptz DEFAULT now());"
        "INSERT INTO parts SELECT 'QH-' || n, '螺栓' || n FROM generate_series(1, 500) n"
    )
    await connection.close()


async def test_rows_are_read_and_only_changed_ones_again(port: int) -> None:
    address = f"postgresql://tea@127.0.0.1:{port}/postgres#table=parts&key=number&cursor=changed"
    source = await open_source(address, SourceSettings(), SystemClock(), str)
    items = [item for item in await source.look({}) if isinstance(item, SourceFile)]
    assert len(items) == 500 and len({item.mark for item in items}) == 1
    for item in items:
        reading = await source.read(item, "", limit_bytes=10_000)
        assert isinstance(reading, Content) and item.address.encode() in reading.data
    await source.close()


async def test_a_select_of_ones_own_is_read(port: int) -> None:
    query = "SELECT number, count(*)::int AS n FROM parts WHERE name LIKE '螺栓1%' GROUP BY 1"
    address = f"postgresql://tea@127.0.0.1:{port}/postgres#key=number&select={query}"
    source = await open_source(address, SourceSettings(), SystemClock(), str)
    assert len(await source.look({})) == 111
    await source.close()


async def test_the_database_itself_refuses_to_change_anything(port: int) -> None:
    address = parse_address(f"postgresql://tea@127.0.0.1:{port}/postgres")
    database = ReadOnlyDatabase(address, 5, SystemClock(), str)
    for statement in (
        "DELETE FROM parts",
        "CREATE TABLE other (x int)",
        "SET TRANSACTION READ WRITE",
    ):
        with pytest.raises(SourceUnavailableError, match=r"read-only|read-write"):
            async with database.connection() as connection:
                await connection.exec_driver_sql("SELECT 1")
                await connection.exec_driver_sql(statement)
    await database.close()


async def test_a_query_that_takes_too_long_is_stopped_by_the_database(port: int) -> None:
    query = "SELECT count(*) FROM generate_series(1, 100000000000) AS n"
    address = f"postgresql://tea@127.0.0.1:{port}/postgres#select={query}"
    await assert_stopped_after_a_second(address)


async def test_a_wrong_name_says_so_without_the_password(port: int) -> None:
    address = f"postgresql://tea:${{PW}}@127.0.0.1:{port}/postgres#table=nowhere"
    refusal = await refusal_of_a_wrong_table(address, "hunter2")
    assert "nowhere" in refusal and "hunter2" not in refusal
