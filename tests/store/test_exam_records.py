"""Exams and sittings on record: versions, signatures, responses that are never lost or asked twice."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from teaegg.core.errors import ConflictError
from teaegg.core.exams import Exam, ExamItem, Response
from teaegg.store.database import Database, open_database
from teaegg.store.exams.records import ExamRecords, Signature
from teaegg.store.exams.sittings import Grade, Sitting, SittingRecords

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite+aiosqlite:///{tmp_path}/records.db")
    yield opened
    await opened.close()


def item(name: str, right: str = "5 天") -> ExamItem:
    return ExamItem(id=name, form="short", questions=("年假几天？",), right=(right,))


def exam(*items: ExamItem, title: str = "制度考试") -> Exam:
    return Exam(name="rules", title=title, items=items or (item("1"),))


async def test_an_edited_exam_is_the_next_version_and_the_first_one_stays(
    database: Database,
) -> None:
    records = ExamRecords(database)
    first = await records.keep(exam(), by="olga", at=NOW)
    second = await records.keep(exam(title="休假考试"), by="olga", at=LATER, after=first.id)
    assert (first.version, second.version) == (1, 2)
    assert [found.exam.title for found in await records.called("rules")] == ["休假考试", "制度考试"]
    assert [found.id for found in await records.newest()] == [second.id]
    assert (await records.called(first.id[:12]))[0] == first


async def test_the_same_exam_is_kept_once(database: Database) -> None:
    records = ExamRecords(database)
    first = await records.keep(exam(), by="olga", at=NOW)
    assert await records.keep(exam(), by="pavel", at=LATER) == first


async def test_an_edit_of_a_version_that_is_no_longer_the_newest_is_refused(
    database: Database,
) -> None:
    records = ExamRecords(database)
    first = await records.keep(exam(), by="olga", at=NOW)
    await records.keep(exam(title="二"), by="olga", at=NOW, after=first.id)
    with pytest.raises(ConflictError, match="changed meanwhile, by olga"):
        await records.keep(exam(title="三"), by="pavel", at=LATER, after=first.id)


async def test_a_signature_belongs_to_the_content_of_an_item(database: Database) -> None:
    records = ExamRecords(database)
    signed, edited = item("1"), item("1", right="10 天")
    await records.sign([Signature(signed.hash, "olga", NOW)])
    await records.sign([Signature(signed.hash, "pavel", LATER)])
    found = await records.signatures([signed.hash, edited.hash])
    assert found == {signed.hash: Signature(signed.hash, "olga", NOW)}
    assert await records.unsign([signed.hash, edited.hash]) == 1
    assert not await records.signatures([signed.hash])


async def test_the_same_examinee_goes_on_where_its_sitting_stood(database: Database) -> None:
    kept = await ExamRecords(database).keep(exam(item("1"), item("2")), by="olga", at=NOW)
    sittings = SittingRecords(database)
    begun = await sittings.begin(Sitting(kept.id, "base", "f", "olga", NOW))
    said = Response(item=item("1").hash, text="5 天", options=(-0.5, -2.25), refused=False)
    await sittings.add(begun.id, [said], at=NOW)
    again = await sittings.begin(Sitting(kept.id, "base", "f", "pavel", LATER))
    assert again == begun
    assert await sittings.responses(again.id) == {said.item: said}
    other = Sitting(kept.id, "base", "f", "olga", NOW, settings={"examples": 5})
    assert (await sittings.begin(other)).id != begun.id


async def test_a_finished_sitting_keeps_its_first_end(database: Database) -> None:
    kept = await ExamRecords(database).keep(exam(), by="olga", at=NOW)
    sittings = SittingRecords(database)
    begun = await sittings.begin(Sitting(kept.id, "base", "f", "olga", NOW))
    await sittings.finish(begun.id, at=LATER)
    await sittings.finish(begun.id, at=LATER + timedelta(days=1))
    assert [found.finished_at for found in await sittings.of_exam(kept.id)] == [LATER]


async def test_grades_of_people_and_models_stand_beside_each_other(database: Database) -> None:
    kept = await ExamRecords(database).keep(exam(), by="olga", at=NOW)
    sittings = SittingRecords(database)
    begun = await sittings.begin(Sitting(kept.id, "base", "f", "olga", NOW))
    name = item("1").hash
    await sittings.grade(begun.id, [Grade(name, "judge", (1.0, 0.0), NOW, "second point missing")])
    await sittings.grade(begun.id, [Grade(name, "olga", (1.0, 0.5), NOW, is_person=True)])
    await sittings.grade(begun.id, [Grade(name, "judge", (1.0, 1.0), LATER)])
    assert await sittings.grades(begun.id) == (
        Grade(name, "judge", (1.0, 1.0), LATER),
        Grade(name, "olga", (1.0, 0.5), NOW, is_person=True),
    )
