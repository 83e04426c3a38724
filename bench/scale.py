"""How long does a search take among 1,000 to 1,000,000 passages, for a user who may see a part?

In a made company (`bench.made_company`) of 200 collections the asking user's groups open 40.
Questions are real ones, embedded by the real embedder, and go through the same workspace as
everybody's. Each size has a folder of its own in --home, built in a process of its own where it is
not there yet; a folder that is there is measured again.

usage: python -m bench.scale [--sizes 10000 100000 1000000] [--home FOLDER]
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

from bench.data import ROOT, rows, spread
from bench.harness import workspace_in
from bench.made_company import COLLECTIONS, how_built
from bench.measuring import arguments, home_folder, milliseconds, report, resident_mib
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, VisibleSet
from teaegg.retrieval.query import Query, understand
from teaegg.retrieval.understanding.known_names import KnownNames, NameCatalogue
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.lance.index import open_lance_index

SIZES = (10_000, 100_000, 1_000_000)
OPEN_COLLECTIONS = 40
QUESTIONS = 200
QUESTIONS_A_STAGE = 40
_EVERYTHING = VisibleSet(everything=True)
_T = TypeVar("_T")


def built(home: Path, passages: int) -> dict[str, Any]:
    """The company of so many passages in `home`, made if need be; what making it took."""
    if (kept := how_built(home)) is not None:
        return kept
    module = ["-m", "bench.made_company", "--home", str(home), "--passages", str(passages)]
    subprocess.run([sys.executable, *module], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return built(home, passages)


async def found_company(workspace: Workspace) -> None:
    """One user whose two groups open a fifth of the collections; nothing else is granted."""
    if await workspace.access.list_users(LOCAL_OWNER):
        return
    access = workspace.access
    for group in ("sales", "service"):
        await access.add_group(LOCAL_OWNER, group)
    for number in range(COLLECTIONS):
        await access.create_collection(LOCAL_OWNER, f"collection{number}")
    for number in range(OPEN_COLLECTIONS):
        group = ("sales", "service")[number % 2]
        await access.grant(LOCAL_OWNER, "group", group, "collection", f"collection{number}")
    await access.add_user(LOCAL_OWNER, "asker", groups=["sales", "service"])


def questions() -> list[str]:
    """Real questions, Chinese and English."""
    asked = [row["query"] for row in spread(rows("laws-zh/queries.jsonl"), QUESTIONS // 4)]
    asked += [row["question"] for row in spread(rows("cmrc2018/questions.jsonl"), QUESTIONS // 2)]
    asked += [row["question_en"] for row in spread(rows("xquad/questions.jsonl"), QUESTIONS // 4)]
    return asked


async def waits(workspace: Workspace, name: str | None) -> dict[str, float]:
    """Time of whole searches for user `name` (None: the owner), after five to warm up."""
    actor = await workspace.access.actor(name) if name else LOCAL_OWNER
    asked = questions()
    for question in asked[:5]:
        await workspace.search(actor, question)
    took, worked = [], time.process_time()
    for question in asked:
        began = time.perf_counter()
        await workspace.search(actor, question)
        took.append((time.perf_counter() - began) * 1000)
    worked = (time.process_time() - worked) * 1000 / len(asked)
    return {**milliseconds(took), "processor_ms": round(worked, 1)}


async def stages(home: Path, workspace: Workspace) -> dict[str, dict[str, float]]:
    """Each part of a search by itself, one after the other, for the user who sees a part."""
    index = await open_lance_index(str(home / "index"), dimensions=workspace.embedder.dimensions)
    database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
    catalogue = NameCatalogue(DocumentRecords(database))
    asker = await workspace.access.actor("asker")
    visible = await workspace.access.visible(asker)
    await catalogue.current()
    took: dict[str, list[float]] = {}
    worked: dict[str, list[float]] = {}

    async def timed(stage: str, work: Awaitable[_T]) -> _T:
        began, busy = time.perf_counter(), time.process_time()
        result = await work
        worked.setdefault(stage, []).append((time.process_time() - busy) * 1000)
        took.setdefault(stage, []).append((time.perf_counter() - began) * 1000)
        return result

    async def read(question: str, known: KnownNames) -> Query:
        return understand(question, known.near(question, visible=visible))

    limit = workspace.settings.search.candidates
    unknown = frozenset({"AJ00FF"})
    for question in spread(questions(), QUESTIONS_A_STAGE):
        await timed("who may read", workspace.access.visible(asker))
        known = await timed("names", catalogue.current())
        query = await timed("understand", read(question, known))
        vector = await timed("embed", workspace.embedder.embed_question(question))
        for who, seen in (("", visible), (" (owner)", _EVERYTHING)):
            found = index.text_search(query.terms, visible=seen, limit=limit)
            await timed(f"full text{who}", found)
            near = index.vector_search(vector, visible=seen, limit=limit)
            await timed(f"vectors{who}", near)
        coded = index.exact_search(identifiers=unknown, visible=visible, limit=limit)
        await timed("codes", coded)
    await database.close()
    return {
        stage: {**milliseconds(took[stage]), "processor_ms": round(statistics.mean(busy), 1)}
        for stage, busy in worked.items()
    }


def disk_mib(folder: Path) -> float:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20)


async def measure(home: Path, size: int) -> dict[str, Any]:
    """One point of the growth curve."""
    made = built(home, size)
    async with workspace_in(home) as workspace:
        await found_company(workspace)
        return {
            "passages": size,
            "load": round(os.getloadavg()[0], 1),
            "user": await waits(workspace, "asker"),
            "owner": await waits(workspace, None),
            "stages": await stages(home, workspace),
            "resident_mib": round(resident_mib()),
            "disk_mib": disk_mib(home),
            "build_seconds": round(sum(made["seconds"].values()), 1),
            "build": made,
        }


async def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="passages")
    options = parser.parse_args()
    with home_folder(options.home) as home:
        curve = [await measure(home / str(size), size) for size in sorted(options.sizes)]
    report("scale", {"seen_share": OPEN_COLLECTIONS / COLLECTIONS, "curve": curve})


if __name__ == "__main__":
    asyncio.run(main())
