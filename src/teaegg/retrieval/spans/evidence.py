"""A question and the sentences of its evidence, read once so that they compare cheaply."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from teaegg.core.terms import index_terms
from teaegg.retrieval.spans.asking import AnswerType, answer_type, head_nouns, is_open
from teaegg.retrieval.spans.content import content_characters, content_terms
from teaegg.retrieval.spans.sentences import split_sentences

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Question:
    """`rarity` holds one value per term: 0 stands everywhere, 1 nowhere in what the asker may read."""

    text: str
    terms: tuple[str, ...]
    rarity: Floats
    kind: AnswerType
    heads: tuple[str, ...]
    characters: frozenset[str]
    is_open: bool


@dataclass(slots=True)
class Span:
    """One sentence of one passage: `text` is `passage_text[start:end]`.

    `passage` is the passage's rank in the evidence; `index` the sentence's place among the `count`
    sentences of its passage. `present`, `heading_present` and `passage_present` say per question
    term whether it stands in the sentence, in the headings above, and anywhere in both.
    """

    passage: int
    start: int
    end: int
    text: str
    index: int
    count: int
    present: Flags
    heading_present: Flags
    passage_present: Flags
    passage_score: float
    cosine: float = 0.0


def read_question(text: str, frequencies: Mapping[str, int], passages: int) -> Question:
    """Read `text`; `frequencies` are document frequencies among `passages` passages."""
    terms = content_terms(text)
    return Question(
        text=text,
        terms=terms,
        rarity=np.array([_rarity(frequencies.get(term, 0), passages) for term in terms]),
        kind=answer_type(text),
        heads=head_nouns(text),
        characters=content_characters(text),
        is_open=is_open(text),
    )


@dataclass(frozen=True, slots=True)
class Source:
    """A passage to take spans from, with its retrieval score.

    `heading` is the document's title and the headings above: what they say, the passage need not
    repeat. `whole` marks a table row: its cells say something only together, so it is not taken
    apart.
    """

    text: str
    score: float
    heading: str = ""
    whole: bool = False


def read_spans(question: Question, sources: Sequence[Source]) -> list[Span]:
    """All spans of `sources` in order; scores are taken relative to the best of them."""
    best = max((source.score for source in sources if source.score > 0), default=1.0)
    spans: list[Span] = []
    for rank, source in enumerate(sources):
        text, score = source.text, source.score
        pieces = [(0, len(text))] if source.whole and text.strip() else split_sentences(text)
        present = [_presence(question, text[start:end]) for start, end in pieces]
        above = _presence(question, source.heading)
        whole = np.any([*present, above], axis=0)
        spans += [
            Span(
                passage=rank,
                start=start,
                end=end,
                text=text[start:end],
                index=i,
                count=len(pieces),
                present=present[i],
                heading_present=above,
                passage_present=whole,
                passage_score=score / best,
            )
            for i, (start, end) in enumerate(pieces)
        ]
    return spans


def share(weights: Floats, present: Flags) -> float:
    """Weight of the present terms over the weight of all terms; 0 when there are none."""
    total = float(weights.sum())
    return float(weights[present].sum()) / total if total > 0 else 0.0


def _rarity(frequency: int, passages: int) -> float:
    """Inverse document frequency scaled to 0 … 1 (Spärck Jones 1972)."""
    scaled = math.log((passages + 1) / (frequency + 0.5)) / math.log((passages + 1) / 0.5)
    return min(1.0, max(0.0, scaled))


def _presence(question: Question, text: str) -> Flags:
    """Chinese terms are looked up as substrings, others as whole terms: 20 is not in 2021."""
    terms = set(index_terms(text))
    return np.array(
        [term in terms or (_is_chinese(term) and term in text) for term in question.terms],
        dtype=bool,
    )


def _is_chinese(term: str) -> bool:
    return "㐀" <= term[0] <= "鿿"
