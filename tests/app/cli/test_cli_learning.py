"""`teaegg learn`: what it tells, what it keeps in step, and whom it lets read."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]


def test_a_folder_is_learned_then_kept_in_step(cli: Any, folder: Path) -> None:
    first = cli.done("learn", str(folder), "--json").data
    assert first == {
        "collection": "documents",
        "files": 2,
        "learned": 2,
        "updated": 0,
        "unchanged": 0,
        "moved": 0,
        "forgotten": 0,
        "passages": first["passages"],
        "quarantined": [],
        "kept": [],
    }
    assert first["passages"] >= 2
    (folder / "prices.md").write_text(
        "# 价格表\n\n成本价改为1001元，自三月起执行。\n", encoding="utf-8"
    )
    (folder / "handbook.md").unlink()
    (folder / "empty.docx").write_bytes(b"")
    second = cli.done("learn", str(folder), "--json").data
    counts = {key: second[key] for key in ("learned", "updated", "unchanged", "forgotten")}
    assert counts == {"learned": 0, "updated": 1, "unchanged": 0, "forgotten": 1}
    assert second["quarantined"][0]["source"] == "documents/empty.docx"
    assert second["quarantined"][0]["reason"]
    failed = cli.done("failures", "--json").data
    assert [item["source"] for item in failed] == ["documents/empty.docx"]
    assert "1001元" in cli.done("search", "成本价", "--json").data["results"][0]["text"]


def test_the_summary_is_for_people_and_remarks_stay_off_stdout(cli: Any, folder: Path) -> None:
    typed = cli.done("learn", str(folder), "-c", "资料")
    assert typed.out.startswith("资料: 2 learned, 0 updated, 0 unchanged")
    assert "Only owners may read" in typed.err
    assert "teaegg grant group:GROUP collection:资料" in typed.err


def test_nothing_readable_is_an_error_but_one_bad_file_is_not(cli: Any, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    assert cli("learn", str(tmp_path / "bad")).code == 5
    (tmp_path / "bad" / "fine.txt").write_text("茶叶蛋要煮八分钟。", encoding="utf-8")
    typed = cli("learn", str(tmp_path / "bad"))
    assert typed.code == 0
    assert "unreadable: bad/broken.pdf" in typed.out


def test_a_path_that_is_not_there_is_named_and_nothing_is_made_for_it(cli: Any) -> None:
    typed = cli("learn", "nowhere", "-c", "new")
    assert typed.code == 3
    assert "nowhere" in typed.err
    assert cli.done("collection", "list", "--json").data == []


def test_without_waiting_full_text_answers_and_vectors_come_next_time(
    cli: Any, folder: Path
) -> None:
    cli.done("learn", str(folder), "--no-wait")
    assert {d["state"] for d in cli.done("documents", "--json").data} == {"searchable"}
    assert "年假5天" in cli.done("ask", "年假有几天？").out
    cli.done("learn", str(folder))
    assert {d["state"] for d in cli.done("documents", "--json").data} == {"complete"}


def readers(cli: Any, source: str) -> set[str]:
    """Who of the three people reads the document that came from `source`."""
    return {
        name
        for name in ("anna", "ben", "cara")
        if source in [d["source"] for d in cli.done("documents", "--as", name, "--json").data]
    }


@pytest.fixture
def people(cli: Any) -> Any:
    """anna is of a, ben of b, cara of both."""
    for group in ("a", "b"):
        cli.done("group", "add", group)
    for name, groups in (("anna", "a"), ("ben", "b"), ("cara", "a,b")):
        cli.done("user", "add", name, "--groups", groups, "--no-password")
    return cli


def test_groups_restrict_new_documents_and_widen_nothing(people: Any, folder: Path) -> None:
    old, new = folder / "handbook.md", folder / "prices.md"
    people.done("learn", str(old), "-c", "shelf", "--groups", "a", "--no-wait")
    people.done("learn", str(new), "-c", "shelf", "--groups", "b", "--no-wait")
    assert readers(people, "handbook.md") == {"anna", "cara"}
    assert readers(people, "prices.md") == {"ben", "cara"}
    people.done("learn", str(new), "-c", "shelf", "--groups", "a", "--no-wait")
    assert readers(people, "prices.md") == {"ben", "cara"}
    people.done("learn", str(new), "-c", "shelf", "--no-wait")
    assert readers(people, "prices.md") == {"ben", "cara"}


def test_groups_named_later_open_what_was_learned_without_any(people: Any, folder: Path) -> None:
    source = folder / "handbook.md"
    people.done("learn", str(source), "-c", "shelf", "--no-wait")
    assert readers(people, "handbook.md") == set()
    people.done("learn", str(source), "-c", "shelf", "--groups", "a", "--no-wait")
    assert readers(people, "handbook.md") == {"anna", "cara"}


def test_the_same_groups_again_leave_the_collection_as_it_is(people: Any, folder: Path) -> None:
    for _ in range(2):
        people.done("learn", str(folder), "-c", "shelf", "--groups", "a", "--no-wait")
    assert [g["what"] for g in people.done("grants", "list", "--json").data] == ["collection:shelf"]


def test_a_group_that_is_missing_is_made_and_told(cli: Any, folder: Path) -> None:
    typed = cli.done("learn", str(folder), "-c", "shelf", "--groups", "a，新组", "--no-wait")
    assert "Made the group 新组" in typed.err
    assert cli.done("group", "list", "--json").data == {"a": [], "新组": []}


def test_only_editors_of_a_collection_and_owners_may_add_to_it(people: Any, folder: Path) -> None:
    people.done("learn", str(folder / "handbook.md"), "-c", "shelf", "--groups", "a", "--no-wait")
    people.done("user", "add", "ed", "--role", "editor", "--groups", "a", "--no-password")
    more = str(folder / "prices.md")
    assert people("learn", more, "-c", "shelf", "--as", "anna").code == 4
    assert people("learn", more, "-c", "shelf", "--as", "ben").code == 3
    people.done("learn", more, "-c", "shelf", "--as", "ed", "--no-wait")
    assert readers(people, "prices.md") == {"anna", "cara"}
    assert people("learn", more, "-c", "shelf", "--groups", "b", "--as", "ed").code == 4


def test_a_run_that_is_stopped_says_how_to_go_on_and_loses_nothing(
    cli: Any, tmp_path: Path
) -> None:
    many = tmp_path / "many"
    many.mkdir()
    for number in range(60):
        (many / f"{number}.txt").write_text(f"第{number}号蛋煮{number}分钟。", encoding="utf-8")
    command = [sys.executable, "-m", "teaegg", "learn", str(many), "--no-wait", "--json"]
    environment = {
        "PYTHONPATH": str(ROOT / "src"),
        "TEAEGG_HOME": str(cli.home),
        "PATH": os.environ["PATH"],
    }
    running = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A suite that runs in the background of a shell has Ctrl-C switched off; its children not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    blobs = cli.home / "blobs"
    deadline = time.monotonic() + 60
    while not (blobs.is_dir() and len(list(blobs.rglob("*"))) > 8):
        assert running.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "the same command goes on" in err
    assert "Traceback" not in err
    assert out == ""
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert json.loads(done.stdout)["files"] == 60
    assert len(cli.done("documents", "--json").data) == 60
