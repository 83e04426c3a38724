"""How sure is a mean score? Its interval, when items of one document are not independent.

Wilson's interval (1927) for the number of independent items that would know as much: the items divided
by the design effect of their documents (the modified Wilson interval of Dean and Pagano 2015), with
Student's t in place of the normal curve because few documents know little. It stays within 0 and 1, and
an examinee that got everything right is not called infallible.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from teaegg.evals.statistics.student import upper_quantile


@dataclass(frozen=True, slots=True)
class MeanScore:
    """A mean from 0 to 1 over `items` of so many `documents`, and its interval."""

    mean: float
    low: float
    high: float
    items: int
    documents: int


def mean_score(
    scores: Sequence[float], documents: Sequence[str], *, confidence: float = 0.95
) -> MeanScore:
    """The mean of scores from 0 to 1; `documents` names what each item was made from, "" for an item
    that stands for itself. Of a single document nothing is known: its interval is 0 to 1.

    Raises ValueError for no scores or lists of unequal length.
    """
    by_document: dict[str | int, list[float]] = defaultdict(list)
    for place, (score, document) in enumerate(zip(scores, documents, strict=True)):
        by_document[document or place].append(score)
    if not by_document:
        raise ValueError("a mean needs at least one score")
    mean, many = math.fsum(scores) / len(scores), len(by_document)
    if many == 1:
        return MeanScore(mean, 0.0, 1.0, len(scores), 1)
    quantile = upper_quantile((1 - confidence) / 2, many - 1)
    low, high = _wilson(mean, _independent(mean, list(by_document.values())), quantile)
    return MeanScore(mean, low, high, len(scores), many)


def _independent(mean: float, by_document: Sequence[Sequence[float]]) -> float:
    """How many independent right or wrong answers know the mean as well. Where all scores are equal,
    what the documents share cannot be seen: then each document counts as one."""
    items, many = sum(map(len, by_document)), len(by_document)
    spread = math.fsum((score - mean) ** 2 for scores in by_document for score in scores)
    if spread <= 0 or not 0 < mean < 1:
        return float(many)
    apart = math.fsum(math.fsum(score - mean for score in scores) ** 2 for scores in by_document)
    # Never below 1: few documents may look more even than they are.
    effect = max(1.0, apart / spread * many / (many - 1))
    return mean * (1 - mean) * items**2 / (spread * effect)


def _wilson(mean: float, items: float, quantile: float) -> tuple[float, float]:
    share = quantile**2 / items
    centre = (mean + share / 2) / (1 + share)
    half = math.sqrt(mean * (1 - mean) * share + share**2 / 4) / (1 + share)
    return max(0.0, min(mean, centre - half)), min(1.0, max(mean, centre + half))
