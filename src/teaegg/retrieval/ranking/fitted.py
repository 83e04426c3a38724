"""The reranker that ships: linear weights over named features, fitted by `bench/fit_search.py`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from teaegg.core.answers import Evidence
from teaegg.retrieval.query import Query
from teaegg.retrieval.ranking.features import FEATURES, Floats, features


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """Weights in the order of `FEATURES`.

    `temperature` brings the scores to the scale of the fused ones, on which the sentences' weights
    were fitted: how far the second falls behind the first means the same before and after.
    """

    weights: Floats
    temperature: float

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> RankingWeights:
        """A missing name is a KeyError, never a zero."""
        weights = np.array([record["weights"][name] for name in FEATURES])
        return cls(weights, record["temperature"])

    def scores(self, features: Floats) -> Floats:
        """Over 0, the best 1; comparable within one question only."""
        raw = features @ self.weights
        scores: Floats = np.exp((raw - raw.max()) / self.temperature)
        return scores


class FittedReranker:
    """A few milliseconds for a hundred candidates, no model and nothing of its own to look up."""

    name = "fitted"

    def __init__(self, weights: RankingWeights | None = None) -> None:
        self._weights = weights or fitted_weights()

    async def rerank(self, query: Query, candidates: Sequence[Evidence]) -> list[Evidence]:
        return await asyncio.to_thread(self._rerank, query, candidates)

    def _rerank(self, query: Query, candidates: Sequence[Evidence]) -> list[Evidence]:
        if not candidates:
            return []
        scores = self._weights.scores(features(query, candidates))
        ranked = [
            replace(item, score=float(score))
            for item, score in zip(candidates, scores, strict=True)
        ]
        return sorted(ranked, key=lambda item: (-item.score, item.passage.id))


@cache
def fitted_weights() -> RankingWeights:
    """The weights that ship."""
    text = files("teaegg.retrieval.ranking").joinpath("weights.json").read_text("utf-8")
    return RankingWeights.from_record(json.loads(text))
