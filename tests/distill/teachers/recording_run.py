"""Teaches many lessons with a recording, in a process that a test can kill: URL, recording, lessons."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from teaegg.core.clock import SystemClock
from teaegg.core.documents import Passage
from teaegg.core.scenes import Scene
from teaegg.core.settings import TeacherSettings
from teaegg.distill.teachers.base import Lesson
from teaegg.distill.teachers.course import outcomes
from teaegg.distill.teachers.endpoint import Before, EndpointTeacher, fingerprint_of
from teaegg.distill.teachers.recorded import RecordedTeacher
from teaegg.distill.teachers.recording import Recording

SCENE = Scene("leave", "休假", "员工", "休假有几天", ("handbook",))


def lessons(count: int) -> list[Lesson]:
    texts = [f"第{number}条，年休假{number}天。" for number in range(count)]
    return [
        Lesson(
            SCENE,
            (Passage(f"p{n}", "d", "v", "handbook", "手册", n, text, 0, len(text)),),
            ("lookup",),
        )
        for n, text in enumerate(texts)
    ]


async def teach(base_url: str, path: Path, count: int) -> int:
    """How many questions came of it."""
    settings = TeacherSettings(
        engine="endpoint", base_url=base_url, model="large", concurrency=2, tries=1
    )
    recording = Recording(path)
    name = fingerprint_of(settings)
    before = Before(recording.spent(name), recording.served(name))
    inner = EndpointTeacher(settings, SystemClock(), before=before)
    teacher = RecordedTeacher(recording, SystemClock(), inner)
    found = [outcome async for outcome in outcomes(teacher, lessons(count), at_once=2)]
    await teacher.close()
    return sum(len(outcome.taught) for outcome in found)


if __name__ == "__main__":
    print(asyncio.run(teach(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
