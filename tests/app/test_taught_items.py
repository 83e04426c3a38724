"""An expert that sits what it was taught gains nothing: such items are counted apart."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.distill.test_forgetting_rows import document
from tests.expert_making import NOW, make_dataset, make_expert, make_record

from teaegg.app.exams.examining import report_of
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.exams import Exam, ExamItem, Response
from teaegg.core.settings import EmbeddingModelSettings, Settings
from teaegg.distill.rows import Row, Turn, write_rows
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.store.database import Database, open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.exams.sittings import Sitting, SittingRecords
from teaegg.store.experts.records import ExpertRecords, TrainingDocument

QUESTION = "员工连续工作满一年以后每年可以享受多少天带薪年休假？"
FRESH = "员工出差期间每天可以领取多少元的伙食补助费用？"
EXPERT = make_expert("leave", "1")
FILE = "datasets/leave/rows.jsonl"


def item(name: str, question: str) -> ExamItem:
    return ExamItem(id=name, form="short", questions=(question,), right=("5天",))


EXAM = Exam(name="leave", title="休假", items=(item("1", QUESTION), item("2", FRESH)))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await open_database(f"sqlite+aiosqlite:///{tmp_path / 'records.db'}")
    yield opened
    await opened.close()


@pytest.fixture
async def workspace(tmp_path: Path, database: Database) -> AsyncIterator[Workspace]:
    """An expert, its rows, and an exam that it and the base have sat."""
    learned = document("dleave")
    await DocumentRecords(database).put(learned, root="")
    await ExpertRecords(database).register(
        make_record(EXPERT),
        make_dataset(EXPERT, file=FILE),
        [TrainingDocument.of(learned)],
        by="chen",
    )
    turn = Turn(role="user", content=f"[1] 手册\n每年享受年假5天。\n\n问题：{QUESTION}")
    row = Row(id="r", kind="lookup", turns=(turn,), answer="5天", documents=("dleave",))
    write_rows(tmp_path / FILE, [row])
    settings = Settings(home=tmp_path, embedding=EmbeddingModelSettings(dimensions=64))
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(64)
    ) as workspace:
        kept = await workspace.exams.keep(LOCAL_OWNER, EXAM)
        sittings = SittingRecords(database)
        for target, expert in ((f"expert:{EXPERT.scene}", EXPERT.id), ("base", "")):
            sat = await sittings.begin(Sitting(kept.id, target, target, "chen", NOW, expert=expert))
            said = [Response(item=each.hash, text="5天") for each in EXAM.items]
            await sittings.add(sat.id, said, at=NOW)
        yield workspace


async def test_what_an_expert_was_taught_is_known_of_its_sitting_alone(
    workspace: Workspace, tmp_path: Path
) -> None:
    sat = await workspace.examining.find(LOCAL_OWNER, "leave", "expert:leave")
    told = {record.item: record.contaminated for record in sat.scored.records}
    assert told == {EXAM.items[0].hash: True, EXAM.items[1].hash: False}
    base = await workspace.examining.find(LOCAL_OWNER, "leave", "base")
    assert not any(record.contaminated for record in base.scored.records)
    report = report_of({"base": base, "expert": sat}, NOW)
    assert report.contaminated == {EXAM.items[0].hash}
    (tmp_path / FILE).unlink()
    unknown = await workspace.examining.find(LOCAL_OWNER, "leave", "expert:leave")
    assert not any(record.contaminated for record in unknown.scored.records)


async def test_the_gate_leaves_out_what_one_of_both_was_taught(workspace: Workspace) -> None:
    judged = await workspace.releases.judge(LOCAL_OWNER, EXPERT.id, exams=["leave"])
    apart = {one.reason: one.items for one in judged.found.apart}
    assert apart["contaminated"] == 1
