"""Does the evidence answer the question at all? One named number per reason to believe or doubt."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from teaegg.retrieval.spans.evidence import Flags, Floats, Question, Span, share
from teaegg.retrieval.spans.features import SPAN_FEATURES, context_present

ANSWER_FEATURES: tuple[str, ...] = (
    "top_score",  # score of the best sentence
    "log_sum",  # log of the summed scores: several weak sentences count too
    "margin",  # best minus second best
    "belief",  # probability of the best among the shortlist
    "coverage",  # rarity-weighted share of the question's terms in the best sentence
    "coverage_context",  # … with the sentence before and the first sentence
    "coverage_passage",
    "coverage_pool",
    "characters",
    "missing_context",  # highest rarity of a term missing around the best sentence
    "missing_passage",
    "missing_pool",
    "missing_count",
    "number_missing_context",  # a figure of the question is not near the best sentence
    "number_missing_passage",
    "latin_missing_passage",
    "quoted_missing_passage",  # 《…》 or "…" of the question is not in the passage
    "rare_coverage",  # coverage by terms that are rare among what was retrieved
    "rare_passage",
    "head_coverage",  # the first terms of the question (its subject) in the passage
    "cosine",
    "cosine_best",
    "cosine_spread",
    "passage_gap",  # retrieval score of the first passage over the second
    "type_match",
    "type_near",
    "type_missing",
    "head_match",
    "question_terms",
    "copy",  # longest common substring over the question's length
    "is_definition",
    "is_open",
)
_QUOTED = re.compile(r"[《「『“\"]([^》」』”\"]{2,30})[》」』”\"]")


def answer_features(
    question: Question,
    spans: Sequence[Span],
    shortlist: Sequence[Span],
    features: Floats,
    scores: Floats,
) -> Floats:
    """Shape (len(ANSWER_FEATURES),).

    `spans` are all sentences of the evidence; `features` and `scores` belong to the rows of
    `shortlist`, which is not empty.
    """
    order = np.argsort(-scores, kind="stable")
    best, named = shortlist[order[0]], dict(zip(SPAN_FEATURES, features[order[0]], strict=True))
    siblings = [other for other in spans if other.passage == best.passage]
    context = context_present(best, siblings)
    values: tuple[float, ...] = (
        *_score_features(scores, order),
        *_coverage_features(question, spans, best, context, named),
        *_missing_features(question, siblings, best, context),
        *_rare_features(question, spans, best, context),
        *_cosine_features(shortlist, best, spans),
        named["type_match"],
        named["type_near"],
        named["type_missing"],
        named["head_match"],
        math.log1p(len(question.terms)),
        named["copy"],
        float(question.kind == "definition"),
        float(question.is_open),
    )
    return np.array(values, dtype=np.float64)


def probabilities(scores: Floats) -> Floats:
    """Share of belief per sentence, given that one of them answers."""
    raised = np.exp(scores - scores.max())
    share_of_belief: Floats = raised / raised.sum()
    return share_of_belief


def _score_features(scores: Floats, order: NDArray[np.intp]) -> tuple[float, ...]:
    top = float(scores.max())
    return (
        top,
        float(np.log(np.exp(scores - top).sum()) + top),
        top - float(scores[order[1]]) if len(order) > 1 else 0.0,
        float(probabilities(scores).max()),
    )


def _coverage_features(
    question: Question,
    spans: Sequence[Span],
    best: Span,
    context: Flags,
    named: dict[str, float],
) -> tuple[float, ...]:
    pool = np.any([span.present | span.heading_present for span in spans], axis=0)
    return (
        named["coverage"],
        named["coverage_context"],
        named["passage_coverage"],
        share(question.rarity, pool),
        named["characters"],
        _rarest_missing(question, context),
        _rarest_missing(question, best.passage_present),
        _rarest_missing(question, pool),
    )


def _missing_features(
    question: Question, siblings: Sequence[Span], best: Span, context: Flags
) -> tuple[float, ...]:
    digits = np.array([term[0].isdigit() for term in question.terms], dtype=bool)
    latin = np.array([not "㐀" <= term[0] <= "鿿" for term in question.terms], dtype=bool)
    passage = " ".join(span.text for span in siblings).lower()
    quoted = _QUOTED.findall(question.text)
    return (
        math.log1p(float((~best.passage_present).sum())),
        float((digits & ~context).any()),
        float((digits & ~best.passage_present).any()),
        float((latin & ~best.passage_present).any()),
        float(any(part.lower() not in passage for part in quoted)),
    )


def _rare_features(
    question: Question, spans: Sequence[Span], best: Span, context: Flags
) -> tuple[float, ...]:
    """Near misses share the topic, so topic words stand everywhere in what was retrieved; the word
    that only an answering sentence would hold does not."""
    seen = np.mean([span.present for span in spans], axis=0)
    rare = question.rarity * (1.0 - seen) ** 2
    head = max(1, len(question.terms) // 3)
    return (
        share(rare, context),
        share(rare, best.passage_present),
        share(question.rarity[:head], best.passage_present[:head]),
    )


def _cosine_features(
    shortlist: Sequence[Span], best: Span, spans: Sequence[Span]
) -> tuple[float, ...]:
    cosines = np.array([span.cosine for span in shortlist])
    second = next((span.passage_score for span in spans if span.passage == 1), 0.0)
    return (
        float(cosines.max()),
        best.cosine,
        float(cosines.max() - np.median(cosines)),
        1.0 - second,
    )


def _rarest_missing(question: Question, present: Flags) -> float:
    absent = question.rarity[~present]
    return float(absent.max()) if absent.size else 0.0
