"""kill -9 at any moment of learning: running it again ends like a run that nobody disturbed."""

from __future__ import annotations

import asyncio
import contextlib
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.ingest.sources.loopback import web_site

from teaegg.core.actors import VisibleSet
from teaegg.store.blobs import BlobStore
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.lance.index import open_lance_index

SCRIPT = """
import asyncio, sys
from pathlib import Path
from teaegg.core.clock import SystemClock
from teaegg.core.settings import IngestSettings, SourceSettings
from teaegg.ingest.learning.learner import Learner
from teaegg.ingest.sources.factory import open_source
from teaegg.store.blobs import BlobStore
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.lance.index import open_lance_index

async def main(home, address):
    database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
    index = await open_lance_index(str(home / "index"), dimensions=8)
    documents, blobs = DocumentRecords(database), BlobStore(home / "blobs")
    learner = Learner(index, documents, blobs, IngestSettings(), SystemClock())
    print("begin", flush=True)
    source = await open_source(address, SourceSettings(), SystemClock(), str)
    await learner.learn([source], collection="c")
    await source.close()
    await learner.close()
    await database.close()

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


def begin(home: Path, address: str) -> subprocess.Popen[str]:
    home.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(home), address], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begin\n"
    return process


def learn(home: Path, address: str) -> float:
    process = begin(home, address)
    started = time.monotonic()
    assert process.wait(120) == 0
    return time.monotonic() - started


class Folder:
    """Files on this machine."""

    files, kills = 60, 5

    def __init__(self, folder: Path) -> None:
        self.folder, self.address = folder, str(folder)
        folder.mkdir()

    def write(self, number: int, generation: int) -> None:
        (self.folder / f"{number:02}.csv").write_text(table(number, generation), "utf-8")

    def remove(self, number: int) -> None:
        (self.folder / f"{number:02}.csv").unlink()

    def close(self) -> None:
        """Nothing runs."""


class Site:
    """Pages of a web server, by its sitemap."""

    files, kills = 25, 2

    def __init__(self, _: Path) -> None:
        self.stack = contextlib.ExitStack()
        self.site = self.stack.enter_context(web_site())
        self.numbers: set[int] = set()
        self.address = f"{self.site.url}/sitemap.xml"

    def write(self, number: int, generation: int) -> None:
        self.numbers.add(number)
        self.site.put(f"/{number:02}.csv", table(number, generation), "text/csv; charset=utf-8")
        self.site.put_sitemap(*(f"/{each:02}.csv" for each in sorted(self.numbers)))

    def remove(self, number: int) -> None:
        self.numbers.remove(number)
        del self.site.pages[f"/{number:02}.csv"]
        self.site.put_sitemap(*(f"/{each:02}.csv" for each in sorted(self.numbers)))

    def close(self) -> None:
        self.stack.close()


def table(number: int, generation: int) -> str:
    rows = "".join(f"零件{number}-{row},{generation},{row}\n" for row in range(60))
    return "品名,代,价\n" + rows


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


@pytest.mark.parametrize("kind", [Folder, Site])
def test_kill_at_random_moments_then_resume_equals_a_clean_run(
    tmp_path: Path, kind: type[Folder] | type[Site]
) -> None:
    chance = random.Random(20)
    place = kind(tmp_path / "docs")
    for number in range(kind.files):
        place.write(number, 0)
    whole = learn(tmp_path / "clean-first", place.address)
    killed = 0
    for attempt in range(4 * kind.kills):
        if killed == kind.kills:
            break
        process = begin(tmp_path / "killed", place.address)
        time.sleep(whole * chance.random())
        if process.poll() is None:
            process.kill()
            killed += 1
        process.wait()
        # Work for the next attempt: files changed, added and removed meanwhile.
        for number in chance.sample(range(kind.files), 20):
            place.write(number, attempt + 1)
        gone = chance.randrange(kind.files)
        place.write(gone, attempt + 1)
        place.remove(gone)
    assert killed == kind.kills
    learn(tmp_path / "killed", place.address)
    learn(tmp_path / "clean", place.address)
    place.close()
    after, expected = state(tmp_path / "killed"), state(tmp_path / "clean")
    assert after["count"] == expected["count"] == 60 * (len(expected) - 1)
    assert after == expected
