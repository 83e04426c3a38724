"""kill -9 at any moment of releasing and forgetting: never two releases, never a witness left speaking."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select
from tests.distill.test_forgetting_rows import document, row
from tests.expert_making import make_dataset, make_expert, make_record, write_export

from teaegg.core.actors import LOCAL_OWNER, VisibleSet
from teaegg.core.ids import text_hash
from teaegg.distill.lineage.forgetting import Forgetting
from teaegg.distill.rows import read_rows, write_rows
from teaegg.store.database import Database, open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.experts.files import ExpertFiles
from teaegg.store.experts.lineage import LineageRecords
from teaegg.store.experts.records import ExpertRecords, TrainingDocument
from teaegg.store.schema.documents import DocumentRow

EVERYTHING = VisibleSet(everything=True)
ROOT = Path(__file__).parents[2]
SCENES, EXPERTS, DOCUMENTS, KILLS = 2, 6, 60, 6
SCRIPT = """
import asyncio, itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from tests.release_making import released
from teaegg.core.actors import LOCAL_OWNER, VisibleSet
from teaegg.distill.lineage.forgetting import Forgetting
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.experts.files import ExpertFiles
from teaegg.store.experts.lineage import LineageRecords
from teaegg.store.experts.records import ExpertRecords

EVERYTHING = VisibleSet(everything=True)

async def main(home):
    database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
    documents, experts = DocumentRecords(database), ExpertRecords(database)
    lineage = LineageRecords(database)
    forgetting = Forgetting(lineage, ExpertFiles(home / "experts"), home)
    now = datetime.now(UTC)
    for turn in itertools.count():
        known = [r for r in await experts.list(actor=LOCAL_OWNER, visible=EVERYTHING)
                 if r.state in ("candidate", "retired")][turn % 2:]
        print("release", flush=True)
        for record in known:
            await released(database, record.id, at=now)
        left = await documents.list(visible=EVERYTHING)
        print("forget", flush=True)
        await documents.forget([left[turn * 7 % len(left)].id], at=now, by="chen")
        await forgetting.finish()

asyncio.run(main(Path(sys.argv[1])))
"""


async def found(home: Path) -> None:
    """Experts of two scenes, each taught by ten documents, with rows for every document."""
    database = await open_database(f"sqlite+aiosqlite:///{home}/records.db")
    documents, experts = DocumentRecords(database), ExpertRecords(database)
    files = ExpertFiles(home / "experts")
    learned = [document(f"doc{number:02}") for number in range(DOCUMENTS)]
    for each in learned:
        await documents.put(each, root="")
    for number in range(EXPERTS):
        scene = f"scene{number % SCENES}"
        expert = make_expert(scene, str(number), dataset=text_hash(str(number)))
        taught = learned[number * 10 : number * 10 + 10]
        file = f"data/{number}/rows.jsonl"
        write_rows(home / file, [row(f"{each.id}-{n}", each.id) for each in taught for n in "12"])
        await experts.register(
            make_record(expert),
            make_dataset(expert, file=file),
            [TrainingDocument.of(each) for each in taught],
            by="chen",
        )
        await files.put(expert, write_export(home / f"export{number}", str(number)))
    await database.close()


async def check(home: Path) -> int:
    """What must hold whenever a process has died; returns how many experts are withdrawn."""
    database = await open_database(f"sqlite+aiosqlite:///{home}/records.db")
    try:
        left = await _documents(database)
        experts, lineage = ExpertRecords(database), LineageRecords(database)
        records = await experts.list(actor=LOCAL_OWNER, visible=EVERYTHING)
        released = [r.expert.scene for r in records if r.state == "released"]
        assert len(released) == len(set(released))
        for record in records:
            assert (await experts.changes(record.id))[-1].state == record.state
            taught = {item.document for item in await lineage.documents_of(record.id)}
            assert (record.state == "withdrawn") == bool(taught - left)
        await Forgetting(lineage, ExpertFiles(home / "experts"), home).finish()
        for number in range(EXPERTS):
            kept = {each.documents[0] for each in read_rows(home / f"data/{number}/rows.jsonl")}
            assert kept == left & {f"doc{n:02}" for n in range(number * 10, number * 10 + 10)}
        for record in records:
            weights = home / "experts" / record.id / "adapter.gguf"
            assert weights.exists() == (record.state != "withdrawn")
        return sum(record.state == "withdrawn" for record in records)
    finally:
        await database.close()


async def _documents(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set((await connection.execute(select(DocumentRow.id))).scalars())


def test_whatever_moment_it_is_killed_at_the_next_start_finds_it_whole(tmp_path: Path) -> None:
    asyncio.run(found(tmp_path))
    chance = random.Random(4)
    withdrawn = 0
    # The last one has forgotten something by the time that it begins to forget again.
    moments = [("release\n", 1), ("forget\n", 1), ("forget\n", 1)] * (KILLS // 3)
    for moment, times in [*moments, ("forget\n", 2)]:
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        # Killed at most so long after it began one of the two, that it is likely still at it.
        for _ in range(times):
            while process.stdout.readline() != moment:
                assert process.poll() is None
        time.sleep(chance.uniform(0.0, 0.04))
        process.kill()
        process.wait(20)
        process.stdout.close()
        withdrawn = asyncio.run(check(tmp_path))
    assert withdrawn >= 1
