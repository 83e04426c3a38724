"""The pure parts: schedules, queries, permissions, addresses, names of mail folders."""

from __future__ import annotations

import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.errors import InvalidRequestError, SettingsError, TeaEggError
from teaegg.ingest.sources.addresses import (
    is_address,
    lasting,
    parse_address,
    shown_address,
)
from teaegg.ingest.sources.base import SourceFile
from teaegg.ingest.sources.databases.queries import checked_name, checked_select
from teaegg.ingest.sources.folders import walk
from teaegg.ingest.sources.mailboxes import decoded, encoded
from teaegg.ingest.sources.permissions import known_readers, rights_of
from teaegg.ingest.sources.schedules import parse_schedule

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "minutes_ago", "due"),
    [
        ("every 30m", 29, False),
        ("every 30m", 30, True),
        ("every 2h", 119, False),
        ("Every 2 hours", 120, True),
        ("every 1d", 1440, True),
        ("daily 03:30", 8 * 60, False),
        ("daily 03:30", 9 * 60, True),
        ("daily at 3:30", 24 * 60, True),
        ("daily 23：00", 12 * 60, False),
        ("daily 23:00", 14 * 60, True),
    ],
)
def test_when_a_schedule_is_due(schedule: str, minutes_ago: int, due: bool) -> None:
    last = NOON - timedelta(minutes=minutes_ago)
    assert parse_schedule(schedule).is_due(last, NOON) is due
    assert parse_schedule(schedule).is_due(None, NOON)


@pytest.mark.parametrize(
    "schedule", ["", "every 0m", "every m", "daily 24:00", "daily 1:60", "* *"]
)
def test_a_schedule_that_cannot_be_understood_is_refused(schedule: str) -> None:
    with pytest.raises(InvalidRequestError, match="schedule"):
        parse_schedule(schedule)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM parts",
        "select number, name from parts where name like '%;%' and price > 1;",
        "WITH cheap AS (SELECT * FROM parts WHERE price < 3) SELECT * FROM cheap",
        "SELECT a FROM x UNION ALL SELECT a FROM y ORDER BY 1 LIMIT 5",
        "SELECT 'DELETE FROM parts' AS said, replace(name, 'a', 'b') FROM parts",
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_a_query_that_only_reads_is_let_through(query: str, dialect: str) -> None:
    assert checked_select(query, dialect) == query.rstrip(";")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "DELETE FROM parts",
        "SELECT 1; DROP TABLE parts",
        "SELECT 1; SELECT 2",
        "/* SELECT */ UPDATE parts SET price = 0",
        "WITH gone AS (DELETE FROM parts RETURNING *) SELECT * FROM gone",
        "WITH new AS (INSERT INTO parts VALUES (1) RETURNING *) SELECT * FROM new",
        "SELECT * INTO copy FROM parts",
        "SELECT * FROM parts FOR UPDATE",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM dblink('host=other', 'SELECT 1') AS t(x int)",
        "SELECT pg_terminate_backend(1)",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT nextval('ids')",
        "SELECT load_extension('evil')",
        "COPY parts TO PROGRAM 'sh'",
        "PRAGMA writable_schema=1",
        "ATTACH 'other.db' AS other",
        "EXPLAIN ANALYZE DELETE FROM parts",
        "CALL anything()",
        "VACUUM",
        "SELECT (",
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_query_that_could_change_or_reach_out_is_refused(query: str, dialect: str) -> None:
    with pytest.raises(InvalidRequestError, match="refused"):
        checked_select(query, dialect)


@pytest.mark.parametrize("name", ["a b", "a;b", "a--", 'a"b', "a.b.c", "", "1a"])
def test_a_name_that_is_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequestError):
        checked_name(name, "table")
    assert checked_name("零件.规格", "table") == "零件.规格"


@given(st.text(st.characters(codec="utf-16-be"), min_size=1, max_size=30))
def test_names_of_mail_folders_survive_their_encoding(name: str) -> None:
    assert decoded(encoded(name)) == name
    assert encoded(name).isascii()


def test_the_example_of_the_standard_for_mail_folders() -> None:
    assert encoded("~peter/mail/台北/日本語") == "~peter/mail/&U,BTFw-/&ZeVnLIqe-"
    assert encoded("A&B") == "A&-B"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docs", False),
        ("./a:b", False),
        ("C:\\docs", False),
        ("https://h/x", True),
        ("list:pages.txt", True),
        ("sqlite:///x.db", True),
        ("postgresql+asyncpg://h/x", True),
    ],
)
def test_what_is_an_address_and_what_a_path(text: str, expected: bool) -> None:
    assert is_address(text) is expected


def test_an_address_is_taken_apart_and_its_select_kept_whole() -> None:
    address = parse_address(
        "sqlite:////a.db#key=id&select=SELECT a & 1 AS b FROM t WHERE x = 'y#z'"
    )
    assert address.options == {"key": "id", "select": "SELECT a & 1 AS b FROM t WHERE x = 'y#z'"}
    assert address.root.startswith("sqlite:////a.db#key=id")
    with pytest.raises(InvalidRequestError, match="option 'key'"):
        address.only("table")


def test_a_kept_address_means_the_same_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert lasting("docs") == str(tmp_path / "docs")
    assert lasting("list:pages.txt") == f"list:{tmp_path / 'pages.txt'}"
    assert lasting("s3://b/p") == "s3://b/p"


@given(st.text(min_size=1, max_size=20).filter(lambda t: not set("@/:${}") & set(t) and t.strip()))
def test_a_password_is_never_shown(password: str) -> None:
    shown = shown_address(f"imaps://li:{password}@host/INBOX")
    if not any(character.isspace() for character in password):
        assert shown == "imaps://li:***@host/INBOX"
    assert shown_address("imaps://li:${MAIL}@host/") == "imaps://li:${MAIL}@host/"


def readers(path: Path, known: dict[str, str]) -> frozenset[str] | None:
    (found,) = walk([path], known)
    assert isinstance(found, SourceFile)
    return found.permissions.readers


def me(path: Path) -> tuple[str, str]:
    return f"user:{path.owner()}", f"group:{path.group()}"


def test_modes_give_readers_only_to_whom_the_settings_name(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir(mode=0o755)
    file = folder / "a.txt"
    file.write_text("x")
    owner, group = me(file)
    known = {owner: "user:chen", group: "group:hr"}
    for mode, expected in (
        (0o644, None),
        (0o640, {"user:chen", "group:hr"}),
        (0o600, {"user:chen"}),
        # Others may, the group may not: it is open to nobody by that.
        (0o604, {"user:chen"}),
        (0o060, {"group:hr"}),
    ):
        file.chmod(mode)
        found = readers(folder, known)
        assert found == (None if expected is None else frozenset(expected)), oct(mode)
    file.chmod(0o640)
    assert readers(folder, {}) == frozenset()
    folder.chmod(0o700)
    file.chmod(0o644)
    assert readers(folder, known) == {"user:chen"}


def test_an_access_list_wins_over_the_mode_and_its_mask_bounds_it(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    nobody = 0xFFFFFFFF
    entries = [
        (1, 6, nobody),
        (2, 7, 0),
        (4, 0, nobody),
        (8, 4, 0),
        (16, 4, nobody),
        (32, 0, nobody),
    ]
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(file, "system.posix_acl_access", packed)
    except OSError as error:
        pytest.skip(f"this file system keeps no access lists: {error}")
    rights = rights_of(file, file.stat())
    assert rights.allowed[""] == 0
    assert "+acl" in rights.told
    root_user = "user:root"
    assert rights.grants(root_user, 4)


def test_readers_in_the_settings_are_checked() -> None:
    assert known_readers(["group:staff = group:hr"]) == {"group:staff": "group:hr"}
    for wrong in ("staff=hr", "group:staff", "group:=group:hr", "role:x=group:y"):
        with pytest.raises(SettingsError) as raised:
            known_readers([wrong])
        assert isinstance(raised.value, TeaEggError) and "sources.readers" in str(raised.value)
