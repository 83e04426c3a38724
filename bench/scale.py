"""How long does a search take among 1,000 to 1,000,000 passages, for a user who may see a part?

A made company: sentences of the public data recombined, with names and codes that keep growing in
number, vectors mixed from real ones, 200 collections of which the asking user's groups open 40, and
documents that are restricted. Questions are real ones, embedded by the real embedder, and go through
the same workspace as everybody's. A run goes on where an earlier one with the same --home stopped.

usage: python -m bench.scale [--passages 100000] [--home FOLDER]
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bench.data import rows, spread
from bench.harness import workspace_in
from bench.measuring import arguments, home_folder, milliseconds, report, resident_mib
from bench.retrieval.vectors import CachedEmbedder
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, VisibleSet
from teaegg.core.documents import Document, Passage
from teaegg.core.ids import document_id, passage_id
from teaegg.retrieval.query import Query, understand
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentName, DocumentRecords
from teaegg.store.lance import LanceIndex, open_lance_index

SIZES = (1_000, 10_000, 100_000, 300_000, 1_000_000)
TARGETS_MS = {100_000: 50, 1_000_000: 150}
PASSAGES_A_DOCUMENT = 50
DOCUMENTS_A_BATCH = 40
BATCHES_BETWEEN_OPTIMIZING = 25
COLLECTIONS = 200
OPEN_COLLECTIONS = 40
RESTRICTED_SHARE = 0.05
QUESTIONS = 200
QUESTIONS_A_STAGE = 40
BASE_VECTORS = 400
NOISE = 0.25
_WRITTEN = "documents-written"
_EVERYTHING = VisibleSet(everything=True)
_T = TypeVar("_T")
_SENTENCE = re.compile(r"[^。！？!?.\n]+[。！？!?.]?")
_SURNAMES = "华中东方宏远永恒天地金石海川明德正大信诚安泰康达通瑞祥和丰盛嘉禾同创新源力科拓维思"


@dataclass(frozen=True)
class Sources:
    """Real passages as sentences, and the vectors of `BASE_VECTORS` of them."""

    sentences: list[list[str]]
    vectors: NDArray[np.float32]


def read_sources() -> Sources:
    """Real Chinese and English passages; the first of each kind, evenly spread, get a vector."""
    texts = [row["text"] for row in rows("cmrc2018/passages.jsonl")]
    texts += [row["text_en"] for row in rows("xquad/passages.jsonl")]
    sentences = [found for text in texts if len(found := _SENTENCE.findall(text)) > 1]
    sentences = spread(sentences, BASE_VECTORS)
    vectors = CachedEmbedder().passages(["".join(s)[:80] for s in sentences])
    return Sources(sentences, vectors)


@dataclass(frozen=True)
class Made:
    """One made document with its passages and their vectors."""

    document: Document
    passages: list[Passage]
    vectors: NDArray[np.float32]


def make_document(number: int, sources: Sources) -> Made:
    """Document `number`: the same in every run. Its title, names and codes are its own."""
    dice = random.Random(number)
    collection = f"collection{number % COLLECTIONS}"
    company = "".join(dice.choices(_SURNAMES, k=4))
    source = f"{company}-{number}.txt"
    identity = document_id(collection, source)
    version = hashlib.sha256(source.encode()).hexdigest()
    title = f"{company}管理办法（{number}）"
    passages, picked = [], []
    for ordinal in range(PASSAGES_A_DOCUMENT):
        pair = dice.sample(range(len(sources.sentences)), 2)
        picked.append(pair)
        text = _text(dice, company, [sources.sentences[i] for i in pair])
        key = passage_id(identity, version, ordinal)
        passages.append(
            Passage(key, identity, version, collection, title, ordinal, text, 0, len(text))
        )
    document = Document(
        identity, collection, source, title, "text/plain", version, "complete",
        dice.random() < RESTRICTED_SHARE, 0, len(passages), datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return Made(document, passages, _vectors(number, sources, np.array(picked)))


def _text(dice: random.Random, company: str, pair: Sequence[Sequence[str]]) -> str:
    """Up to three sentences of one passage, one of another, and a line with names and codes."""
    first, second = pair
    at = dice.randrange(len(first))
    name = company[:2] + "".join(dice.choices(_SURNAMES, k=2))
    code = f"{dice.choice('ABCDEFGH')}{dice.choice('JKLMN')}-{dice.getrandbits(24):06X}"
    return "".join([*first[at : at + 3], dice.choice(second), f"（{name}，{code}）"])


def _vectors(number: int, sources: Sources, picked: NDArray[np.int64]) -> NDArray[np.float32]:
    """Each a mixture of its two sources' vectors with noise of its own, of length 1."""
    noise = np.random.default_rng(number).standard_normal((len(picked), sources.vectors.shape[1]))
    mixed = 0.75 * sources.vectors[picked[:, 0]] + 0.25 * sources.vectors[picked[:, 1]]
    mixed = mixed + NOISE * noise / np.sqrt(noise.shape[1])
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


async def build(home: Path, passages: int, sources: Sources) -> float:
    """Grow the workspace in `home` to so many passages; seconds that it took."""
    began = time.perf_counter()
    index = await open_lance_index(str(home / "index"), dimensions=sources.vectors.shape[1])
    database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
    documents = DocumentRecords(database)
    done = _documents_written(home)
    wanted = passages // PASSAGES_A_DOCUMENT
    for count, numbers in enumerate(_batches(done, wanted), 1):
        await _write([make_document(number, sources) for number in numbers], index, documents)
        (home / _WRITTEN).write_text(str(numbers[-1] + 1))
        if count % BATCHES_BETWEEN_OPTIMIZING == 0:
            await index.optimize()
            rate = (numbers[-1] + 1 - done) * PASSAGES_A_DOCUMENT / (time.perf_counter() - began)
            print(f"{numbers[-1] + 1}/{wanted} documents, {rate:.0f} passages/s", file=sys.stderr)
    if done < wanted:
        await index.optimize()
    await database.close()
    return time.perf_counter() - began


def _documents_written(home: Path) -> int:
    written = home / _WRITTEN
    return int(written.read_text()) if written.is_file() else 0


def _batches(start: int, stop: int) -> Iterator[list[int]]:
    for first in range(start, stop, DOCUMENTS_A_BATCH):
        yield list(range(first, min(first + DOCUMENTS_A_BATCH, stop)))


async def _write(made: list[Made], index: LanceIndex, documents: DocumentRecords) -> None:
    await index.replace({one.document.id: (one.document.scope, one.passages) for one in made})
    flat = [passage for one in made for passage in one.passages]
    vectors = np.concatenate([one.vectors for one in made])
    await index.add_vectors(flat, vectors, visible=_EVERYTHING)
    for one in made:
        await documents.put(one.document, root="", modified_ns=0)


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
    records = DocumentRecords(database)
    visible = await workspace.access.visible(await workspace.access.actor("asker"))
    took: dict[str, list[float]] = {}
    worked: dict[str, list[float]] = {}

    async def timed(stage: str, work: Awaitable[_T]) -> _T:
        began, busy = time.perf_counter(), time.process_time()
        result = await work
        worked.setdefault(stage, []).append((time.process_time() - busy) * 1000)
        took.setdefault(stage, []).append((time.perf_counter() - began) * 1000)
        return result

    async def read(question: str, names: Sequence[DocumentName]) -> Query:
        return understand(question, names)

    limit = workspace.settings.search.candidates
    unknown = frozenset({"AJ00FF"})
    for question in spread(questions(), QUESTIONS_A_STAGE):
        names = await timed("names", records.names(visible=visible))
        query = await timed("understand", read(question, names))
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


async def measure(home: Path, size: int, sources: Sources) -> dict[str, Any]:
    """One point of the growth curve; the one kept from an earlier run once `home` has outgrown it."""
    kept = home / f"point-{size}.json"
    if _documents_written(home) * PASSAGES_A_DOCUMENT > size:
        return dict(json.loads(kept.read_text()))
    build_seconds = await build(home, size, sources)
    async with workspace_in(home) as workspace:
        await found_company(workspace)
        point = {
            "passages": size,
            "build_seconds": round(build_seconds, 1),
            "user": await waits(workspace, "asker"),
            "owner": await waits(workspace, None),
            "stages": await stages(home, workspace),
            "disk_mib": disk_mib(home),
            "resident_mib": round(resident_mib()),
        }
    text = json.dumps(point, ensure_ascii=False)
    kept.write_text(text)
    print(text, file=sys.stderr)
    return point


async def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--passages", type=int, default=100_000, help="the largest size")
    options = parser.parse_args()
    sources = read_sources()
    with home_folder(options.home) as home:
        curve = [await measure(home, size, sources) for size in SIZES if size <= options.passages]
    report("scale", {"seen_share": OPEN_COLLECTIONS / COLLECTIONS, "curve": curve})


if __name__ == "__main__":
    asyncio.run(main())
