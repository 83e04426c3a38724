"""The search index on LanceDB: two append-friendly tables, `passages` (full text) and `vectors`.

Vectors live beside the passages, not in them, so that filling them in never rewrites full-text rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import lancedb
import numpy as np
import pyarrow as pa
from lancedb.index import FTS, BTree, LabelList
from lancedb.query import MatchQuery
from numpy.typing import NDArray

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Passage
from teaegg.core.errors import StorageError
from teaegg.core.terms import identifiers, index_terms
from teaegg.store.codec import PASSAGE_COLUMNS, passage_from_row, passage_row
from teaegg.store.index import Hit
from teaegg.store.nearest import EXACT_UP_TO_VECTORS, index_when_large, probing

_PASSAGES = "passages"
_VECTORS = "vectors"
_KEEP_OLD_VERSIONS = timedelta(hours=1)
_COMMIT_ATTEMPTS = 8
_PLANS_KEPT = 1000
# The engine's own bounds are several GiB; the whole process has to stay below two.
_INDEX_CACHE_BYTES = 384 * 1024**2
_METADATA_CACHE_BYTES = 64 * 1024**2
_T = TypeVar("_T")

_PASSAGE_SCHEMA = pa.schema(
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
        ("terms", pa.string()),
    ]
)


class LanceIndex:
    """A `PassageIndex` on LanceDB, in a folder or on S3. Make one with `open_lance_index`."""

    def __init__(self, passages: Any, vectors: Any, dimensions: int) -> None:
        self._passages = passages
        self._vectors = vectors
        self._dimensions = dimensions
        self._few: dict[str, tuple[int, bool]] = {}

    async def replace(self, documents: Mapping[str, tuple[str, Sequence[Passage]]]) -> None:
        if not documents:
            return
        where = f"document IN ({_quoted(documents)})"
        rows = [
            _search_row(passage, scope)
            for scope, passages in documents.values()
            for passage in passages
        ]
        table = pa.Table.from_pylist(rows, schema=_PASSAGE_SCHEMA)
        known = await _guarded(lambda: self._passages.count_rows(where))
        if known == 0:
            await _guarded(lambda: self._passages.add(table))
            return
        if rows:
            await _guarded(
                lambda: (
                    self._passages.merge_insert("passage")
                    .when_matched_update_all()
                    .when_not_matched_insert_all()
                    .when_not_matched_by_source_delete(where)
                    .execute(table)
                )
            )
        else:
            await _guarded(lambda: self._passages.delete(where))
        kept = f" AND passage NOT IN ({_quoted(row['passage'] for row in rows)})" if rows else ""
        await _guarded(lambda: self._vectors.delete(where + kept))

    async def add_vectors(
        self, passages: Sequence[Passage], vectors: NDArray[np.float32], *, visible: VisibleSet
    ) -> None:
        if not passages:
            return
        where = _and(f"passage IN ({_quoted(p.id for p in passages)})", _visible_filter(visible))
        present = await _guarded(
            lambda: self._passages.query().where(where).select(["passage", "scope"]).to_list()
        )
        scopes = {row["passage"]: row["scope"] for row in present}
        rows = [
            {
                "passage": passage.id,
                "document": passage.document,
                "collection": passage.collection,
                "scope": scopes[passage.id],
                "vector": vector,
            }
            for passage, vector in zip(passages, vectors, strict=True)
            if passage.id in scopes
        ]
        if not rows:
            return
        table = pa.Table.from_pylist(rows, schema=_vector_schema(self._dimensions))
        await _guarded(lambda: self._vectors.delete(f"passage IN ({_quoted(scopes)})"))
        await _guarded(lambda: self._vectors.add(table))

    async def set_scope(self, document: str, scope: str) -> None:
        where = f"document = {_quote(document)}"
        for table in (self._passages, self._vectors):
            await _guarded(partial(table.update, {"scope": scope}, where=where))

    async def text_search(
        self,
        terms: Sequence[str],
        *,
        visible: VisibleSet,
        limit: int,
        collections: frozenset[str] = frozenset(),
    ) -> list[Hit]:
        if not terms or visible.is_empty:
            return []
        where = _and(_visible_filter(visible), _collection_filter(collections))
        query = MatchQuery(" ".join(terms), "terms")
        rows = await _guarded(
            lambda: (
                _where(self._passages.query().nearest_to_text(query), where)
                .limit(limit)
                .select([*PASSAGE_COLUMNS, "_score"])
                .to_list()
            )
        )
        return [Hit(passage_from_row(row), row["_score"]) for row in rows if row["_score"] > 0]

    async def vector_search(
        self,
        vector: NDArray[np.float32],
        *,
        visible: VisibleSet,
        limit: int,
        collections: frozenset[str] = frozenset(),
    ) -> list[Hit]:
        if visible.is_empty:
            return []
        where = _and(_visible_filter(visible), _collection_filter(collections))
        exact = await self._few_vectors(where)
        query = self._vectors.query().nearest_to(vector).distance_type("dot")
        nearest = await _guarded(
            lambda: (
                _where(probing(query, exact=exact), where)
                .limit(limit)
                .select(["passage", "_distance"])
                .to_list()
            )
        )
        if not nearest:
            return []
        # The passages are fetched under the same visible set: a scope that moved meanwhile hides them.
        found = await self._by_id([row["passage"] for row in nearest], visible)
        return [
            # LanceDB's "dot" distance is 1 minus the inner product.
            Hit(found[row["passage"]], 1.0 - row["_distance"])
            for row in nearest
            if row["passage"] in found
        ]

    async def exact_search(
        self,
        *,
        identifiers: frozenset[str] = frozenset(),
        articles: frozenset[str] = frozenset(),
        documents: frozenset[str] = frozenset(),
        visible: VisibleSet,
        limit: int,
        collections: frozenset[str] = frozenset(),
    ) -> list[Passage]:
        matches = []
        if identifiers:
            matches.append(f"array_has_any(identifiers, [{_quoted(sorted(identifiers))}])")
        if articles:
            matches.append(f"article IN ({_quoted(sorted(articles))})")
        if not matches or visible.is_empty:
            return []
        where = _and(
            " OR ".join(matches),
            f"document IN ({_quoted(sorted(documents))})" if documents else "",
            _visible_filter(visible),
            _collection_filter(collections),
        )
        rows = await _guarded(
            lambda: (
                self._passages.query()
                .where(where)
                .limit(limit)
                .select([*PASSAGE_COLUMNS])
                .to_list()
            )
        )
        return sorted((passage_from_row(row) for row in rows), key=_reading_order)

    async def passages_of(self, document: str, *, visible: VisibleSet) -> list[Passage]:
        if visible.is_empty:
            return []
        where = _and(f"document = {_quote(document)}", _visible_filter(visible))
        rows = await _guarded(
            lambda: self._passages.query().where(where).select([*PASSAGE_COLUMNS]).to_list()
        )
        return sorted((passage_from_row(row) for row in rows), key=_reading_order)

    async def vectors_missing(self, document: str, *, visible: VisibleSet) -> list[Passage]:
        passages = await self.passages_of(document, visible=visible)
        where = f"document = {_quote(document)}"
        rows = await _guarded(
            lambda: self._vectors.query().where(where).select(["passage"]).to_list()
        )
        present = {row["passage"] for row in rows}
        return [passage for passage in passages if passage.id not in present]

    async def frequencies(
        self, terms: Sequence[str], *, visible: VisibleSet, cap: int
    ) -> dict[str, int]:
        if visible.is_empty:
            return dict.fromkeys(terms, 0)
        where = _visible_filter(visible)

        async def frequency(term: str) -> int:
            query = MatchQuery(term, "terms")
            found = await _guarded(
                lambda: (
                    _where(self._passages.query().nearest_to_text(query), where)
                    .limit(cap)
                    .select(["_score"])
                    .to_arrow()
                )
            )
            return int(found.num_rows)

        distinct = list(dict.fromkeys(terms))
        counts = await asyncio.gather(*(frequency(term) for term in distinct))
        return dict(zip(distinct, counts, strict=True))

    async def count(self, *, visible: VisibleSet) -> int:
        if visible.is_empty:
            return 0
        where = _visible_filter(visible)
        return int(await _guarded(lambda: self._passages.count_rows(where or None)))

    async def optimize(self) -> None:
        await _guarded(partial(index_when_large, self._vectors))
        for table in (self._passages, self._vectors):
            await _guarded(partial(table.optimize, cleanup_older_than=_KEEP_OLD_VERSIONS))

    async def _few_vectors(self, where: str) -> bool:
        """Whether so few vectors pass `where` that all of them are compared.

        Only a plan: what was counted for this state of the table is not counted again.
        """
        version = int(await _guarded(self._vectors.version))
        known = self._few.get(where)
        if known is None or known[0] != version:
            counted = await _guarded(lambda: self._vectors.count_rows(where or None))
            if len(self._few) >= _PLANS_KEPT:
                self._few.clear()
            known = self._few[where] = (version, counted <= EXACT_UP_TO_VECTORS)
        return known[1]

    async def _by_id(self, passage_ids: Sequence[str], visible: VisibleSet) -> dict[str, Passage]:
        where = _and(f"passage IN ({_quoted(passage_ids)})", _visible_filter(visible))
        rows = await _guarded(
            lambda: self._passages.query().where(where).select([*PASSAGE_COLUMNS]).to_list()
        )
        return {row["passage"]: passage_from_row(row) for row in rows}


async def open_lance_index(url: str, *, dimensions: int) -> LanceIndex:
    """Open or create the index at `url` for vectors of `dimensions`.

    Raises StorageError when the place cannot be used or holds vectors of another length.
    """
    # Another process (a second `learn`, the server) may write: every read looks for its commits.
    connection = await _guarded(
        lambda: lancedb.connect_async(
            url,
            read_consistency_interval=timedelta(0),
            session=lancedb.Session(
                index_cache_size_bytes=_INDEX_CACHE_BYTES,
                metadata_cache_size_bytes=_METADATA_CACHE_BYTES,
            ),
        )
    )
    passages = await _open_table(connection, _PASSAGES, _PASSAGE_SCHEMA, _index_passages)
    vectors = await _open_table(connection, _VECTORS, _vector_schema(dimensions), _index_vectors)
    stored = (await _guarded(vectors.schema)).field("vector").type.list_size
    if stored != dimensions:
        raise StorageError(
            f"The index holds vectors of length {stored}, the embedding model makes {dimensions}.",
            remedy="Set embedding.dimensions back, or move the index folder away and learn again.",
        )
    return LanceIndex(passages, vectors, dimensions)


async def _open_table(
    connection: Any, name: str, schema: pa.Schema, build: Callable[[Any], Awaitable[None]]
) -> Any:
    try:
        return await connection.open_table(name)
    except (ValueError, OSError, RuntimeError):
        # Not there yet, or another process is creating it: exist_ok makes both end the same way.
        table = await _guarded(lambda: connection.create_table(name, schema=schema, exist_ok=True))
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
    await _guarded(lambda: table.create_index("terms", config=full_text))
    for column in ("passage", "document", "scope", "article"):
        await _guarded(partial(table.create_index, column, config=BTree()))
    await _guarded(lambda: table.create_index("identifiers", config=LabelList()))


async def _index_vectors(table: Any) -> None:
    for column in ("passage", "document", "scope"):
        await _guarded(partial(table.create_index, column, config=BTree()))


def _vector_schema(dimensions: int) -> pa.Schema:
    return pa.schema(
        [
            ("passage", pa.string()),
            ("document", pa.string()),
            ("collection", pa.string()),
            ("scope", pa.string()),
            ("vector", pa.list_(pa.float32(), dimensions)),
        ]
    )


def _search_row(passage: Passage, scope: str) -> dict[str, Any]:
    heading = " ".join((passage.title, *passage.location.path))
    return {
        **passage_row(passage),
        "scope": scope,
        "article": passage.location.article,
        "identifiers": sorted(identifiers(passage.text)),
        "terms": " ".join(index_terms(f"{heading}\n{passage.text}")),
    }


def _reading_order(passage: Passage) -> tuple[str, int]:
    return passage.document, passage.ordinal


def _quote(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _quoted(values: Any) -> str:
    return ", ".join(_quote(value) for value in values)


def _visible_filter(visible: VisibleSet) -> str:
    """The visible set as a condition of the query itself; "" when everything may be seen."""
    if visible.everything:
        return ""
    conditions = []
    if visible.scopes:
        conditions.append(f"scope IN ({_quoted(sorted(visible.scopes))})")
    if visible.documents:
        conditions.append(f"document IN ({_quoted(sorted(visible.documents))})")
    return " OR ".join(conditions) or "false"


def _collection_filter(collections: frozenset[str]) -> str:
    return f"collection IN ({_quoted(sorted(collections))})" if collections else ""


def _and(*conditions: str) -> str:
    return " AND ".join(f"({condition})" for condition in conditions if condition)


def _where(query: Any, condition: str) -> Any:
    return query.where(condition) if condition else query


async def _guarded(call: Callable[[], Awaitable[_T]]) -> _T:
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
