"""An exam's versions behind every door: what was kept is what is found, and nobody's edit is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from teaegg.app.exams.register import Exams
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.clock import SystemClock
from teaegg.core.errors import ConflictError, InvalidRequestError
from teaegg.core.exams import Exam, ExamItem
from teaegg.store.database import open_database
from teaegg.store.exams.records import ExamRecords

ITEM = ExamItem(id="1", form="short", questions=("年假几天？",), right=("5天",))
FIRST = Exam(name="leave", title="休假", items=(ITEM,))
SECOND = FIRST.model_copy(update={"title": "休假考试"})


@pytest.fixture
async def exams(tmp_path: Path) -> AsyncIterator[Exams]:
    database = await open_database(f"sqlite+aiosqlite:///{tmp_path}/records.db")
    yield Exams(ExamRecords(database), SystemClock())
    await database.close()


async def test_what_an_earlier_version_said_is_the_newest_again_when_it_is_kept_again(
    exams: Exams,
) -> None:
    first = await exams.keep(LOCAL_OWNER, FIRST)
    assert await exams.keep(LOCAL_OWNER, FIRST) == first
    second = await exams.keep(LOCAL_OWNER, SECOND, after=first.id)
    with pytest.raises(ConflictError, match="changed meanwhile"):
        await exams.keep(LOCAL_OWNER, FIRST, after=first.id)
    back = await exams.keep(LOCAL_OWNER, FIRST, note="as before", after=second.id)
    assert (back.id, back.version, back.note) == (first.id, 3, "as before")
    assert await exams.find(LOCAL_OWNER, "leave") == back
    assert await exams.find(LOCAL_OWNER, "leave", 2) == second


async def test_an_exam_is_found_by_name_version_and_the_beginning_of_an_id(exams: Exams) -> None:
    first = await exams.keep(LOCAL_OWNER, FIRST)
    await exams.keep(LOCAL_OWNER, SECOND)
    assert await exams.find(LOCAL_OWNER, "leave", 1) == first
    assert await exams.find(LOCAL_OWNER, first.id[:8]) == first


async def test_of_ids_that_begin_alike_more_is_asked(
    exams: Exams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Exam, "hash", property(lambda exam: f"{'0' * 8}{len(exam.title):056}"))
    await exams.keep(LOCAL_OWNER, FIRST)
    await exams.keep(LOCAL_OWNER, SECOND)
    with pytest.raises(InvalidRequestError, match="2 exams have an id"):
        await exams.find(LOCAL_OWNER, "00000000")


async def test_a_signature_holds_in_every_version_that_has_the_item(exams: Exams) -> None:
    await exams.keep(LOCAL_OWNER, FIRST)
    assert await exams.sign(LOCAL_OWNER, "leave", ["1"]) == [ITEM]
    await exams.keep(LOCAL_OWNER, SECOND)
    assert (await exams.reviewed(LOCAL_OWNER, "leave")).unsigned == ()
    edited = ITEM.model_copy(update={"right": ("6天",)})
    await exams.keep(LOCAL_OWNER, FIRST.model_copy(update={"items": (edited,)}))
    assert (await exams.reviewed(LOCAL_OWNER, "leave")).unsigned == (edited,)
