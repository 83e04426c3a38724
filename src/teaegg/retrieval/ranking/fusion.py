"""Two result lists to one: a gated weighted sum of full text and vector scores."""

from __future__ import annotations

from collections.abc import Sequence

from teaegg.core.answers import Evidence
from teaegg.core.terms import index_terms
from teaegg.retrieval.query import Query
from teaegg.store.index import Hit

_VECTOR_SPREAD = 0.12
"""Cosines of multilingual-e5 lie close together: this far below the best counts as nothing."""
_FULL_GATE_COVERAGE = 0.35
"""From this share of the question's terms on, full text is trusted fully."""


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
