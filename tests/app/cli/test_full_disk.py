"""A disk that takes no more: a clear message, nothing lost, and the same command goes on later."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

STORAGE_EXIT = 6


def teaegg(
    home: Path, *words: str, most_bytes: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command; `most_bytes` lets no file grow beyond, as a full disk would."""

    def bound() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return subprocess.run(
        [sys.executable, "-m", "teaegg", *words],
        env={**os.environ, "TEAEGG_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bound,
        timeout=120,
    )


@pytest.mark.parametrize("most_bytes", [2_000, 60_000])
def test_a_full_disk_is_said_and_the_same_command_goes_on_later(
    tmp_path: Path, most_bytes: int
) -> None:
    home, folder = tmp_path / "home", tmp_path / "files"
    folder.mkdir()
    (folder / "a.md").write_text("# 甲\n\n年假为五天。\n", encoding="utf-8")
    assert teaegg(home, "learn", str(folder), "--no-wait").returncode == 0
    for number in range(20):
        text = "".join(
            f"第{number}份文件第{i}段，编号{number * i * 7919}。\n\n" for i in range(400)
        )
        (folder / f"b{number}.md").write_text(text, encoding="utf-8")
    full = teaegg(home, "learn", str(folder), "--no-wait", most_bytes=most_bytes)
    assert full.returncode == STORAGE_EXIT, full.stderr
    assert "Traceback" not in full.stderr
    assert "disk" in full.stderr.lower()
    again = teaegg(home, "learn", str(folder), "--no-wait", "--json")
    assert again.returncode == 0, again.stderr
    listed = json.loads(teaegg(home, "documents", "--json").stdout)
    assert len(listed["documents"] if isinstance(listed, dict) else listed) == 21
