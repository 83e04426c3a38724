"""A made company of any size, written in bulk: what `bench.scale` searches.

Sentences of the public data recombined, with names and codes that keep growing in number, vectors
mixed from real ones, 200 collections, and documents that are restricted. Rows go straight through
the schema of the product's tables in large batches and are indexed once, as `optimize` does it; what
is derived of a sentence is derived once. That the rows are the ones the product would write is
checked on the first document of every run.

usage: python -m bench.made_company --home FOLDER [--passages 100000]
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench.data import rows, spread
from bench.measuring import arguments, home_folder, resident_mib
from bench.retrieval.vectors import CachedEmbedder
from teaegg.core.documents import Document, Passage
from teaegg.core.ids import document_id, passage_id
from teaegg.core.terms import TERMS_VERSION, identifiers, index_terms
from teaegg.store.codec import passage_row
from teaegg.store.database import open_database
from teaegg.store.documents import DocumentRecords
from teaegg.store.lance.index import LanceIndex
from teaegg.store.lance.tables import PASSAGE_SCHEMA, open_tables, search_row, vector_schema

PASSAGES_A_DOCUMENT = 50
COLLECTIONS = 200
RESTRICTED_SHARE = 0.05
_DOCUMENTS_A_BATCH = 400
_BASE_VECTORS = 400
_NOISE = 0.25
_BUILT = "built.json"
_SENTENCE = re.compile(r"[^。！？!?.\n]+[。！？!?.]?")
_SURNAMES = "华中东方宏远永恒天地金石海川明德正大信诚安泰康达通瑞祥和丰盛嘉禾同创新源力科拓维思"


@dataclass(frozen=True)
class Sources:
    """Real passages as sentences, and one vector for each passage."""

    sentences: list[list[str]]
    vectors: NDArray[np.float32]


@dataclass(frozen=True)
class Made:
    """One made document: its passages, the parts that their texts are joined from, their vectors."""

    document: Document
    passages: list[Passage]
    parts: list[list[str]]
    vectors: NDArray[np.float32]


@cache
def read_sources() -> Sources:
    """Real Chinese and English passages, evenly spread over the data."""
    texts = [row["text"] for row in rows("cmrc2018/passages.jsonl")]
    texts += [row["text_en"] for row in rows("xquad/passages.jsonl")]
    sentences = [found for text in texts if len(found := _SENTENCE.findall(text)) > 1]
    sentences = spread(sentences, _BASE_VECTORS)
    vectors = CachedEmbedder().passages(["".join(s)[:80] for s in sentences])
    return Sources(sentences, vectors)


def make_document(number: int, sources: Sources) -> Made:
    """Document `number`: the same in every run. Its title, names and codes are its own."""
    dice = random.Random(number)
    collection = f"collection{number % COLLECTIONS}"
    company = "".join(dice.choices(_SURNAMES, k=4))
    source = f"{company}-{number}.txt"
    identity = document_id(collection, source)
    version = hashlib.sha256(source.encode()).hexdigest()
    title = f"{company}管理办法（{number}）"
    passages, picked, parts = [], [], []
    for ordinal in range(PASSAGES_A_DOCUMENT):
        pair = dice.sample(range(len(sources.sentences)), 2)
        picked.append(pair)
        parts.append(_parts(dice, company, [sources.sentences[i] for i in pair]))
        text = "\n".join(parts[-1])
        key = passage_id(identity, version, ordinal)
        passages.append(
            Passage(key, identity, version, collection, title, ordinal, text, 0, len(text))
        )
    document = Document(
        identity, collection, source, title, "text/plain", version, "complete",
        dice.random() < RESTRICTED_SHARE, 0, len(passages), datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return Made(document, passages, parts, _vectors(number, sources, np.array(picked)))


def _parts(dice: random.Random, company: str, pair: Sequence[Sequence[str]]) -> list[str]:
    """Up to three sentences of one passage, one of another, and a line with names and codes."""
    first, second = pair
    at = dice.randrange(len(first))
    name = company[:2] + "".join(dice.choices(_SURNAMES, k=2))
    code = f"{dice.choice('ABCDEFGH')}{dice.choice('JKLMN')}-{dice.getrandbits(24):06X}"
    return [*first[at : at + 3], dice.choice(second), f"（{name}，{code}）"]


def _vectors(number: int, sources: Sources, picked: NDArray[np.int64]) -> NDArray[np.float32]:
    """Each a mixture of its two sources' vectors with noise of its own, of length 1."""
    dimensions = sources.vectors.shape[1]
    noise = np.random.default_rng(number).standard_normal((len(picked), dimensions), np.float32)
    mixed = 0.75 * sources.vectors[picked[:, 0]] + 0.25 * sources.vectors[picked[:, 1]]
    mixed = mixed + _NOISE / dimensions**0.5 * noise
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


_terms_of_sentence = cache(index_terms)
_identifiers_of_sentence = cache(identifiers)


def passage_rows(made: Made) -> list[dict[str, Any]]:
    """The rows of `search_row`, with the terms of each sentence derived only once.

    Only the order of the terms differs, of which the ranking knows nothing.
    """
    heading = index_terms(made.document.title)
    return [
        {
            **passage_row(passage),
            "scope": made.document.scope,
            "article": None,
            "identifiers": sorted(_all_identifiers(parts)),
            "facts": [],
            "terms": " ".join([*heading, *_all_terms(parts)]),
        }
        for passage, parts in zip(made.passages, made.parts, strict=True)
    ]


def _all_terms(parts: Sequence[str]) -> list[str]:
    *sentences, own = parts
    terms = [term for sentence in sentences for term in _terms_of_sentence(sentence)]
    return [*terms, *index_terms(own)]


def _all_identifiers(parts: Sequence[str]) -> frozenset[str]:
    *sentences, own = parts
    return identifiers(own).union(*map(_identifiers_of_sentence, sentences))


def check_rows(made: Made) -> None:
    """Raises AssertionError when the product itself would write other rows for `made`."""

    def comparable(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "terms": sorted(row["terms"].split())}

    expected = [search_row(passage, made.document.scope) for passage in made.passages]
    assert list(map(comparable, passage_rows(made))) == list(map(comparable, expected))


def _batches(wanted: int, sources: Sources) -> Iterator[list[Made]]:
    began = time.perf_counter()
    for first in range(0, wanted, _DOCUMENTS_A_BATCH):
        last = min(first + _DOCUMENTS_A_BATCH, wanted)
        yield [make_document(number, sources) for number in range(first, last)]
        rate = last * PASSAGES_A_DOCUMENT / (time.perf_counter() - began)
        print(f"{last}/{wanted} documents, {rate:.0f} passages/s", file=sys.stderr)


def _passage_batches(wanted: int, sources: Sources) -> Iterator[pa.RecordBatch]:
    for batch in _batches(wanted, sources):
        found = [row for made in batch for row in passage_rows(made)]
        yield pa.RecordBatch.from_pylist(found, schema=PASSAGE_SCHEMA)


def _vector_batches(wanted: int, sources: Sources) -> Iterator[pa.RecordBatch]:
    schema = vector_schema(sources.vectors.shape[1])
    for batch in _batches(wanted, sources):
        flat = np.concatenate([made.vectors for made in batch])
        found = [(made, passage) for made in batch for passage in made.passages]
        columns = [
            pa.array([passage.id for _, passage in found]),
            pa.array([passage.document for _, passage in found]),
            pa.array([passage.collection for _, passage in found]),
            pa.array([made.document.scope for made, _ in found]),
            pa.FixedSizeListArray.from_arrays(pa.array(flat.ravel()), flat.shape[1]),
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


async def build(home: Path, passages: int, sources: Sources) -> dict[str, Any]:
    """Make the workspace's index and records in the empty `home`; what it took, by part."""
    wanted = passages // PASSAGES_A_DOCUMENT
    check_rows(make_document(0, sources))
    dimensions = sources.vectors.shape[1]
    tables = await open_tables(str(home / "index"), dimensions=dimensions)
    began = time.perf_counter()
    seconds: dict[str, float] = {}
    written = (
        ("passages", tables[0], PASSAGE_SCHEMA, _passage_batches(wanted, sources)),
        ("vectors", tables[1], vector_schema(dimensions), _vector_batches(wanted, sources)),
    )
    for name, table, schema, batches in written:
        await table.add(pa.RecordBatchReader.from_batches(schema, batches))
        seconds[name] = time.perf_counter() - began - sum(seconds.values())
    await LanceIndex(*tables, dimensions).optimize()
    seconds["indices"] = time.perf_counter() - began - sum(seconds.values())
    await _write_records(home, wanted, sources)
    seconds["records"] = time.perf_counter() - began - sum(seconds.values())
    return {
        "passages": passages,
        "terms_version": TERMS_VERSION,
        "seconds": {name: round(took, 1) for name, took in seconds.items()},
        "processor_seconds": round(time.process_time(), 1),
        "resident_mib": round(resident_mib()),
    }


async def _write_records(home: Path, wanted: int, sources: Sources) -> None:
    database = await open_database(f"sqlite+aiosqlite:///{home / 'records.db'}")
    documents = DocumentRecords(database)
    for batch in _batches(wanted, sources):
        for made in batch:
            await documents.put(made.document, root="")
    await database.close()


def how_built(home: Path) -> dict[str, Any] | None:
    """What building `home` took; None when it was not finished, or under older rules."""
    try:
        built: dict[str, Any] = json.loads((home / _BUILT).read_text())
    except FileNotFoundError:
        return None
    return built if built["terms_version"] == TERMS_VERSION else None


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--passages", type=int, default=100_000)
    options = parser.parse_args()
    with home_folder(options.home) as home:
        if how_built(home) is None:
            shutil.rmtree(home)
            home.mkdir()
            built = asyncio.run(build(home, options.passages, read_sources()))
            (home / _BUILT).write_text(json.dumps(built))
        print(json.dumps(how_built(home)))


if __name__ == "__main__":
    main()
