"""`teaegg sources`, `teaegg sync` and `teaegg learn` with addresses and `--watch`."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ingest.sources.loopback import WebSite, web_site

ROOT = Path(__file__).parents[3]


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as made:
        made.put("/leave.html", "<html><title>年假</title><p>年假有十五天。</p></html>")
        yield made


def test_a_page_is_learned_by_its_address(cli: Any, site: WebSite) -> None:
    first = cli.done("learn", f"{site.url}/leave.html", "--json").data
    assert (first["learned"], first["kept"]) == (1, [])
    assert "十五天" in cli.done("search", "年假", "--json").data["results"][0]["text"]
    assert cli.done("learn", f"{site.url}/leave.html", "--json").data["unchanged"] == 1
    assert site.statuses("/leave.html") == [200, 304]


def test_a_source_that_does_not_answer_is_an_error_of_its_own(cli: Any) -> None:
    typed = cli("learn", "http://127.0.0.1:1/", "--json")
    assert typed.code == 9
    assert "did not answer" in typed.data["kept"][0]["reason"]


def test_a_source_is_added_brought_in_step_listed_and_removed(cli: Any, site: WebSite) -> None:
    address = f"{site.url}/leave.html#bearer=${{WIKI}}"
    secret = {"WIKI": "tell-nobody"}
    cli.done("sources", "add", "wiki", address, "-c", "制度", "--schedule", "every 2h", **secret)
    (added,) = cli.done("sources", "list", "--json").data
    assert (added["name"], added["collection"], added["schedule"]) == ("wiki", "制度", "every 2h")
    assert added["succeeded_at"] is None and added["error"] == ""
    (done,) = cli.done("sync", "--json", **secret).data
    assert (done["name"], done["learned"], done["error"]) == ("wiki", 1, "")
    assert "Bearer tell-nobody" in [each.get("Authorization") for each in site.headers]
    assert cli.done("sync", "--json", **secret).data == []
    (listed,) = cli.done("sources", "list", "--json").data
    assert listed["succeeded_at"] and listed["counts"] == {"learned": 1}
    shown = cli.done("sources", "list")
    assert "tell-nobody" not in shown.out + json.dumps(listed) and "${WIKI}" in shown.out
    cli.done("sources", "remove", "wiki", "--forget", **secret)
    assert cli.done("documents", "--json").data == []
    assert cli.done("sources", "list", "--json").data == []


def test_a_source_that_fails_says_why_and_when_it_last_went_well(cli: Any) -> None:
    with web_site() as site:
        address = site.put("/a.html", "<html><p>年假有十五天。</p></html>")
        cli.done("sources", "add", "wiki", address)
        cli.done("sources", "sync", "wiki")
    typed = cli("sources", "sync", "wiki", "--json")
    assert typed.code == 9
    assert "did not answer" in typed.data[0]["error"]
    (listed,) = cli.done("sources", "list", "--json").data
    assert "did not answer" in listed["error"] and listed["succeeded_at"]
    assert len(cli.done("documents", "--json").data) == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("wiki", "https://li:hunter2@host/"), 2),
        (("wiki", "nonsense://x/y"), 2),
        (("wiki", "https://li:${NOT_SET}@host/"), 8),
        (("wiki", "/tmp", "--schedule", "now and then"), 2),
        (("a:b", "/tmp"), 2),
        (("shop", "sqlite:////x.db#select=DROP TABLE x"), 2),
    ],
)
def test_a_source_that_cannot_be_understood_is_not_added(
    cli: Any, words: tuple[str, ...], code: int
) -> None:
    typed = cli("sources", "add", *words)
    assert typed.code == code, typed.err
    assert "What to do" in typed.err and "hunter2" not in typed.err
    assert cli.done("sources", "list", "--json").data == []


def test_sources_are_in_the_hands_of_owners(cli: Any, site: WebSite, folder: Path) -> None:
    cli.done("learn", str(folder), "-c", "shelf", "--groups", "a", "--no-wait")
    cli.done("user", "add", "ed", "--role", "editor", "--groups", "a", "--no-password")
    for words in (("list",), ("add", "x", str(folder)), ("sync",), ("remove", "x")):
        assert cli("sources", *words, "--as", "ed").code == 4
    assert cli("learn", f"{site.url}/leave.html", "-c", "shelf", "--as", "ed").code == 4
    assert site.asked == []


def test_rows_of_a_database_answer(cli: Any, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as made:
        made.execute("CREATE TABLE parts (number TEXT, name TEXT)")
        made.execute("INSERT INTO parts VALUES ('QH-200', '离心泵')")
    address = f"sqlite:///{tmp_path}/shop.db#table=parts&key=number"
    assert cli.done("learn", address, "--json").data["learned"] == 1
    assert "离心泵" in cli.done("search", "QH-200", "--json").data["results"][0]["text"]


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_watching_learns_what_changes_survives_errors_and_stops_cleanly(
    cli: Any, folder: Path
) -> None:
    command = [sys.executable, "-m", "teaegg", "learn", str(folder), "--watch", "--no-wait"]
    environment = {
        "PYTHONPATH": str(ROOT / "src"),
        "TEAEGG_HOME": str(cli.home),
        "PATH": os.environ["PATH"],
        "TEAEGG_SOURCES__WATCH_SECONDS": "1",
    }
    said = cli.home.with_name("said.txt")
    with said.open("w") as errors:
        running = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert running.stdout is not None
    try:
        assert "2 learned" in running.stdout.readline()
        aside = folder.with_name("aside")
        folder.rename(aside)
        until(lambda: "There is no file or folder" in said.read_text())
        aside.rename(folder)
        (folder / "new.md").write_text("# 婚假\n\n婚假有三天。\n", encoding="utf-8")
        assert any("1 learned" in line for line in running.stdout)
        running.send_signal(signal.SIGTERM)
        running.wait(timeout=60)
    finally:
        running.kill()
    told = said.read_text()
    assert running.returncode == 0, told
    assert "Stopped watching." in told
    assert "Traceback" not in told
