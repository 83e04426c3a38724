"""What every teacher of the house must do, whoever stands behind it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from teaegg.core.clock import SystemClock
from teaegg.core.documents import Passage
from teaegg.core.errors import InvalidRequestError
from teaegg.core.scenes import Scene
from teaegg.core.settings import TeacherSettings
from teaegg.distill.rows import Row, Turn
from teaegg.distill.teachers.base import Lesson, Taught, Teacher
from teaegg.distill.teachers.endpoint import EndpointTeacher
from teaegg.distill.teachers.recorded import RecordedTeacher
from teaegg.distill.teachers.recording import Recording
from teaegg.distill.teachers.structure.teacher import StructureTeacher
from teaegg.retrieval.reading_prompt import not_said


def _server() -> ModuleType:
    path = Path(__file__).parents[1] / "distill" / "teachers" / "teaching_server.py"
    spec = importlib.util.spec_from_file_location("teaching_server_of_the_contract", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


teaching = _server()
SCENES = {
    "zh": Scene("leave", "休假", "员工", "休假有几天", ("handbook",)),
    "en": Scene("leave", "Leave", "staff", "how much leave there is", ("handbook",), "en"),
}
TEXTS = {
    "zh": "年休假，是指职工享受的带薪休假。职工累计工作已满1年不满10年的，年休假5天。",
    "en": "Annual leave means paid days off. Staff with one year of service have 5 days of leave.",
}


def lesson_in(language: str, *kinds: Any, count: int = 1) -> Lesson:
    text = TEXTS[language]
    passage = Passage("p1", "d1", "v1", "handbook", "Handbook", 0, text, 0, len(text))
    return Lesson(SCENES[language], (passage,), kinds or ("lookup",), count)


@pytest.fixture(params=["structure", "endpoint", "recorded", "recorded alone"])
async def teacher(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Teacher]:
    if request.param == "structure":
        yield StructureTeacher()
        return
    with teaching.teaching_server(teaching.right) as server:
        settings = TeacherSettings(engine="endpoint", base_url=server.base_url, model="large")
        endpoint = EndpointTeacher(settings, SystemClock())
        found: Teacher = endpoint
        if request.param != "endpoint":
            recording = Recording(tmp_path / "answers.jsonl")
            found = RecordedTeacher(recording, SystemClock(), endpoint)
        if request.param == "recorded alone":
            await _record_everything(found)
            await endpoint.close()
            found = RecordedTeacher(Recording(recording.path), SystemClock())
        yield found
        await found.close()


async def _record_everything(teacher: Teacher) -> None:
    for language in ("zh", "en"):
        for kinds in ((), ("unanswerable",), ("lookup", "definition")):
            for count in (1, 3):
                await teacher.teach(lesson_in(language, *kinds, count=count))


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_is_taught_is_of_the_kinds_and_passages_asked_for(
    teacher: Teacher, language: str
) -> None:
    lesson = lesson_in(language, "lookup", "definition", count=3)
    taught = await teacher.teach(lesson)
    assert taught
    for each in taught:
        assert each.kind in lesson.kinds
        assert each.question.strip() and each.answer.strip()
        assert all(0 <= index < len(lesson.passages) for index, _ in each.quotes)
        assert all(quote in lesson.passages[index].text for index, quote in each.quotes)
    for kind in lesson.kinds:
        assert sum(each.kind == kind for each in taught) <= lesson.count


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_what_is_taught_can_become_a_row(teacher: Teacher, language: str) -> None:
    for each in await teacher.teach(lesson_in(language)):
        turns = (Turn(role="user", content=each.question),)
        row = Row(id="r1", kind=each.kind, turns=turns, answer=each.answer, teacher=each.teacher)
        assert Row.model_validate_json(row.model_dump_json()) == row


async def test_what_nothing_answers_has_no_quote_and_says_so(teacher: Teacher) -> None:
    for each in await teacher.teach(lesson_in("zh", "unanswerable")):
        assert each.quotes == ()
        assert each.answer == not_said("zh")


@pytest.mark.parametrize("kind", ["replay", "imported"])
async def test_kinds_that_nobody_teaches_give_nothing(teacher: Teacher, kind: Any) -> None:
    """A teacher that would be paid refuses them before anything is sent."""
    taught: Sequence[Taught] = ()
    with suppress(InvalidRequestError):
        taught = await teacher.teach(lesson_in("zh", kind))
    assert not taught


async def test_a_teacher_says_who_it_is(teacher: Teacher) -> None:
    assert teacher.name
    assert teacher.fingerprint == teacher.fingerprint != ""
