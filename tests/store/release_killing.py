"""A program that forks a child for every moment of a release or a return, and kills it there.

It prints, for every moment, what answered for the scene afterwards. Run in a process of its own, because
a fork must not have threads. `python -m tests.store.release_killing FOLDER release|rollback|race`
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from tests.expert_making import NOW, make_dataset, make_expert, make_record
from tests.release_making import judged, passing, records_of, released, states

from teaegg.core.errors import ConflictError, NotFoundError
from teaegg.store.database import Database
from teaegg.store.experts.records import ExpertRecords
from teaegg.store.releases.canaries import Canary, CanaryRecords
from teaegg.store.releases.records import ReleaseRecords

Work = Callable[[Database], Awaitable[Any]]
FIRST, SECOND, THIRD, FOURTH = (make_expert("tax", seed) for seed in "1234")
_LOST = 3
_LOOKED_ON = 5


async def found(home: Path) -> None:
    """The second expert answers, the first did before, two wait and have passed; one is heard by some."""
    async with records_of(home) as database:
        experts = ExpertRecords(database)
        for expert in (FIRST, SECOND, THIRD, FOURTH):
            await experts.register(make_record(expert), make_dataset(expert), (), by="chen")
        for expert in (FIRST, SECOND):
            await released(database, expert.id)
        for expert in (THIRD, FOURTH):
            await judged(database, expert.id)
        verdict = passing(THIRD.id, SECOND.id).id
        beside = Canary("tax", THIRD.id, "chen", NOW, "try", share=0.5, verdict=verdict)
        await CanaryRecords(database).begin(beside)


async def release(database: Database, expert: str = THIRD.id) -> None:
    verdict = passing(expert, SECOND.id).id
    await ReleaseRecords(database).release(expert, verdict, by="wang", at=NOW, why="better")


async def roll_back(database: Database) -> None:
    await ReleaseRecords(database).roll_back(
        "tax", leaving=SECOND.id, by="wang", at=NOW, why="worse"
    )


def killed_at(moment: int) -> None:
    """Kill this process before or after a statement, or around the commit: at the n-th such moment."""
    passed = 0

    def pass_by(*_: Any) -> None:
        nonlocal passed
        passed += 1
        if passed == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("begin", "before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, pass_by)


def run_child(home: Path, work: Work, moment: int) -> int:
    """How it ended: 0, the number of an exit, or minus that of a signal."""
    child = os.fork()
    if child == 0:
        os._exit(asyncio.run(_do(home, work, moment)))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


async def _do(home: Path, work: Work, moment: int) -> int:
    async with records_of(home) as database:
        if moment:
            killed_at(moment)
        try:
            await work(database)
        except (ConflictError, NotFoundError):
            return _LOST
        return 0


async def whole(home: Path) -> str:
    """The one expert that answers, after looking at all that must hold; its id."""
    async with records_of(home) as database:
        now = await states(database)
        (current,) = [name for name, state in now.items() if state == "released"]
        history = await ReleaseRecords(database).history("tax")
        assert history[0].expert == current
        assert [each.number for each in history] == list(range(len(history), 0, -1))
        for name, state in now.items():
            assert (await ExpertRecords(database).changes(name))[-1].state == state
        beside = await CanaryRecords(database).beside(current)
        assert [each.expert for each in beside] == ([THIRD.id] if current == SECOND.id else [])
        return current


def at_every_moment(folder: Path, work: Work) -> list[tuple[int, str, str]]:
    """Moment → how it ended, what answers then, and, of every few, when it was done once more."""
    seen, ended = [], -signal.SIGKILL
    while ended == -signal.SIGKILL:
        home = folder / str(len(seen))
        shutil.copytree(folder / "found", home)
        ended = run_child(home, work, len(seen) + 1)
        then = asyncio.run(whole(home))
        again = then
        if len(seen) % _LOOKED_ON == 0 or ended == 0:
            run_child(home, work, 0)
            again = asyncio.run(whole(home))
        seen.append((ended, then, again))
    return seen


def at_once(folder: Path, rounds: int = 6) -> list[tuple[list[int], str]]:
    """Two processes release different experts at the same moment: how they ended, and who answers."""
    seen = []
    for turn in range(rounds):
        home = folder / f"race{turn}"
        shutil.copytree(folder / "found", home)
        children = []
        for expert in (THIRD.id, FOURTH.id):
            child = os.fork()
            if child == 0:
                os._exit(asyncio.run(_do(home, lambda it, who=expert: release(it, who), 0)))
            children.append(child)
        ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        seen.append((ended, asyncio.run(whole(home))))
    return seen


def main(folder: Path, what: str) -> None:
    (folder / "found").mkdir()
    asyncio.run(found(folder / "found"))
    if what == "race":
        print(json.dumps(at_once(folder)))
    else:
        print(json.dumps(at_every_moment(folder, release if what == "release" else roll_back)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
