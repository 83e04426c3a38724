"""A forgotten document leaves no word in any exam: not in items, not in what was said to them."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import select
from tests.distill.test_forgetting_rows import document
from tests.expert_making import NOW

from teaegg.core.errors import ConflictError
from teaegg.core.exams import Exam, ExamItem, ItemPassage, Response
from teaegg.store import database as databases
from teaegg.store.database import Database, open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.exams.records import ExamRecords, Signature
from teaegg.store.exams.sittings import Grade, Sitting, SittingRecords
from teaegg.store.schema.base import Base
from teaegg.store.schema.documents import DocumentRow
from teaegg.store.schema.exams import (
    ExamDocumentRow,
    ExamGradeRow,
    ExamSignatureRow,
    SittingResponseRow,
    SittingRow,
)

LATER = NOW + timedelta(days=1)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite+aiosqlite:///{tmp_path}/records.db")
    for name in ("dleave", "dtravel"):
        await DocumentRecords(opened).put(document(name), root="")
    yield opened
    await opened.close()


def item(name: str, *documents: str) -> ExamItem:
    """An item made from the first of `documents`, which also shows a passage of each."""
    shown = [ItemPassage(text=f"{each} 的原文 {name}", document=each) for each in documents]
    return ExamItem(
        id=name,
        form="grounded" if documents else "short",
        questions=(f"问题 {name}？",),
        right=("答案",),
        passages=tuple(shown),
        document=documents[0] if documents else "",
    )


def exam(*items: ExamItem, name: str = "rules") -> Exam:
    return Exam(name=name, title="制度", items=items)


async def count(database: Database, table: type[Base]) -> int:
    async with database.reading() as connection:
        return await connection.scalar(select(sa.func.count()).select_from(table)) or 0


async def whole_text(path: Path) -> str:
    """Everything in all tables, as one text."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        names = sa.inspect(engine).get_table_names()
        rows = [connection.execute(sa.text(f"SELECT * FROM {n}")).all() for n in names]
    engine.dispose()
    return str(rows)


async def test_the_items_go_and_the_rest_is_the_next_version(
    database: Database, tmp_path: Path
) -> None:
    records, sittings = ExamRecords(database), SittingRecords(database)
    told, mixed, free = item("1", "dtravel"), item("2", "dleave", "dtravel"), item("3")
    first = await records.keep(exam(told, free), by="olga", at=NOW)
    await records.keep(exam(told, mixed, free, item("4", "dleave")), by="olga", at=NOW)
    await records.sign([Signature(each.hash, "olga", NOW) for each in (told, free)])
    sitting = await sittings.begin(Sitting(first.id, "base", "f", "olga", NOW))
    said = Response(item=told.hash, text="dtravel 的原文 1")
    await sittings.add(sitting.id, [said], at=NOW)
    await sittings.grade(sitting.id, [Grade(told.hash, "judge", (1.0,), NOW, "dtravel 的原文")])
    await DocumentRecords(database).forget(["dtravel"], at=LATER, by="chen")
    (left,) = await records.called("rules")
    assert (left.version, left.by, left.at) == (3, "chen", LATER)
    assert [each.id for each in left.exam.items] == ["3", "4"]
    assert left.note == "2 items went with documents that were forgotten"
    assert left.id == left.exam.hash
    assert set(await records.signatures([told.hash, free.hash])) == {free.hash}
    for table in (SittingRow, SittingResponseRow, ExamGradeRow):
        assert await count(database, table) == 0
    assert "dtravel 的原文" not in await whole_text(tmp_path / "records.db")


async def test_an_exam_of_nothing_else_is_gone(database: Database) -> None:
    records = ExamRecords(database)
    await records.keep(exam(item("1", "dtravel")), by="olga", at=NOW)
    other = await records.keep(exam(item("1", "dleave"), name="leave"), by="olga", at=NOW)
    await DocumentRecords(database).forget(["dtravel"], at=LATER)
    assert await records.newest() == (other,)
    assert await count(database, ExamDocumentRow) == 1
    assert await count(database, ExamSignatureRow) == 0


async def test_versions_that_never_told_of_it_stay_with_what_was_said(database: Database) -> None:
    records, sittings = ExamRecords(database), SittingRecords(database)
    old = await records.keep(exam(item("1", "dtravel")), by="olga", at=NOW)
    new = await records.keep(exam(item("1", "dleave")), by="olga", at=NOW)
    sitting = await sittings.begin(Sitting(new.id, "base", "f", "olga", NOW))
    await DocumentRecords(database).forget(["dtravel"], at=LATER)
    assert await records.called("rules") == (new,)
    assert not await records.called(old.id)
    assert await sittings.of_exam(new.id) == (sitting,)


async def test_what_an_older_version_said_is_the_newest_again(database: Database) -> None:
    records = ExamRecords(database)
    first = await records.keep(exam(item("3")), by="olga", at=NOW)
    await records.keep(exam(item("3"), item("4")), by="olga", at=NOW)
    await records.keep(exam(item("3"), item("1", "dtravel")), by="olga", at=NOW)
    await DocumentRecords(database).forget(["dtravel"], at=LATER)
    found = await records.called("rules")
    assert [(each.version, len(each.exam.items)) for each in found] == [(4, 1), (2, 2)]
    assert found[0].id == first.id


async def test_nothing_is_kept_of_a_document_that_went_meanwhile(database: Database) -> None:
    records = ExamRecords(database)
    await DocumentRecords(database).forget(["dtravel"], at=LATER)
    made = exam(item("1", "dtravel"))
    with pytest.raises(ConflictError, match="no longer here: dtravel"):
        await records.keep(made, by="olga", at=LATER, documents=["dtravel", "dleave"])
    assert await records.newest() == ()


async def test_exams_of_before_are_found_by_their_documents(tmp_path: Path) -> None:
    """Kept when nothing noted of which documents an exam tells."""
    path = tmp_path / "old.db"
    engine = sa.create_engine(f"sqlite:///{path}")
    kept = exam(item("1", "dtravel"), item("3"))
    with engine.connect() as connection:
        configuration = Config()
        place = Path(databases.__file__).parent / "migrations"
        configuration.set_main_option("script_location", str(place))
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0008")
        connection.execute(
            sa.text(
                "INSERT INTO exams (id, name, version, scene, record, by, at, note)"
                " VALUES (:id, 'rules', 1, '', :record, 'olga', '2026-03-02 09:00:00', '')"
            ),
            {"id": kept.hash, "record": kept.model_dump_json()},
        )
        connection.commit()
    engine.dispose()
    opened = await open_database(f"sqlite+aiosqlite:///{path}")
    await DocumentRecords(opened).forget(["dtravel"], at=LATER)
    (left,) = await ExamRecords(opened).called("rules")
    await opened.close()
    assert [each.id for each in left.exam.items] == ["3"]


DOCUMENTS, KILLS = 40, 4
SCRIPT = """
import asyncio, sys
from datetime import UTC, datetime
from teaegg.core.actors import VisibleSet
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentRecords

async def main(path):
    documents = DocumentRecords(await open_database(f"sqlite+aiosqlite:///{path}"))
    while left := await documents.list(visible=VisibleSet(everything=True)):
        print("forget", flush=True)
        await documents.forget([left[0].id], at=datetime.now(UTC), by="chen")

asyncio.run(main(sys.argv[1]))
"""


async def found(path: Path) -> None:
    database = await open_database(f"sqlite+aiosqlite:///{path}")
    names = [f"doc{number:02}" for number in range(DOCUMENTS)]
    for name in names:
        await DocumentRecords(database).put(document(name), root="")
    records, sittings = ExamRecords(database), SittingRecords(database)
    items = [item(name, name) for name in names]
    for last in range(10, DOCUMENTS + 1, 10):
        kept = await records.keep(exam(*items[:last], item("free")), by="olga", at=NOW)
        sitting = await sittings.begin(Sitting(kept.id, "base", "f", "olga", NOW))
        said = [Response(item=each.hash, text=each.passages[0].text) for each in items[:last]]
        await sittings.add(sitting.id, said, at=NOW)
    await database.close()


async def check(path: Path) -> int:
    """What must hold whenever a process has died; returns how many documents are left."""
    database = await open_database(f"sqlite+aiosqlite:///{path}")
    try:
        async with database.reading() as connection:
            left = set((await connection.execute(select(DocumentRow.id))).scalars())
            said: list[Any] = list(
                (await connection.execute(select(SittingResponseRow.record))).scalars()
            )
        for version in await ExamRecords(database).called("rules"):
            told = {name for each in version.exam.items for name in each.documents}
            assert told <= left
        newest = (await ExamRecords(database).newest())[0].exam
        assert {each.id for each in newest.items} == left | {"free"}
        assert all(record["text"].split()[0] in left for record in said)
        return len(left)
    finally:
        await database.close()


def test_killed_at_any_moment_a_document_is_gone_with_its_items_or_neither_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "records.db"
    asyncio.run(found(path))
    chance = random.Random(8)
    left = DOCUMENTS
    for _ in range(KILLS):
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        # The first one also opens the file: killed in one of the next, at any moment of it.
        for _ in range(2):
            assert process.stdout.readline() == "forget\n"
        time.sleep(chance.uniform(0.0, 0.05))
        process.kill()
        process.wait(20)
        process.stdout.close()
        left = asyncio.run(check(path))
    assert left < DOCUMENTS
