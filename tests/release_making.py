"""Releases for tests: experts that passed the gate, by real sittings or by a verdict on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from tests.expert_making import NOW

from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, VisibleSet
from teaegg.core.exams import Exam, ExamItem, Response
from teaegg.store.database import Database, open_database
from teaegg.store.exams.records import ExamRecords
from teaegg.store.exams.sittings import Sitting, SittingRecords
from teaegg.store.experts.records import ExpertRecord, ExpertRecords
from teaegg.store.releases.records import ReleaseRecords
from teaegg.store.releases.verdicts import Verdict, VerdictRecords
from teaegg.store.schema.experts import ExpertRow

EVERYTHING = VisibleSet(everything=True)


def passing(expert: str, baseline: str = "", *, passes: bool = True) -> Verdict:
    """What the gate might have said."""
    return Verdict(expert, baseline, (), "policy", passes, {}, by="chen", at=NOW)


async def in_use(database: Database, expert: str) -> str:
    """The id of what answers for the scene of `expert`, "" for none."""
    scene = select(ExpertRow.scene).where(ExpertRow.id == expert).scalar_subquery()
    statement = select(ExpertRow.id).where(ExpertRow.scene == scene, ExpertRow.state == "released")
    async with database.session() as session:
        return await session.scalar(statement) or ""


async def judged(database: Database, expert: str) -> Verdict:
    """A passing verdict against what is in use, kept."""
    verdict = passing(expert, await in_use(database, expert))
    return await VerdictRecords(database).keep(verdict)


async def released(
    database: Database, expert: str, *, by: str = "chen", at: datetime = NOW, why: str = "passed"
) -> str:
    """Release what passed; the id that it replaces is returned."""
    verdict = await judged(database, expert)
    _, before = await ReleaseRecords(database).release(expert, verdict.id, by=by, at=at, why=why)
    return before


@asynccontextmanager
async def records_of(home: Path) -> AsyncIterator[Database]:
    database = await open_database(f"sqlite+aiosqlite:///{home}/records.db")
    try:
        yield database
    finally:
        await database.close()


async def released_in(workspace: Workspace, name: str, *, why: str = "passed") -> ExpertRecord:
    """The newest candidate of the scene `name`, or the expert of that id, let answer by an owner."""
    record = await workspace.experts.access.releasable(LOCAL_OWNER, name)
    async with records_of(workspace.settings.home) as database:
        verdict = await judged(database, record.id)
    await workspace.releases.release(LOCAL_OWNER, verdict, why=why)
    return record


def make_exam(scene: str, items: int = 40, *, name: str = "") -> Exam:
    """Questions about documents of their own."""
    asked = tuple(
        ExamItem(
            id=str(number),
            form="short",
            questions=(f"第{number}问？",),
            right=(f"答案{number}",),
            document=f"d{number}",
        )
        for number in range(items)
    )
    return Exam(name=name or scene, title=f"Exam of {scene}", scene=scene, items=asked)


async def sit(
    database: Database, exam: Exam, expert: str = "", *, right: float = 1.0, shadow: bool = False
) -> Sitting:
    """`expert` ("": the bare base) answers that share of the items rightly."""
    records = SittingRecords(database)
    await ExamRecords(database).keep(exam, by="chen", at=NOW)
    target = f"expert:{expert[:12]}" if expert else "base"
    sitting = await records.begin(
        Sitting(exam.hash, target, target, "chen", NOW, expert=expert, shadow=shadow)
    )
    few = round(right * len(exam.items))
    responses = [
        Response(item=item.hash, text=item.right[0] if place < few else "不知道", seconds=1.0)
        for place, item in enumerate(exam.items)
    ]
    await records.add(sitting.id, responses, at=NOW)
    await records.finish(sitting.id, at=NOW)
    return sitting


async def states(database: Database) -> dict[str, str]:
    found = await ExpertRecords(database).list(actor=LOCAL_OWNER, visible=EVERYTHING)
    return {record.id: record.state for record in found}
