"""What speaks for a sentence being the answer: one named number per reason."""

from __future__ import annotations

import math
from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np

from teaegg.core.spelling.widths import text_width
from teaegg.retrieval.spans.asking import typed_tokens
from teaegg.retrieval.spans.evidence import Flags, Floats, Question, Span, share

SPAN_FEATURES: tuple[str, ...] = (
    "coverage",  # rarity-weighted share of the question's terms in the sentence
    "coverage_previous",  # … in the sentence before: the subject is often named there
    "coverage_context",  # … in sentence, sentence before, first sentence and headings
    "local_coverage",  # as coverage, terms weighted by rarity inside the passage
    "local_coverage_previous",
    "characters",  # share of the question's Chinese characters in the sentence
    "rarest",  # highest rarity of a matched term
    "copy",  # longest common substring over the question's length: a clause asked for in its words
    "cosine",  # embedder, sentence against question; 0 before the second stage
    "cosine_gap",  # … minus the best cosine of the shortlist
    "passage_score",  # retrieval score relative to the best passage
    "passage_first",
    "passage_coverage",
    "type_match",  # a token of the asked kind that the question does not hold itself
    "type_near",  # … how near it stands to a matched term
    "type_missing",  # the asked kind is testable and absent
    "head_match",  # the head noun (哪家公司) stands in the sentence
    "short",  # too short to state anything
    "first",  # first sentence of its passage
    "position",
    "first_definition",
    "reason_marks",
    "long_for_open",  # length, for questions that ask why or how
)
_COSINE = SPAN_FEATURES.index("cosine")
_TESTABLE = frozenset({"date", "number", "person", "place", "reason", "list", "work"})
_SHORT_CHARACTERS = 8


def lexical_features(question: Question, spans: Sequence[Span]) -> Floats:
    """Shape (len(spans), len(SPAN_FEATURES)); the two cosine columns are 0."""
    siblings: dict[int, list[Span]] = {}
    for span in spans:
        siblings.setdefault(span.passage, []).append(span)
    local = {rank: _local_rarity(question, group) for rank, group in siblings.items()}
    rows = [
        _features(question, span, siblings[span.passage], local[span.passage]) for span in spans
    ]
    return np.array(rows, dtype=np.float64).reshape(len(spans), len(SPAN_FEATURES))


def with_cosines(features: Floats, cosines: Floats) -> Floats:
    """A copy of the shortlist's `features` with the embedder's cosines entered."""
    filled = features.copy()
    if len(cosines):
        filled[:, _COSINE] = cosines
        filled[:, _COSINE + 1] = cosines - cosines.max()
    return filled


def context_present(span: Span, siblings: Sequence[Span]) -> Flags:
    """Terms in the sentence, the one before, the first of the passage, or the headings above."""
    previous = siblings[span.index - 1].present if span.index > 0 else span.present
    context: Flags = span.present | previous | siblings[0].present | span.heading_present
    return context


def longest_common(first: str, second: str) -> int:
    """Length of the longest common substring."""
    return SequenceMatcher(None, first, second, autojunk=False).find_longest_match().size


def _local_rarity(question: Question, siblings: Sequence[Span]) -> Floats:
    """Term weights by rarity inside one passage.

    A word of the title is in every sentence and does not tell which one answers; the words that
    stand in one sentence only do.
    """
    if not question.terms:
        return question.rarity
    seen = np.sum([span.present for span in siblings], axis=0)
    inside: Floats = (
        np.log((len(siblings) + 1.0) / (seen + 0.5)) * (0.3 + question.rarity) * (seen > 0)
    )
    return inside


def _features(
    question: Question, span: Span, siblings: Sequence[Span], local: Floats
) -> tuple[float, ...]:
    nothing = np.zeros(len(question.terms), dtype=bool)
    previous = siblings[span.index - 1].present if span.index > 0 else nothing
    tokens = typed_tokens(question.kind, span.text, question.text)
    lowered = span.text.lower()
    heads = sum(head in lowered for head in question.heads)
    width = text_width(span.text)
    is_reason = question.kind == "reason"
    return (
        share(question.rarity, span.present),
        share(question.rarity, previous),
        share(question.rarity, context_present(span, siblings)),
        share(local, span.present),
        share(local, previous),
        len(question.characters & set(span.text)) / max(1, len(question.characters)),
        float(max(question.rarity[span.present], default=0.0)),
        longest_common(question.text, span.text) / max(1, len(question.text)),
        0.0,
        0.0,
        span.passage_score,
        float(span.passage == 0),
        share(question.rarity, span.passage_present),
        float(bool(tokens)),
        _nearness(question, span, tokens),
        float(question.kind in _TESTABLE and not tokens),
        heads / len(question.heads) if question.heads else 0.0,
        float(width < _SHORT_CHARACTERS),
        float(span.index == 0),
        span.index / max(1, span.count - 1),
        float(span.index == 0 and question.kind == "definition"),
        float(is_reason and bool(tokens)),
        math.log(width + 1.0) * (is_reason or question.is_open),
    )


def _nearness(question: Question, span: Span, tokens: Sequence[int]) -> float:
    """1 when a token of the asked kind touches a matched term, falling with the distance."""
    lowered = span.text.lower()
    found = (
        lowered.find(term) for term, hit in zip(question.terms, span.present, strict=True) if hit
    )
    places = [place for place in found if place >= 0]
    if not tokens or not places:
        return 0.0
    nearest = min(abs(place - token) for place in places for token in tokens)
    return 1.0 / (1.0 + nearest / 10.0)
