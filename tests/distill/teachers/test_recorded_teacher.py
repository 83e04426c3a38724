"""Answers that are recorded: never paid for twice, and repeated without the teacher."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from teaegg.core.clock import SystemClock
from teaegg.core.errors import (
    InvalidRequestError,
    LessonError,
    ModelError,
    StorageError,
    TeachingStoppedError,
)
from teaegg.distill.lineage.sweeping import sweep_rows
from teaegg.distill.teachers.base import Lesson, Taught
from teaegg.distill.teachers.course import outcomes
from teaegg.distill.teachers.endpoint import Before, EndpointTeacher
from teaegg.distill.teachers.lesson_prompt import lesson_hash
from teaegg.distill.teachers.recorded import RecordedTeacher
from teaegg.distill.teachers.recording import Recording
from teaegg.distill.teachers.replies import Usage

ROOT = Path(__file__).parents[3]
RUN = Path(__file__).with_name("recording_run.py")


class Parrot:
    """A teacher without cost, which counts what it is asked."""

    name = fingerprint = "parrot"

    def __init__(self) -> None:
        self.asked = 0

    async def teach(self, lesson: Lesson) -> tuple[Taught, ...]:
        self.asked += 1
        await asyncio.sleep(0)
        return (Taught("lookup", "几天？", "6天", ((0, "6天"),), "parrot"),)

    async def close(self) -> None:
        self.asked = 0


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., RecordedTeacher]:
    def make(teacher: Any = None) -> RecordedTeacher:
        return RecordedTeacher(Recording(tmp_path / "answers.jsonl"), SystemClock(), teacher)

    return make


async def test_what_was_answered_is_not_asked_again(recorded: Any, make_lesson: Any) -> None:
    parrot = Parrot()
    first = await recorded(parrot).teach(make_lesson(1))
    again = recorded(parrot)
    assert await again.teach(make_lesson(1)) == first
    assert parrot.asked == 1
    await again.teach(make_lesson(2))
    assert parrot.asked == 2


async def test_two_who_ask_the_same_at_a_time_pay_once(recorded: Any, make_lesson: Any) -> None:
    parrot = Parrot()
    teacher = recorded(parrot)
    both = await asyncio.gather(teacher.teach(make_lesson(1)), teacher.teach(make_lesson(1)))
    assert both[0] == both[1]
    assert parrot.asked == 1


async def test_another_teacher_is_asked_itself(recorded: Any, make_lesson: Any) -> None:
    other = Parrot()
    other.fingerprint = "macaw"
    await recorded(Parrot()).teach(make_lesson(1))
    await recorded(other).teach(make_lesson(1))
    assert other.asked == 1


async def test_without_a_teacher_only_what_is_recorded_is_taught(
    recorded: Any, make_lesson: Any
) -> None:
    taught = await recorded(Parrot()).teach(make_lesson(1))
    alone = recorded()
    assert await alone.teach(make_lesson(1)) == taught
    with pytest.raises(ModelError) as caught:
        await alone.teach(make_lesson(2, "condition"))
    assert lesson_hash(make_lesson(2, "condition"))[:12] in caught.value.message
    assert "condition; '员工手册', passage 3" in caught.value.message
    assert "teacher.engine" in caught.value.remedy


def test_a_lesson_is_named_by_what_is_asked_and_nothing_else(make_lesson: Any) -> None:
    lesson = make_lesson(1)
    again = make_lesson(1, passages=(type(lesson.passages[0])(*_with_id(lesson.passages[0])),))
    assert lesson_hash(again) == lesson_hash(lesson)
    others = [
        make_lesson(2),
        make_lesson(1, "lookup", "table"),
        make_lesson(1, count=2),
        make_lesson(1, earlier=("几天？", "6天")),
        make_lesson(1, scene=type(lesson.scene)("leave", "休假", "经理", "批假", ("handbook",))),
    ]
    assert len({lesson_hash(each) for each in (lesson, *others)}) == 6


def _with_id(passage: Any) -> list[Any]:
    fields = [getattr(passage, name) for name in passage.__slots__]
    return ["another", "document", "v2", *fields[3:]]


async def test_a_torn_last_line_is_dropped_and_cut_off_before_the_next(
    tmp_path: Path, recorded: Any, make_lesson: Any
) -> None:
    path = tmp_path / "answers.jsonl"
    for number in (1, 2):
        await recorded(Parrot()).teach(make_lesson(number))
    whole = path.read_bytes()
    first, _, second = whole.partition(b"\n")
    for torn in (whole[:-1], whole[: len(first) + 5], whole[: -len(second) // 2]):
        path.write_bytes(torn)
        recording = Recording(path)
        assert recording.dropped == len(torn) - len(first) - 1
        parrot = Parrot()
        teacher = RecordedTeacher(recording, SystemClock(), parrot)
        await teacher.teach(make_lesson(1))
        await teacher.teach(make_lesson(2))
        assert parrot.asked == 1
        assert Recording(path).dropped == 0
        assert len(path.read_text(encoding="utf-8").splitlines()) == 2


async def test_forgetting_a_document_forgets_what_was_taught_of_it(
    tmp_path: Path, make_lesson: Any
) -> None:
    """The file is written anew under a recording that is open: the next line lands in the new one."""
    path = tmp_path / "answers.jsonl"
    recording = Recording(path)
    teacher = RecordedTeacher(recording, SystemClock(), Parrot())
    other = make_lesson(2).passages[0]
    await teacher.teach(make_lesson(1))
    await teacher.teach(make_lesson(2, passages=(replace(other, document="d2"),)))
    assert sweep_rows(tmp_path / "rows.jsonl", ["d1"]) == 1
    third = make_lesson(3).passages[0]
    await teacher.teach(make_lesson(3, passages=(replace(third, document="d3"),)))
    assert [each.documents for each in Recording(path).records()] == [("d2",), ("d3",)]


@pytest.mark.parametrize("line", ["{}", "not json", '{"lesson": 1}', "[" * 50_000])
def test_a_broken_line_in_the_middle_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidRequestError, match="line 2"):
        Recording(path)


async def test_a_recording_that_cannot_be_written_is_told(tmp_path: Path, make_lesson: Any) -> None:
    with pytest.raises(StorageError):
        Recording(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    recording = Recording(tmp_path / "missing.jsonl")
    recording.path = tmp_path / "file" / "below.jsonl"
    with pytest.raises(StorageError, match=r"below\.jsonl"):
        await RecordedTeacher(recording, SystemClock(), Parrot()).teach(make_lesson(1))


async def test_failed_calls_are_recorded_with_their_cost_and_asked_again(
    teaching: Any, settings_for: Any, make_lesson: Any, tmp_path: Path
) -> None:
    def behave(number: int, request: Any) -> Any:
        return teaching.completion("Sorry.") if number == 0 else teaching.right(number, request)

    path = tmp_path / "answers.jsonl"
    with teaching.teaching_server(behave) as server:
        inner = EndpointTeacher(settings_for(server.base_url), SystemClock())
        recording = Recording(path)
        teacher = RecordedTeacher(recording, SystemClock(), inner)
        with pytest.raises(LessonError, match="Sorry"):
            await teacher.teach(make_lesson(1))
        with pytest.raises(LessonError, match="Sorry"):
            await RecordedTeacher(Recording(path), SystemClock()).teach(make_lesson(1))
        taught = await teacher.teach(make_lesson(1))
        await teacher.close()
    assert server.calls == 2
    again = Recording(path)
    assert again.spent(inner.fingerprint) == Usage(200, 100)
    assert again.served(inner.fingerprint) == "large"
    assert await RecordedTeacher(again, SystemClock()).teach(make_lesson(1)) == taught


async def test_the_budget_counts_what_earlier_runs_took(
    teaching: Any, settings_for: Any, make_lesson: Any, tmp_path: Path
) -> None:
    """A budget of about three calls is spent in two runs; raised, the rest is taught and no more."""
    path = tmp_path / "answers.jsonl"
    lessons = [make_lesson(number) for number in range(6)]
    calls = []
    with teaching.teaching_server(teaching.right) as server:
        for budget in (1900, 1900, 20_000):
            settings = settings_for(server.base_url, budget_tokens=budget, answer_tokens=64)
            recording = Recording(path)
            inner = EndpointTeacher(settings, SystemClock(), before=_before(recording, settings))
            teacher = RecordedTeacher(recording, SystemClock(), inner)
            try:
                found = [each async for each in outcomes(teacher, lessons, at_once=1)]
                assert len(found) == 6
            except TeachingStoppedError as error:
                assert error.reason == "budget"
            calls.append(server.calls)
            await teacher.close()
    assert 0 < calls[0] < 6
    assert calls[1] == calls[0], "the second run may spend nothing"
    assert calls[2] == 6


def _before(recording: Recording, settings: Any) -> Before:
    name = f"{settings.base_url}#{settings.model}"
    return Before(recording.spent(name), recording.served(name))


async def test_a_killed_run_goes_on_without_paying_twice(
    teaching: Any, recording_run: Any, tmp_path: Path
) -> None:
    """SIGKILL in the middle: only what was under way is asked again."""
    path = tmp_path / "answers.jsonl"
    with teaching.teaching_server(_slowly(teaching)) as server:
        process = _run(server.base_url, path)
        await asyncio.to_thread(_wait_for_lines, path, 5, process)
        process.kill()
        process.communicate()
        assert 5 <= server.calls < 60
        assert await recording_run.teach(server.base_url, path, 60) == 60
        under_way_when_killed = 2
        assert 60 <= server.calls <= 60 + under_way_when_killed
        before = server.calls
        assert await recording_run.teach(server.base_url, path, 60) == 60
        assert server.calls == before


async def test_a_teacher_that_dies_and_comes_back_is_resumed(
    teaching: Any, recording_run: Any, tmp_path: Path
) -> None:
    path = tmp_path / "answers.jsonl"
    with teaching.teaching_server(_slowly(teaching)) as server:
        port = server.server_port
        run = asyncio.create_task(recording_run.teach(server.base_url, path, 60))
        await asyncio.to_thread(_wait_for_lines, path, 5, None)
    with pytest.raises(TeachingStoppedError, match="lessons in a row"):
        await run
    paid = {json.loads(line)["lesson"] for line in _answered(path)}
    with teaching.teaching_server(teaching.right, port) as server:
        assert await recording_run.teach(server.base_url, path, 60) == 60
        assert server.calls == 60 - len(paid) < 60


def _slowly(teaching: Any) -> Any:
    def behave(number: int, request: Any) -> Any:
        said = teaching.right(number, request)
        said.seconds = 0.03
        return said

    return behave


def _run(base_url: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(RUN), base_url, str(path), "60"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stderr=subprocess.PIPE,
        text=True,
    )


def _answered(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if json.loads(line)["reply"]["failure"] is None]


def _wait_for_lines(path: Path, count: int, process: subprocess.Popen[str] | None) -> None:
    while not path.exists() or path.read_bytes().count(b"\n") < count:
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.01)
