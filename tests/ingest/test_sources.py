"""Walking over folders: stable names, nothing hidden, nothing outside, no exception."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from teaegg.ingest.sources.base import SourceFile, SourceProblem
from teaegg.ingest.sources.folders import walk


def sources(*paths: Path) -> list[str]:
    return [found.source for found in walk(paths) if isinstance(found, SourceFile)]


def problems(*paths: Path) -> dict[str, str]:
    return {found.source: found.reason for found in walk(paths) if isinstance(found, SourceProblem)}


def test_files_are_named_by_root_and_way(tmp_path: Path) -> None:
    root = tmp_path / "制度"
    (root / "子").mkdir(parents=True)
    (root / "b.md").write_text("b")
    (root / "子" / "a.md").write_text("a")
    assert sources(root) == ["制度/b.md", "制度/子/a.md"]
    assert sources(root / "b.md") == ["b.md"]
    (found,) = [f for f in walk([root / "b.md"]) if isinstance(f, SourceFile)]
    assert found.size_bytes == 1 and found.mark and found.root == str(root / "b.md")


def test_names_stay_when_the_folder_moves(tmp_path: Path) -> None:
    (tmp_path / "x" / "docs").mkdir(parents=True)
    (tmp_path / "x" / "docs" / "a.md").write_text("a")
    before = sources(tmp_path / "x" / "docs")
    (tmp_path / "x").rename(tmp_path / "y")
    assert sources(tmp_path / "y" / "docs") == before


@pytest.mark.parametrize(
    "name", [".hidden.md", "~$open.docx", ".DS_Store", "Thumbs.db", "a.md~", ".~lock.a.odt#"]
)
def test_left_over_files_are_skipped(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    assert list(walk([tmp_path])) == []


def test_links_out_of_the_folder_are_refused_and_loops_end(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    (tmp_path / "secret.txt").write_text("s")
    (root / "a.md").write_text("a")
    (root / "inside.md").symlink_to(root / "a.md")
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "loop").symlink_to(root)
    assert sources(root) == ["docs/a.md"]
    assert list(problems(root)) == ["docs/out.txt"]


def test_names_that_are_not_unicode_are_found_and_shown(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xb5\xc1.txt"
    Path(os.fsdecode(name)).write_bytes(b"x")
    (found,) = walk([tmp_path])
    assert isinstance(found, SourceFile)
    assert found.source == f"{tmp_path.name}/%b5%c1.txt"
    found.source.encode("utf-8")
    assert Path(found.address).read_bytes() == b"x"


def test_what_is_missing_becomes_a_problem(tmp_path: Path) -> None:
    assert "No such file" in problems(tmp_path / "gone")["gone"]
    os.mkfifo(tmp_path / "pipe")
    assert "neither" in problems(tmp_path)[f"{tmp_path.name}/pipe"]


def test_a_file_named_twice_is_found_once(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    assert sources(tmp_path, tmp_path, tmp_path / "a.md") == [f"{tmp_path.name}/a.md"]
