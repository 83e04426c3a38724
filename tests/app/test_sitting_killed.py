"""kill -9 in the middle of an exam: nothing that was kept is asked again, nothing is lost."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.app.talking_server import Talk, talking_server

from teaegg.app.configuration import load_settings
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.exams import Exam, ExamItem

ITEMS = 24
AT_ONCE = 2
KILLED_AFTER = 9
SCRIPT = """
import asyncio, sys
from teaegg.app.configuration import load_settings
from teaegg.app.exams.examinees import Wish
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER

async def main(home, address):
    async with open_workspace(load_settings({"TEAEGG_HOME": home})) as workspace:
        wish = Wish(f"{address}#general", at_once=2)
        sat = await workspace.examining.sit(LOCAL_OWNER, "leave", wish)
        print(sat.unanswered, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""
EXAM = Exam(
    name="leave",
    title="休假",
    items=tuple(
        ExamItem(id=f"i{n}", form="short", questions=(f"第{n}问",), right=("甲",))
        for n in range(ITEMS)
    ),
)


async def keep_exam(home: Path) -> None:
    async with open_workspace(load_settings({"TEAEGG_HOME": str(home)})) as workspace:
        await workspace.exams.keep(LOCAL_OWNER, EXAM)


async def kept(home: Path) -> set[str]:
    async with open_workspace(load_settings({"TEAEGG_HOME": str(home)})) as workspace:
        return {
            name
            for sat in await workspace.examining.list(LOCAL_OWNER, "leave")
            for name in sat.responses
        }


def sitting(home: Path, talk: Talk) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT, str(home), talk.address]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def kill_after(home: Path, talk: Talk, questions: int) -> None:
    """Kill a sitting once it has asked so many questions."""
    before, process = len(talk.questions), sitting(home, talk)
    while len(talk.questions) < before + questions:
        assert process.poll() is None, "it ended before it was killed"
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def test_a_killed_sitting_goes_on_without_asking_what_was_kept(tmp_path: Path) -> None:
    home = tmp_path / "home"
    asyncio.run(keep_exam(home))
    with talking_server(lambda question: "甲", seconds=0.05) as talk:
        kill_after(home, talk, KILLED_AFTER)
        known = asyncio.run(kept(home))
        first, finishing = Counter(talk.questions), sitting(home, talk)
        out, _ = finishing.communicate(timeout=120)
        second = Counter(talk.questions) - first
    assert out.strip() == "0"
    assert known < asyncio.run(kept(home)) == {item.hash for item in EXAM.items}
    kept_questions = {item.questions[0] for item in EXAM.items if item.hash in known}
    assert not {question.split("问题：")[1] for question in second} & kept_questions
    assert len(first | second) == ITEMS and max(second.values()) == 1
    # Under way when it was killed, or answered while what came before was being written.
    assert sum(first.values()) - len(known) <= 2 * AT_ONCE
