"""The fitted weights and the two judgements made with them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from teaegg.core.spelling.widths import text_width
from teaegg.retrieval.spans.answerability import ANSWER_FEATURES, probabilities
from teaegg.retrieval.spans.evidence import Floats, Span
from teaegg.retrieval.spans.features import SPAN_FEATURES

SHORTLIST = 12
"""Sentences that are embedded: the lexically best."""
_LEAST_BELIEF = 0.02
"""A further sentence is quoted only when it is at least this probable: sure answers stay short."""


@dataclass(frozen=True, slots=True)
class SpanModel:
    """Linear weights in the order of the feature names.

    `lexical` ranks sentences before the embedder has seen them, `full` after; `answerable` and
    `bias` are a logistic regression on `ANSWER_FEATURES`.
    """

    lexical: Floats
    full: Floats
    answerable: Floats
    bias: float

    @classmethod
    def from_record(cls, record: Mapping[str, Mapping[str, float]]) -> SpanModel:
        """A missing name is a KeyError, never a zero."""
        return cls(
            lexical=np.array([record["lexical"][name] for name in SPAN_FEATURES]),
            full=np.array([record["full"][name] for name in SPAN_FEATURES]),
            answerable=np.array([record["answerable"][name] for name in ANSWER_FEATURES]),
            bias=record["answerable"]["bias"],
        )

    def shortlist(self, features: Floats) -> list[int]:
        """Rows of the lexically best sentences, in reading order."""
        order = np.argsort(-(features @ self.lexical), kind="stable")[:SHORTLIST]
        return sorted(int(row) for row in order)

    def scores(self, features: Floats) -> Floats:
        """One number per row; comparable within one question only."""
        result: Floats = features @ self.full
        return result

    def confidence(self, features: Floats) -> float:
        """Probability that the evidence answers the question."""
        return 1.0 / (1.0 + math.exp(-(float(features @ self.answerable) + self.bias)))


@cache
def fitted_model() -> SpanModel:
    """The model that ships, fitted by `bench/fit_spans.py`."""
    text = files("teaegg.retrieval.spans").joinpath("weights.json").read_text("utf-8")
    return SpanModel.from_record(json.loads(text))


def fill_budget(spans: Sequence[Span], scores: Floats, budget_characters: int) -> list[int]:
    """Rows to quote, best first: the best always, others by probability while they fit.

    `budget_characters` are Chinese characters; of English, 2.5 times as many letters fit.
    """
    if not spans:
        return []
    belief = probabilities(scores)
    order = [int(row) for row in np.argsort(-belief, kind="stable")]
    picked, used = [order[0]], text_width(spans[order[0]].text)
    for row in order[1:]:
        if belief[row] < _LEAST_BELIEF:
            break
        width = text_width(spans[row].text)
        if used + width <= budget_characters:
            picked.append(row)
            used += width
    return picked
