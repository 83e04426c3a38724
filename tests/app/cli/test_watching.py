"""Watching goes on whatever happens to the places that are watched."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from teaegg.app.cli import watching
from teaegg.app.cli.learning import LearnReport
from teaegg.core.errors import NotFoundError


class Vanishing(type(Path())):  # type: ignore[misc]
    """A folder that is there when it is looked for and gone when it is watched."""

    def exists(self, **options: object) -> bool:
        return True


async def test_a_folder_that_vanishes_between_two_looks_does_not_end_the_watch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = asyncio.Event()
    calls = 0

    async def again() -> LearnReport:
        nonlocal calls
        calls += 1
        if calls == 2:
            twice.set()
        raise NotFoundError("There is no file or folder.", remedy="")

    gone = Vanishing(tmp_path / "gone")
    task = asyncio.create_task(watching.watch([gone], again, lambda report: None, seconds=0.05))
    seen = asyncio.create_task(twice.wait())
    await asyncio.wait((task, seen), timeout=30, return_when=asyncio.FIRST_COMPLETED)
    assert twice.is_set(), task
    task.cancel()
    await asyncio.wait((task,))
    assert "There is no file or folder" in capsys.readouterr().err
