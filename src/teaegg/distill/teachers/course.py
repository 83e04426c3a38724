"""Many lessons of one teacher: side by side, in order, and each failure told instead of thrown."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from teaegg.core.errors import LessonError, ModelUnavailableError
from teaegg.distill.teachers.base import Lesson, Taught, Teacher


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a lesson came to; `reason` and `message` are empty where it was taught."""

    lesson: Lesson
    taught: tuple[Taught, ...] = ()
    reason: str = ""
    message: str = ""


async def outcomes(
    teacher: Teacher, lessons: Iterable[Lesson], *, at_once: int
) -> AsyncIterator[Outcome]:
    """In the order of `lessons`, `at_once` of them under way. A lesson that fails is an outcome.

    When the teacher stops, lessons under way are still finished and given; then the stop is raised
    (TeachingStoppedError, or whatever else the teacher raises that is not about one lesson).
    """
    waiting = iter(lessons)
    under_way = deque(_begun(teacher, islice(waiting, at_once)))
    stop: Exception | None = None
    try:
        while under_way:
            result = await under_way.popleft()
            if isinstance(result, Outcome):
                yield result
            else:
                stop = stop or result
            if stop is None:
                under_way.extend(_begun(teacher, islice(waiting, 1)))
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
    if stop:
        raise stop


def _begun(
    teacher: Teacher, lessons: Iterable[Lesson]
) -> Iterator[asyncio.Task[Outcome | Exception]]:
    for lesson in lessons:
        yield asyncio.create_task(_outcome(teacher, lesson))


async def _outcome(teacher: Teacher, lesson: Lesson) -> Outcome | Exception:
    """A stop is given back, not raised: it must not hide the lessons behind it that were taught."""
    try:
        return Outcome(lesson, tuple(await teacher.teach(lesson)))
    except LessonError as error:
        return Outcome(lesson, reason=error.reason, message=str(error))
    except ModelUnavailableError as error:
        return Outcome(lesson, reason="unreachable", message=str(error))
    except Exception as error:
        return error
