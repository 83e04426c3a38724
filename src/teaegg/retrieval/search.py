"""Question to evidence: full text and vectors fused, exact references first, under a visible set."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from teaegg.core.actors import VisibleSet
from teaegg.core.answers import Evidence
from teaegg.core.clock import Clock
from teaegg.core.documents import Passage
from teaegg.core.errors import ModelError
from teaegg.core.settings import SearchSettings
from teaegg.core.terms import canonical_identifier, identifiers, index_terms
from teaegg.models.base import Embedder, Vectors
from teaegg.retrieval.query import Query, understand
from teaegg.store.documents import DocumentRecords
from teaegg.store.index import Hit, PassageIndex

_EXACT_LIMIT = 20
_CODE_LIMIT = 200
_CODE_EVIDENCE = 3
_TELLING_PASSAGES = 8
_SUBJECT_CHARACTERS = 12
_EXACT_STEP = 0.1
"""Each further exact hit counts so much less: the first is what the reference means."""
_VECTOR_SPREAD = 0.12
"""Cosines of multilingual-e5 lie close together: this far below the best counts as nothing."""
_FULL_GATE_COVERAGE = 0.35
"""From this share of the question's terms on, full text is trusted fully."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Evidence, best first, and how long each part took in milliseconds.

    `vector` is the question's, None when it could not be made; `degraded` then says why only full
    text was searched, and is "" otherwise.
    """

    query: Query
    evidence: tuple[Evidence, ...]
    timings_ms: dict[str, float]
    vector: Vectors | None = None
    degraded: str = ""


class _Near(NamedTuple):
    """What the vector search found, and why it could not."""

    hits: list[Hit]
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
        settings: SearchSettings,
        clock: Clock,
    ) -> None:
        self._index = index
        self._documents = documents
        self._embedder = embedder
        self._settings = settings
        self._clock = clock

    async def search(
        self,
        question: str,
        *,
        visible: VisibleSet,
        limit: int,
        collections: frozenset[str] = frozenset(),
    ) -> SearchResult:
        """The `limit` best pieces of evidence for `question`, best first."""
        started = self._clock.monotonic_seconds()
        query = understand(question, await self._documents.names(visible=visible))
        articles, coded, text, near = await asyncio.gather(
            self._articles(query, visible, collections),
            self._coded(query, visible, collections),
            self._index.text_search(
                query.terms,
                visible=visible,
                limit=self._settings.candidates,
                collections=collections,
            ),
            self._vector(query, visible, collections),
        )
        fused = fuse(query, text, near.hits, vector_weight=self._settings.vector_weight)
        # Of the codes only a few: the question may be about what the fused search finds.
        exact = [*articles, *telling(coded, query.codes, fused)[:_CODE_EVIDENCE]]
        evidence = tuple(_with_exact(exact, fused)[:limit])
        elapsed = (self._clock.monotonic_seconds() - started) * 1000
        timings = {"search": elapsed, "embedding": near.embedding_ms}
        return SearchResult(query, evidence, timings, near.vector, near.degraded)

    async def _vector(
        self, query: Query, visible: VisibleSet, collections: frozenset[str]
    ) -> _Near:
        started = self._clock.monotonic_seconds()
        try:
            vector = await self._embedder.embed_question(query.text)
        except ModelError as error:
            # Full text answers by itself; what is missing is said, not hidden.
            return _Near([], 0.0, degraded=str(error))
        embedding_ms = (self._clock.monotonic_seconds() - started) * 1000
        hits = await self._index.vector_search(
            vector, visible=visible, limit=self._settings.candidates, collections=collections
        )
        return _Near(hits, embedding_ms, vector)

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
        return sorted(found, key=lambda passage: query.documents.index(passage.document))

    async def _coded(
        self, query: Query, visible: VisibleSet, collections: frozenset[str]
    ) -> list[Passage]:
        """Passages that hold a code of the question, in no order."""
        return await self._index.exact_search(
            identifiers=query.codes, visible=visible, limit=_CODE_LIMIT, collections=collections
        )


def telling(
    passages: Sequence[Passage], codes: frozenset[str], fused: Sequence[Evidence]
) -> list[Passage]:
    """The passages that `codes` single out, best first; [] when they stand in too many places.

    Where a code stands in many passages, those that begin with it count: that is what a row is
    about, while a size or a model further on it shares with others. More codes held come first,
    then what the fused search prefers, then where the code stands.
    """
    rank = {item.passage.id: position for position, item in enumerate(fused)}
    subject = [p for p in passages if _code_position(p, codes) <= _SUBJECT_CHARACTERS]
    for candidates in (passages, subject):
        if 0 < len(candidates) <= _TELLING_PASSAGES:
            return sorted(
                candidates,
                key=lambda p: (
                    -_codes_held(p, codes),
                    rank.get(p.id, len(rank)),
                    _code_position(p, codes),
                ),
            )
    return []


def _codes_held(passage: Passage, codes: frozenset[str]) -> int:
    return len(codes & identifiers(passage.text))


def _code_position(passage: Passage, codes: frozenset[str]) -> int:
    text = canonical_identifier(passage.text)
    return min((at for code in codes if (at := text.find(code)) >= 0), default=len(text))


def fuse(
    query: Query, text: Sequence[Hit], vector: Sequence[Hit], *, vector_weight: float
) -> list[Evidence]:
    """A weighted sum of both scores, each scaled to at most 1, best first.

    Full text is gated by its own confidence: when its best passage holds few of the question's
    terms (a question in the other language), its scores count less. Not rank fusion, which would
    give such chance hits full weight.
    """
    text_scores = {hit.passage.id: hit.score for hit in text}
    vector_scores = {hit.passage.id: hit.score for hit in vector}
    passages = {hit.passage.id: hit.passage for hit in (*text, *vector)}
    best_text = max(text_scores.values(), default=0.0)
    best_vector = max(vector_scores.values(), default=0.0)
    gate = min(1.0, _coverage(query, text) / _FULL_GATE_COVERAGE)
    evidence = []
    for passage_id, passage in passages.items():
        text_score = text_scores.get(passage_id)
        vector_score = vector_scores.get(passage_id)
        text_part = text_score / best_text if text_score is not None and best_text > 0 else 0.0
        vector_part = (
            max(0.0, 1 - (best_vector - vector_score) / _VECTOR_SPREAD)
            if vector_score is not None
            else 0.0
        )
        score = (1 - vector_weight) * gate * text_part + vector_weight * vector_part
        evidence.append(Evidence(passage, score, text_score, vector_score))
    return sorted(evidence, key=lambda item: (-item.score, item.passage.id))


def _coverage(query: Query, text: Sequence[Hit]) -> float:
    """Share of the question's distinct terms that the best full-text passage holds."""
    if not text or not query.terms:
        return 0.0
    best = text[0].passage
    present = set(index_terms(" ".join((best.title, *best.location.path, best.text))))
    return sum(term in present for term in query.terms) / len(query.terms)


def _with_exact(exact: Sequence[Passage], fused: Sequence[Evidence]) -> list[Evidence]:
    """Exact hits first, in their order, with the scores the searches gave them; then the others."""
    by_id = {item.passage.id: item for item in fused}
    first: dict[str, Evidence] = {}
    for passage in exact:
        known = by_id.get(passage.id)
        text_score, vector_score = (known.text_score, known.vector_score) if known else (None, None)
        score = max(1.0 - _EXACT_STEP * len(first), _EXACT_STEP)
        first[passage.id] = Evidence(passage, score, text_score, vector_score, exact=True)
    return [*first.values(), *(item for item in fused if item.passage.id not in first)]
