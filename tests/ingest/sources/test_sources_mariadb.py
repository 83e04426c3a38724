"""Rows of a real MariaDB server: read under a read-only transaction, within the time limit."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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

aiomysql = pytest.importorskip("aiomysql", reason="aiomysql is not installed: pip install aiomysql")


def program() -> str | None:
    return shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server of its own; as root it is lent to `nobody`, since it refuses to run as root."""
    server = program()
    if server is None:
        do_without("MariaDB is not installed (Debian: apt-get install mariadb-server-core)")
    who: dict[str, Any] = {"user": "nobody"} if os.getuid() == 0 else {}
    free = free_port()
    with tempfile.TemporaryDirectory() as place:
        data = Path(place) / "data"
        data.mkdir()
        if who:
            owner = pwd.getpwnam("nobody")
            for path in (Path(place), data):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        # Without tables of privileges, which only the large package brings along: everybody may all.
        options = ["--no-defaults", "--skip-grant-tables", f"--datadir={data}"]
        listening = [f"--port={free}", "--bind-address=127.0.0.1", f"--socket={place}/s"]
        command = [server, *options, *listening, "--character-set-server=utf8mb4"]
        with process(command, free, cwd=place, **who):
            asyncio.run(fill(free))
            yield free


async def fill(port: int) -> None:
    connection = await aiomysql.connect(host="127.0.0.1", port=port, user="root", charset="utf8mb4")
    async with connection.cursor() as cursor:
        for statement in (
            "CREATE DATABASE shop CHARACTER SET utf8mb4",
            "USE shop",
            "CREATE TABLE parts (number varchar(20) PRIMARY KEY, name text,"
            " changed timestamp DEFAULT '2026-03-01 08:00:00')",
            "INSERT INTO parts (number, name)"
            " SELECT concat('QH-', seq), concat('螺栓', seq) FROM seq_1_to_500",
        ):
            await cursor.execute(statement)
    await connection.commit()
    connection.close()


async def test_rows_of_mariadb_are_read_with_their_characters(port: int) -> None:
    address = f"mariadb://root@127.0.0.1:{port}/shop#table=parts&key=number&cursor=changed"
    source = await open_source(address, SourceSettings(), SystemClock(), str)
    items = [item for item in await source.look({}) if isinstance(item, SourceFile)]
    assert len(items) == 500 and len({item.mark for item in items}) == 1
    for item in items[:20]:
        reading = await source.read(item, "", limit_bytes=10_000)
        assert isinstance(reading, Content) and item.address.encode() in reading.data
        assert "螺栓" in reading.data.decode()
    await source.close()


async def test_a_mariadb_session_itself_refuses_to_change_anything(port: int) -> None:
    address = parse_address(f"mariadb://root@127.0.0.1:{port}/shop")
    database = ReadOnlyDatabase(address, 5, SystemClock(), str)
    for statement in ("DELETE FROM parts", "UPDATE parts SET name = ''", "DROP TABLE parts"):
        with pytest.raises(SourceUnavailableError, match="READ ONLY"):
            async with database.connection() as connection:
                await connection.exec_driver_sql(statement)
    await database.close()


async def test_a_query_that_takes_too_long_is_stopped_by_mariadb(port: int) -> None:
    query = "SELECT count(*) AS n FROM seq_1_to_100000000 a, seq_1_to_100000000 b"
    address = f"mariadb://root@127.0.0.1:{port}/shop#select={query}"
    await assert_stopped_after_a_second(address)


async def test_a_wrong_table_of_mariadb_says_so_without_the_password(port: int) -> None:
    address = f"mariadb://root:${{PW}}@127.0.0.1:{port}/shop#table=nowhere"
    refusal = await refusal_of_a_wrong_table(address, "hunter2")
    assert "hunter2" not in refusal
