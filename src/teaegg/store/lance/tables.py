"""The two LanceDB tables: their columns, their indices, and how an older index is brought up to date.

What is derived from a passage (terms, identifiers, facts) depends on the rules of `core.terms`. The
table remembers under which version of the rules it was made; opened under another, everything is
derived again from the passages it holds, in one commit. No source is read again, no vector is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import lancedb
import pyarrow as pa
from lancedb.index import FTS, BTree, LabelList

from teaegg.core.documents import Passage
from teaegg.core.errors import StorageError
from teaegg.core.quantities.cells import fact_tokens
from teaegg.core.terms import TERMS_VERSION, identifiers, index_terms
from teaegg.store.codec import PASSAGE_COLUMNS, passage_from_row, passage_row

_PASSAGES = "passages"
_VECTORS = "vectors"
_VERSION_KEY = b"teaegg.terms"
_COMMIT_ATTEMPTS = 8
# The engine's own bounds are several GiB; the whole process has to stay below two.
_INDEX_CACHE_BYTES = 1024 * 1024**2
_METADATA_CACHE_BYTES = 64 * 1024**2
_T = TypeVar("_T")

PASSAGE_SCHEMA = pa.schema(
    [
        ("passage", pa.string()),
        ("document", pa.string()),
        ("version", pa.string()),
        ("collection", pa.string()),
        ("scope", pa.string()),
        ("title", pa.string()),
        ("ordinal", pa.int32()),
        ("text", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("location", pa.string()),
        ("article", pa.string()),
        ("identifiers", pa.list_(pa.string())),
        ("facts", pa.list_(pa.string())),
        ("terms", pa.string()),
    ],
    metadata={_VERSION_KEY: str(TERMS_VERSION).encode()},
)


def vector_schema(dimensions: int) -> pa.Schema:
    """The columns of the vectors' table."""
    return pa.schema(
        [
            ("passage", pa.string()),
            ("document", pa.string()),
            ("collection", pa.string()),
            ("scope", pa.string()),
            ("vector", pa.list_(pa.float32(), dimensions)),
        ]
    )


def search_row(passage: Passage, scope: str) -> dict[str, Any]:
    """A passage with everything that is derived from it for searching."""
    heading = " ".join((passage.title, *passage.location.path))
    return {
        **passage_row(passage),
        "scope": scope,
        "article": passage.location.article,
        "identifiers": sorted(identifiers(passage.text)),
        # Only a row says what its numbers mean; in running text they belong to sentences.
        "facts": fact_tokens(passage.text) if passage.location.row is not None else [],
        "terms": " ".join(index_terms(f"{heading}\n{passage.text}")),
    }


async def open_tables(url: str, *, dimensions: int) -> tuple[Any, Any]:
    """The tables of passages and of vectors at `url`, made or brought up to date where needed.

    Raises StorageError when the place cannot be used or holds vectors of another length.
    """
    # Another process (a second `learn`, the server) may write: every read looks for its commits.
    connection = await guarded(
        lambda: lancedb.connect_async(
            url,
            read_consistency_interval=timedelta(0),
            session=lancedb.Session(
                index_cache_size_bytes=_INDEX_CACHE_BYTES,
                metadata_cache_size_bytes=_METADATA_CACHE_BYTES,
            ),
        )
    )
    passages = await _open_table(connection, _PASSAGES, PASSAGE_SCHEMA, _index_passages)
    if (await guarded(passages.schema)).metadata != PASSAGE_SCHEMA.metadata:
        await guarded(lambda: asyncio.to_thread(_derive_again, url))
        passages = await guarded(lambda: connection.open_table(_PASSAGES))
        await _index_passages(passages)
    vectors = await _open_table(connection, _VECTORS, vector_schema(dimensions), _index_vectors)
    stored = (await guarded(vectors.schema)).field("vector").type.list_size
    if stored != dimensions:
        raise StorageError(
            f"The index holds vectors of length {stored}, the embedding model makes {dimensions}.",
            remedy="Set embedding.dimensions back, or move the index folder away and learn again.",
        )
    return passages, vectors


async def guarded(call: Callable[[], Awaitable[_T]]) -> _T:
    """Run one LanceDB call; a commit that another process overtook is tried again."""
    for attempt in range(_COMMIT_ATTEMPTS):
        try:
            return await call()
        except (RuntimeError, ValueError, OSError) as error:
            if "conflict" in str(error).lower() and attempt + 1 < _COMMIT_ATTEMPTS:
                await asyncio.sleep(0.05 * 2**attempt)
                continue
            raise StorageError(
                f"The search index refused: {str(error).splitlines()[0]}.",
                remedy="Check free disk space and the rights on the index folder; see `teaegg doctor`.",
            ) from error
    raise StorageError("The search index stayed busy.", remedy="Try again in a moment.")


def _derive_again(url: str) -> None:
    """Write the passages once more under today's rules, batch by batch, as one commit."""
    connection = lancedb.connect(url)
    stored = connection.open_table(_PASSAGES).search().select([*PASSAGE_COLUMNS, "scope"])

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in stored.to_batches():
            rows = [search_row(passage_from_row(row), row["scope"]) for row in batch.to_pylist()]
            yield pa.RecordBatch.from_pylist(rows, schema=PASSAGE_SCHEMA)

    reader = pa.RecordBatchReader.from_batches(PASSAGE_SCHEMA, batches())
    connection.create_table(_PASSAGES, data=reader, schema=PASSAGE_SCHEMA, mode="overwrite")


async def _open_table(
    connection: Any, name: str, schema: pa.Schema, build: Callable[[Any], Awaitable[None]]
) -> Any:
    try:
        return await connection.open_table(name)
    except (ValueError, OSError, RuntimeError):
        # Not there yet, or another process is creating it: exist_ok makes both end the same way.
        table = await guarded(lambda: connection.create_table(name, schema=schema, exist_ok=True))
        await build(table)
        return table


async def _index_passages(table: Any) -> None:
    full_text = FTS(
        base_tokenizer="whitespace",
        lower_case=False,
        stem=False,
        remove_stop_words=False,
        ascii_folding=False,
        max_token_length=200,
    )
    await guarded(lambda: table.create_index("terms", config=full_text))
    for column in ("passage", "document", "scope", "article"):
        await guarded(partial(table.create_index, column, config=BTree()))
    for column in ("identifiers", "facts"):
        await guarded(partial(table.create_index, column, config=LabelList()))


async def _index_vectors(table: Any) -> None:
    for column in ("passage", "document", "scope"):
        await guarded(partial(table.create_index, column, config=BTree()))
