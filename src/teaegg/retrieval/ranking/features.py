"""What a reranker looks at: a few named numbers for each candidate, read in a few milliseconds.

Everything comes from the candidates themselves: their texts, headings and the scores of both
searches. Nothing is asked of the index again, so nothing outside the visible set can have a say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from teaegg.core.answers import Evidence
from teaegg.core.quantities.numerals import to_half_width
from teaegg.core.spelling.widths import LETTERS_PER_CHARACTER, text_width
from teaegg.retrieval.query import Query
from teaegg.retrieval.ranking.fusion import VECTOR_SPREAD
from teaegg.retrieval.spans.asking import answer_type, typed_tokens
from teaegg.retrieval.spans.content import content_characters

Floats = NDArray[np.float64]

FEATURES = (
    "fused",  # the weighted sum of both searches
    "text",  # full text score relative to the best
    "vector",  # distance of the cosine from the best, 0 (best) to -1
    "vector_best",  # 1 for the nearest, falling steeply
    "body",  # share of the question's terms in the text, by rarity among the candidates
    "heading",  # the same of title and headings
    "run",  # longest run of consecutive terms of the question that the text holds
    "characters",  # share of the question's Chinese characters in the text, by rarity
    "document",  # how well the best passages of the same document do
    "figures",  # share of the question's figures that the text holds
    "figures_missing",  # 1 when one of them is not there
    "asked_kind",  # how many dates, numbers, names, … of the kind asked for, as a logarithm
    "subordinate",  # its title names another candidate's document (rules on how to apply a law)
    "length",  # of the text, up to a sentence: the leftovers of a cut look alike to an embedder
)
_STEEPNESS = 8.0
_DOCUMENT_PASSAGES = 5
_SENTENCE_WIDTH = 30
_SENTENCE_LETTERS = int(_SENTENCE_WIDTH * LETTERS_PER_CHARACTER)
_MINIMUM_TITLE_CHARACTERS = 3
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_NOT_A_WORD = re.compile(r"[^0-9a-z\u00c0-\u024f\u3400-\u9fff]+")
_TITLE_DECORATION = re.compile(r"中华人民共和国|[《》〈〉]|[（(][^（）()]*[)）]|\s+")


def features(query: Query, candidates: Sequence[Evidence]) -> Floats:
    """Shape (len(candidates), len(FEATURES)); rows in the order of `candidates`."""
    bodies = [_readable(item.passage.text) for item in candidates]
    headings = [
        _readable(" ".join((item.passage.title, *item.passage.location.path)))
        for item in candidates
    ]
    in_body, in_heading = _presence(query.terms, bodies), _presence(query.terms, headings)
    rarity = _rarity(in_body | in_heading)
    characters = _presence(sorted(content_characters(query.text)), bodies)
    fused = np.array([item.score for item in candidates])
    text = np.array([item.text_score or 0.0 for item in candidates])
    distance = _distances(candidates)
    figures, asks_figures = _figures(query, candidates)
    columns = (
        fused,
        text / max(text.max(initial=0.0), 1e-9),
        distance,
        np.exp(_STEEPNESS * distance),
        _share(in_body, rarity),
        _share(in_heading, rarity),
        _longest_runs(in_body),
        _share(characters, _rarity(characters)),
        _of_document(candidates, fused),
        figures,
        (figures < 1) & asks_figures,
        _asked_kind(query, candidates),
        _subordinate(candidates),
        _lengths(candidates),
    )
    return np.column_stack(columns)


def _readable(text: str) -> str:
    """Lower case and half width, a blank before each word, so that `in` finds words by their stem."""
    return " " + _NOT_A_WORD.sub(" ", to_half_width(text).lower())


def _presence(terms: Sequence[str], texts: Sequence[str]) -> NDArray[np.bool_]:
    """Shape (texts, terms). A Latin term has to begin a word, a Chinese one may stand anywhere."""
    sought = [f" {term}" if term[:1].isascii() else term for term in terms]
    found = [[term in text for term in sought] for text in texts]
    return np.array(found, dtype=bool).reshape(len(texts), len(terms))


def _rarity(present: NDArray[np.bool_]) -> Floats:
    """Weights of the terms: what all candidates hold tells nothing.

    What none holds weighs most: a word that a question in the other language shares with a passage
    by chance is then the small part of it that it is.
    """
    held = present.sum(axis=0)
    weights: Floats = np.log((len(present) + 1) / (held + 0.5))
    return weights


def _share(present: NDArray[np.bool_], weights: Floats) -> Floats:
    shares: Floats = (present @ weights) / max(float(weights.sum()), 1e-9)
    return shares


def _distances(candidates: Sequence[Evidence]) -> Floats:
    """Candidates that only full text found are as far away as the farthest that vectors found."""
    known = [item.vector_score for item in candidates if item.vector_score is not None]
    if not known:
        return np.zeros(len(candidates))
    cosines = np.array(
        [min(known) if item.vector_score is None else item.vector_score for item in candidates]
    )
    distances: Floats = np.maximum(-1.0, (cosines - max(known)) / VECTOR_SPREAD)
    return distances


def _longest_runs(present: NDArray[np.bool_]) -> Floats:
    """Longest run of neighbouring terms, as a share of all; terms stand in the question's order."""
    longest: Floats = np.zeros(len(present))
    running: Floats = np.zeros(len(present))
    for column in present.T:
        running = (running + 1) * column
        longest = np.maximum(longest, running)
    shares: Floats = longest / max(present.shape[1], 1)
    return shares


def _figures(query: Query, candidates: Sequence[Evidence]) -> tuple[Floats, bool]:
    """Share of the question's figures in each text, and whether it names any; figures are the same
    in both languages."""
    asked = _figures_in(query.text)
    held = [len(asked & _figures_in(item.passage.text)) for item in candidates] if asked else []
    shares: Floats = np.array(held or [0] * len(candidates)) / max(len(asked), 1)
    return shares, bool(asked)


def _figures_in(text: str) -> frozenset[str]:
    return frozenset(_FIGURE.findall(to_half_width(text)))


def _asked_kind(query: Query, candidates: Sequence[Evidence]) -> Floats:
    kind = answer_type(query.text)
    counts = [len(typed_tokens(kind, item.passage.text, query.text)) for item in candidates]
    return np.log1p(np.array(counts, dtype=np.float64))


def _lengths(candidates: Sequence[Evidence]) -> Floats:
    widths = [text_width(item.passage.text[:_SENTENCE_LETTERS]) for item in candidates]
    return np.minimum(np.array(widths) / _SENTENCE_WIDTH, 1.0)


def _of_document(candidates: Sequence[Evidence], fused: Floats) -> Floats:
    scores: dict[str, list[float]] = defaultdict(list)
    for item, score in zip(candidates, fused, strict=True):
        scores[item.passage.document].append(float(score))
    best = {
        document: sum(sorted(found, reverse=True)[:_DOCUMENT_PASSAGES]) / _DOCUMENT_PASSAGES
        for document, found in scores.items()
    }
    return np.array([best[item.passage.document] for item in candidates])


def _subordinate(candidates: Sequence[Evidence]) -> Floats:
    """1 where the title names another candidate's document and goes on: 劳动合同法实施条例.

    A name at the very end is a longer name (劳动争议调解仲裁法 beside 仲裁法).
    """
    titles = [_TITLE_DECORATION.sub("", item.passage.title) for item in candidates]
    named = {title for title in titles if len(title) >= _MINIMUM_TITLE_CHARACTERS}
    return np.array([float(any(name in title[:-1] for name in named)) for title in titles])
