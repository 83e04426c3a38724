"""The search index on LanceDB: two append-friendly tables, `passages` (full text) and `vectors`.

Vectors live beside the passages, not in them, so that filling them in never rewrites full-text rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from lancedb.query import BooleanQuery, MatchQuery, Occur
from numpy.typing import NDArray

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Passage
from teaegg.core.spelling.edits import within_edits
from teaegg.core.terms import latin_words
from teaegg.store.codec import PASSAGE_COLUMNS, passage_from_row
from teaegg.store.index import HINT_WEIGHT, Facts, Hit, Near
from teaegg.store.lance.tables import (
    PASSAGE_SCHEMA,
    guarded,
    open_tables,
    search_row,
    vector_schema,
)
from teaegg.store.nearest import exact_up_to, index_when_large, probing

_KEEP_OLD_VERSIONS = timedelta(hours=1)
_PLANS_KEPT = 1000
_LONGEST_ENDING = 4
_SHORTEST_STEM = 4
_FUZZY_EXPANSIONS = 200


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
            search_row(passage, scope)
            for scope, passages in documents.values()
            for passage in passages
        ]
        table = pa.Table.from_pylist(rows, schema=PASSAGE_SCHEMA)
        known = await guarded(lambda: self._passages.count_rows(where))
        if known == 0:
            await guarded(lambda: self._passages.add(table))
            return
        if rows:
            await guarded(
                lambda: (
                    self._passages.merge_insert("passage")
                    .when_matched_update_all()
                    .when_not_matched_insert_all()
                    .when_not_matched_by_source_delete(where)
                    .execute(table)
                )
            )
        else:
            await guarded(lambda: self._passages.delete(where))
        kept = f" AND passage NOT IN ({_quoted(row['passage'] for row in rows)})" if rows else ""
        await guarded(lambda: self._vectors.delete(where + kept))

    async def add_vectors(
        self, passages: Sequence[Passage], vectors: NDArray[np.float32], *, visible: VisibleSet
    ) -> None:
        if not passages:
            return
        where = _and(f"passage IN ({_quoted(p.id for p in passages)})", _visible_filter(visible))
        present = await guarded(
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
        table = pa.Table.from_pylist(rows, schema=vector_schema(self._dimensions))
        await guarded(lambda: self._vectors.delete(f"passage IN ({_quoted(scopes)})"))
        await guarded(lambda: self._vectors.add(table))

    async def set_scope(self, document: str, scope: str) -> None:
        where = f"document = {_quote(document)}"
        for table in (self._passages, self._vectors):
            await guarded(partial(table.update, {"scope": scope}, where=where))

    async def text_search(
        self,
        terms: Sequence[str],
        *,
        visible: VisibleSet,
        limit: int,
        collections: frozenset[str] = frozenset(),
        facts: Facts = (),
        every_of: Sequence[Sequence[str]] = (),
        hints: Sequence[str] = (),
    ) -> list[Hit]:
        if not (terms or every_of) or visible.is_empty:
            return []
        where = _and(_visible_filter(visible), _collection_filter(collections), _fact_filter(facts))
        query = _every_of(every_of) if every_of else _any_of(terms, hints)
        rows = await guarded(
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
    ) -> list[Near]:
        if visible.is_empty:
            return []
        where = _and(_visible_filter(visible), _collection_filter(collections))
        exact = await self._few_vectors(where)
        query = self._vectors.query().nearest_to(vector).distance_type("dot")
        nearest = await guarded(
            lambda: (
                _where(probing(query, exact=exact, limit=limit), where)
                .limit(limit)
                .select(["passage", "_distance"])
                .to_list()
            )
        )
        # LanceDB's "dot" distance is 1 minus the inner product.
        return [Near(row["passage"], 1.0 - row["_distance"]) for row in nearest]

    async def passages(self, ids: Collection[str], *, visible: VisibleSet) -> dict[str, Passage]:
        if not ids or visible.is_empty:
            return {}
        where = _and(f"passage IN ({_quoted(ids)})", _visible_filter(visible, of_few_rows=True))
        rows = await guarded(
            lambda: self._passages.query().where(where).select([*PASSAGE_COLUMNS]).to_list()
        )
        return {row["passage"]: passage_from_row(row) for row in rows}

    async def exact_search(
        self,
        *,
        identifiers: frozenset[str] = frozenset(),
        articles: frozenset[str] = frozenset(),
        facts: Facts = (),
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
        if not (matches or facts) or visible.is_empty:
            return []
        where = _and(
            " OR ".join(matches),
            _fact_filter(facts),
            f"document IN ({_quoted(sorted(documents))})" if documents else "",
            _visible_filter(visible, of_few_rows=bool(matches)),
            _collection_filter(collections),
        )
        rows = await guarded(
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
        where = _and(f"document = {_quote(document)}", _visible_filter(visible, of_few_rows=True))
        rows = await guarded(
            lambda: self._passages.query().where(where).select([*PASSAGE_COLUMNS]).to_list()
        )
        return sorted((passage_from_row(row) for row in rows), key=_reading_order)

    async def vectors_missing(self, document: str, *, visible: VisibleSet) -> list[Passage]:
        passages = await self.passages_of(document, visible=visible)
        where = f"document = {_quote(document)}"
        rows = await guarded(
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
            found = await guarded(
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

    async def similar_words(
        self, word: str, *, visible: VisibleSet, distance: int, limit: int
    ) -> frozenset[str]:
        if visible.is_empty:
            return frozenset()
        # Terms are stems: a wrong letter keeps an ending from being taken off, so it is cut here.
        shortest = max(len(word) - _LONGEST_ENDING, min(len(word), _SHORTEST_STEM))
        spellings = " ".join(word[:length] for length in range(len(word), shortest - 1, -1))
        query = MatchQuery(
            spellings,
            "terms",
            fuzziness=distance,
            max_expansions=_FUZZY_EXPANSIONS,
            # Two wrong letters with the first among them are rare, and cost four times as much.
            prefix_length=int(distance > 1),
        )
        rows = await guarded(
            lambda: (
                _where(self._passages.query().nearest_to_text(query), _visible_filter(visible))
                .limit(limit)
                .select(["text", "_score"])
                .to_list()
            )
        )
        present = {known for row in rows for known in latin_words(row["text"])}
        return frozenset(known for known in present if within_edits(word, known, distance))

    async def count(self, *, visible: VisibleSet) -> int:
        if visible.is_empty:
            return 0
        where = _visible_filter(visible)
        return int(await guarded(lambda: self._passages.count_rows(where or None)))

    async def optimize(self) -> None:
        await guarded(partial(index_when_large, self._vectors))
        for table in (self._passages, self._vectors):
            await guarded(partial(table.optimize, cleanup_older_than=_KEEP_OLD_VERSIONS))

    async def _few_vectors(self, where: str) -> bool:
        """Whether so few vectors pass `where` that all of them are compared.

        Only a plan: what was counted for this state of the table is not counted again.
        """
        version = int(await guarded(self._vectors.version))
        known = self._few.get(where)
        if known is None or known[0] != version:
            counted = await guarded(lambda: self._vectors.count_rows(where or None))
            in_all = await guarded(self._vectors.count_rows)
            if len(self._few) >= _PLANS_KEPT:
                self._few.clear()
            known = self._few[where] = (version, counted <= exact_up_to(in_all))
        return known[1]


async def open_lance_index(url: str, *, dimensions: int) -> LanceIndex:
    """Open or create the index at `url` for vectors of `dimensions`.

    An index made under older rules is brought up to date first (see `lance_tables`). Raises
    StorageError when the place cannot be used or holds vectors of another length.
    """
    return LanceIndex(*await open_tables(url, dimensions=dimensions), dimensions)


def _every_of(groups: Sequence[Sequence[str]]) -> BooleanQuery:
    return BooleanQuery(
        [(Occur.MUST, MatchQuery(" ".join(group), "terms")) for group in groups if group]
    )


def _any_of(terms: Sequence[str], hints: Sequence[str]) -> MatchQuery | BooleanQuery:
    asked = MatchQuery(" ".join(terms), "terms")
    if not hints:
        return asked
    hinted = MatchQuery(" ".join(hints), "terms", boost=HINT_WEIGHT)
    return BooleanQuery([(Occur.SHOULD, asked), (Occur.SHOULD, hinted)])


def _reading_order(passage: Passage) -> tuple[str, int]:
    return passage.document, passage.ordinal


def _quote(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _quoted(values: Any) -> str:
    return ", ".join(_quote(value) for value in values)


def _visible_filter(visible: VisibleSet, *, of_few_rows: bool = False) -> str:
    """The visible set as a condition of the query itself; "" when everything may be seen.

    With `of_few_rows` it is written so that the engine compares the scopes of the rows that the
    other conditions leave, instead of first collecting every row of every visible scope (12 ms of
    30 among a million passages).
    """
    if visible.everything:
        return ""
    conditions = []
    for column, values in (("scope", visible.scopes), ("document", visible.documents)):
        if values:
            # The indices know the column, not what is computed from it.
            compared = f"concat({column}, '')" if of_few_rows else column
            conditions.append(f"{compared} IN ({_quoted(sorted(values))})")
    return " OR ".join(conditions) or "false"


def _collection_filter(collections: frozenset[str]) -> str:
    return f"collection IN ({_quoted(sorted(collections))})" if collections else ""


def _fact_filter(facts: Facts) -> str:
    return " AND ".join(f"array_has_any(facts, [{_quoted(sorted(any_of))}])" for any_of in facts)


def _and(*conditions: str) -> str:
    return " AND ".join(f"({condition})" for condition in conditions if condition)


def _where(query: Any, condition: str) -> Any:
    return query.where(condition) if condition else query
