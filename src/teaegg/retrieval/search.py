"""Question to evidence: full text and vectors fused, exact references first, under a visible set."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from teaegg.core.actors import VisibleSet
from teaegg.core.answers import Evidence
from teaegg.core.clock import Clock
from teaegg.core.documents import Passage
from teaegg.core.errors import ModelError
from teaegg.core.settings import SearchSettings
from teaegg.core.terms import index_terms
from teaegg.core.versions import VersionNote
from teaegg.models.base import Embedder, Vectors
from teaegg.retrieval.nearest import read_nearest
from teaegg.retrieval.query import Query, other_words, understand
from teaegg.retrieval.ranking.authority import laws_weighed
from teaegg.retrieval.ranking.exact import exact_first, telling
from teaegg.retrieval.ranking.factory import make_reranker
from teaegg.retrieval.ranking.fusion import fuse
from teaegg.retrieval.tables.lookup import TableLookup
from teaegg.retrieval.understanding.code_lookup import CodeLookup
from teaegg.retrieval.understanding.company_words import CompanyWords
from teaegg.retrieval.understanding.known_names import KnownNames, NameCatalogue
from teaegg.retrieval.understanding.parts import interleaved, parts_of
from teaegg.retrieval.understanding.references import holds_clause
from teaegg.retrieval.understanding.spelling import Speller
from teaegg.retrieval.versions.order import in_force_first
from teaegg.retrieval.versions.standing import Versions
from teaegg.retrieval.widening import Widener
from teaegg.store.documents import DocumentRecords
from teaegg.store.index import Hit, Near, PassageIndex

_EXACT_LIMIT = 20
_CODE_LIMIT = 200
_CODE_EVIDENCE = 3


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Evidence, best first, and how long each part took in milliseconds.

    `vector` is the question's, None when it could not be made; `degraded` then says why only full
    text was searched, and is "" otherwise. `versions` says of documents among the evidence why they
    do not apply today.
    """

    query: Query
    evidence: tuple[Evidence, ...]
    timings_ms: dict[str, float]
    vector: Vectors | None = None
    degraded: str = ""
    versions: Mapping[str, VersionNote] = field(default_factory=dict)


class _Nearest(NamedTuple):
    """What the vector search found, and why it could not."""

    found: list[Near]
    embedding_ms: float
    vector: Vectors | None = None
    degraded: str = ""


class Searcher:
    """Finds evidence. Everything it returns lies inside the visible set it was given."""

    def __init__(
        self,
        index: PassageIndex,
        documents: DocumentRecords,
        embedder: Embedder,
        words: CompanyWords,
        settings: SearchSettings,
        clock: Clock,
    ) -> None:
        self._index = index
        self._names = NameCatalogue(documents)
        self._embedder = embedder
        self._words = words
        self._settings = settings
        self._reranker = make_reranker(settings)
        self._clock = clock
        self._codes = CodeLookup(index, _CODE_LIMIT)
        self._speller = Speller(index)
        self._tables = TableLookup(index)
        self._versions = Versions(index, clock)
        self._widener = Widener(index, embedder, settings)

    async def search(
        self,
        question: str,
        *,
        visible: VisibleSet,
        limit: int,
        collections: frozenset[str] = frozenset(),
    ) -> SearchResult:
        """The `limit` best pieces of evidence for `question`, best first.

        A question of several parts gets the best evidence of each part in turn.
        """
        known = await self._names.current()
        parts = parts_of(question)
        asked = (question, *parts) if len(parts) > 1 else (question,)
        whole, *results = await asyncio.gather(
            *(self._one(each, known, visible, limit, collections) for each in asked)
        )
        return _merged(whole, results, limit) if results else whole

    async def version_note(self, document: str, *, visible: VisibleSet) -> VersionNote | None:
        """Why the document does not apply today; None when it does, as far as is known."""
        known = await self._names.current()
        return (await self._versions.notes([document], known, visible=visible)).get(document)

    async def _one(
        self,
        question: str,
        known: KnownNames,
        visible: VisibleSet,
        limit: int,
        collections: frozenset[str],
    ) -> SearchResult:
        started = self._clock.monotonic_seconds()
        words = self._words.known_to(visible)
        names = known.near(" ".join((question, *other_words(question, words))), visible=visible)
        query = understand(question, names, words)
        articles, coded, (query, text, rows), nearest = await asyncio.gather(
            self._articles(query, visible, collections),
            self._codes.find(
                query.codes, query.joined_codes, visible=visible, collections=collections
            ),
            self._text_and_rows(query, visible, collections, limit),
            self._vector(query, visible, collections),
        )
        near = await read_nearest(self._index, nearest.found, text, visible=visible)
        fused = fuse(query, text, near, vector_weight=self._settings.vector_weight)
        wider = await self._widener.wider(
            query, fused, nearest.vector, visible=visible, collections=collections
        )
        if wider is not None:
            fused = fuse(query, wider.text, wider.near, vector_weight=self._settings.vector_weight)
        ranked = fused
        # Its weights were fitted with both searches: without vectors full text keeps its order.
        if self._reranker is not None and near:
            ranked = await self._reranker.rerank(wider.query if wider else query, fused)
        if wider is not None:
            ranked = laws_weighed(ranked)
        # Of the codes only a few: the question may be about what the fused search finds.
        told = telling(coded.passages, coded.codes, ranked)[:_CODE_EVIDENCE]
        exact = [*articles, *told, *rows]
        ordered = exact_first(exact, ranked)
        documents = [item.passage.document for item in ordered]
        notes = await self._versions.notes(documents, known, visible=visible)
        noted = known.of(notes, visible=visible)
        # An article pointed at is wanted in every version, before all that was merely found.
        named, others = ordered[: len(articles)], ordered[len(articles) :]
        current = [in_force_first(part, notes, noted, question) for part in (named, others)]
        evidence = tuple([*current[0], *current[1]][:limit])
        elapsed = (self._clock.monotonic_seconds() - started) * 1000
        timings = {"search": elapsed, "embedding": nearest.embedding_ms}
        return SearchResult(query, evidence, timings, nearest.vector, nearest.degraded, notes)

    async def _text_and_rows(
        self, query: Query, visible: VisibleSet, collections: frozenset[str], limit: int
    ) -> tuple[Query, list[Hit], list[Passage]]:
        """As `_text`, and the rows that the question describes: sought while it is embedded."""
        spelled, text = await self._text(query, visible, collections)
        rows = await self._tables.find(
            query.text,
            synonyms=self._words.with_general(visible),
            visible=visible,
            collections=collections,
            limit=limit,
            in_tables=bool(text) and text[0].passage.location.row is not None,
        )
        return spelled, text, rows

    async def _text(
        self, query: Query, visible: VisibleSet, collections: frozenset[str]
    ) -> tuple[Query, list[Hit]]:
        """What full text finds, and the query with what its misspelled words stand for."""

        async def search(terms: Sequence[str]) -> list[Hit]:
            limit = self._settings.candidates
            return await self._index.text_search(
                terms, visible=visible, limit=limit, collections=collections
            )

        hits = await search(query.terms)
        read = [hit.passage.text for hit in hits]
        corrections = await self._speller.corrections(query.text, read, visible=visible)
        meant = [term for like in corrections.values() for term in index_terms(like)]
        terms = tuple(dict.fromkeys((*query.terms, *meant)))
        if terms == query.terms:
            return query, hits
        return replace(query, terms=terms), await search(terms)

    async def _vector(
        self, query: Query, visible: VisibleSet, collections: frozenset[str]
    ) -> _Nearest:
        started = self._clock.monotonic_seconds()
        try:
            vector = await self._embedder.embed_question(query.text)
        except ModelError as error:
            # Full text answers by itself; what is missing is said, not hidden.
            return _Nearest([], 0.0, degraded=str(error))
        embedding_ms = (self._clock.monotonic_seconds() - started) * 1000
        found = await self._index.vector_search(
            vector, visible=visible, limit=self._settings.candidates, collections=collections
        )
        return _Nearest(found, embedding_ms, vector)

    async def _articles(
        self, query: Query, visible: VisibleSet, collections: frozenset[str]
    ) -> list[Passage]:
        """The named articles of the named documents, the latest version of a document first."""
        if not (query.articles and query.documents):
            return []
        found = await self._index.exact_search(
            articles=query.articles,
            documents=frozenset(query.documents),
            visible=visible,
            limit=_EXACT_LIMIT,
            collections=collections,
        )
        # A long article stands in several passages: the one with the item asked for comes first.
        return sorted(
            found,
            key=lambda passage: (
                query.documents.index(passage.document),
                not holds_clause(query.references, passage.text),
            ),
        )


def _merged(whole: SearchResult, parts: Sequence[SearchResult], limit: int) -> SearchResult:
    """The evidence of all parts in turn, then what the whole question found; each passage once."""
    ordered = [*interleaved([part.evidence for part in parts]), *whole.evidence]
    once: dict[str, Evidence] = {}
    for item in ordered:
        once.setdefault(item.passage.id, item)
    evidence = tuple(once.values())[:limit]
    timings = {
        stage: sum(result.timings_ms[stage] for result in (whole, *parts))
        for stage in whole.timings_ms
    }
    versions = {name: note for result in (whole, *parts) for name, note in result.versions.items()}
    return replace(whole, evidence=evidence, timings_ms=timings, versions=versions)
