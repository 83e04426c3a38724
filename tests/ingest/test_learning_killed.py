"""kill -9 at any moment of learning: running it again ends like a run that nobody disturbed."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from teaegg.core.actors import VisibleSet
from teaegg.store.blobs import BlobStore
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.lance import open_lance_index

FILES = 60
KILLS = 5
SCRIPT = """
import asyncio, sys
from pathlib import Path
from teaegg.core.clock import SystemClock
from teaegg.core.settings import IngestSettings
from teaegg.ingest.learning import Learner
from teaegg.store.blobs import BlobStore
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.lance import open_lance_index

async def main(home, folder):
    database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
    index = await open_lance_index(str(home / "index"), dimensions=8)
    documents, blobs = DocumentRecords(database), BlobStore(home / "blobs")
    learner = Learner(index, documents, blobs, IngestSettings(), SystemClock())
    print("begin", flush=True)
    await learner.learn([folder], collection="c")
    await learner.close()
    await database.close()

asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def begin(home: Path, folder: Path) -> subprocess.Popen[str]:
    home.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(home), str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n"
    return process


def learn(home: Path, folder: Path) -> float:
    process = begin(home, folder)
    started = time.monotonic()
    assert process.wait(120) == 0
    return time.monotonic() - started


def write(folder: Path, number: int, generation: int) -> None:
    rows = "".join(f"零件{number}-{row},{generation},{row}\n" for row in range(60))
    (folder / f"{number:02}.csv").write_text("品名,代,价\n" + rows, "utf-8")


def state(home: Path) -> dict[str, Any]:
    """Everything that must be the same, without the moment of learning."""

    async def read() -> dict[str, Any]:
        everything = VisibleSet(everything=True)
        database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
        index = await open_lance_index(str(home / "index"), dimensions=8)
        blobs = BlobStore(home / "blobs")
        result: dict[str, Any] = {"count": await index.count(visible=everything)}
        for document in await DocumentRecords(database).list(visible=everything):
            passages = await index.passages_of(document.id, visible=everything)
            result[document.source] = (
                document.id, document.version, document.state, document.passages, document.reason,
                [(p.id, p.text) for p in passages],
                len(await blobs.get(document.version)), len(await blobs.get(document.parsed)),
            )  # fmt: skip
        await database.close()
        return result

    return asyncio.run(read())


def test_kill_at_random_moments_then_resume_equals_a_clean_run(tmp_path: Path) -> None:
    chance = random.Random(20)
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(FILES):
        write(folder, number, 0)
    whole = learn(tmp_path / "clean-first", folder)
    killed = 0
    for attempt in range(4 * KILLS):
        if killed == KILLS:
            break
        process = begin(tmp_path / "killed", folder)
        time.sleep(whole * chance.random())
        if process.poll() is None:
            process.kill()
            killed += 1
        process.wait()
        # Work for the next attempt: files changed, added and removed meanwhile.
        for number in chance.sample(range(FILES), 25):
            write(folder, number, attempt + 1)
        (folder / f"{chance.randrange(FILES):02}.csv").unlink()
    assert killed == KILLS
    learn(tmp_path / "killed", folder)
    learn(tmp_path / "clean", folder)
    after, expected = state(tmp_path / "killed"), state(tmp_path / "clean")
    assert after["count"] == expected["count"] == 60 * (len(expected) - 1)
    assert after == expected
