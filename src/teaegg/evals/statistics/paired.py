"""Two examinees, the same items: may the difference be chance?

McNemar's test in its exact form (McNemar 1947) for right or wrong; the bootstrap over documents
(Efron 1979; clusters as in Field and Welsh 2007) for any score, since questions about one document
are not independent of each other. Its percentiles are widened as Student's t is wider than the normal
curve (the expanded percentile interval of Hesterberg 2015): few documents know little.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from teaegg.evals.statistics.student import upper_quantile, upper_tail

_NORMAL = NormalDist()
_MOST_AT_ONCE = 2_000_000
"""Numbers drawn at once: 16 MB, so that a large exam does not take the machine's memory."""
_ROUNDING = 1e-12
"""Two sums of the same scores may differ by this much in floating point and are still equal."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of (candidate - baseline) over `items`, with its interval and a two-sided p value.

    `p_better`, `p_worse`: one-sided, against "no better" and "no worse"; `p_lost`: against "worse by
    the margin or more". `variance` is that of the mean times `items`: what one item brings, with all
    that it shares with its document.
    """

    mean: float
    low: float
    high: float
    p_value: float
    items: int
    documents: int
    p_better: float
    p_worse: float
    p_lost: float
    variance: float


def mcnemar(
    candidate: Sequence[bool],
    baseline: Sequence[bool],
    *,
    against: Literal["equal", "no better"] = "equal",
) -> float:
    """P value against both being right equally often (two-sided) or the candidate being no better
    (one-sided); 1 where they never differ. Raises ValueError when the two are not of equal length.
    """
    pairs = list(zip(candidate, baseline, strict=True))
    won = sum(bool(ours and not theirs) for ours, theirs in pairs)
    lost = sum(bool(theirs and not ours) for ours, theirs in pairs)
    if not won + lost:
        return 1.0
    if against == "no better":
        return _at_most(lost, won + lost)
    return min(1.0, 2 * _at_most(min(won, lost), won + lost))


def _at_most(heads: int, throws: int) -> float:
    """The chance of so few heads of a fair coin. Whole numbers: 2**1100 is more than a float holds."""
    ways = many = 1
    for k in range(heads):
        many = many * (throws - k) // (k + 1)
        ways += many
    return float(ways / 2**throws)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p values, each raised so that of all of them together a wrong one is as rare as of one
    (Holm 1979), in the order given.
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda at: p_values[at])):
        highest = max(highest, (len(p_values) - rank) * p_values[place])
        adjusted[place] = min(1.0, highest)
    return adjusted


def paired_difference(
    candidate: Sequence[float],
    baseline: Sequence[float],
    documents: Sequence[str],
    *,
    seed: int,
    draws: int = 10_000,
    confidence: float = 0.95,
    margin: float = 0.0,
    imagined: float = 0.0,
) -> Difference:
    """The difference of two score lists over the same items; `documents` names the item's source.

    With `imagined` two documents of that many items join in, one wholly won, one wholly lost (as
    Bonett and Price 2012 do for single items): examinees that never differed on thirty items may
    still differ. `mean` and `variance` are without them. With a single document nothing can be
    known: the interval is a point, every p value 1. Of the order of the items nothing depends.
    Raises ValueError for no items or lists of unequal length.
    """
    by_document: dict[str, list[float]] = defaultdict(list)
    for ours, theirs, document in zip(candidate, baseline, documents, strict=True):
        by_document[document].append(ours - theirs)
    if not by_document:
        raise ValueError("a comparison needs at least one item")
    gathered = [sorted(by_document[document]) for document in sorted(by_document)]
    sums = np.array([math.fsum(values) for values in gathered])
    counts = np.array([float(len(values)) for values in gathered])
    many, items = len(sums), int(counts.sum())
    mean = math.fsum(sums) / items
    if many == 1:
        return Difference(mean, mean, mean, 1.0, items, 1, 1.0, 1.0, 1.0, 0.0)
    means = _resampled(sums, counts, imagined, seed, draws)
    below = (1 - confidence) / 2
    wider = math.sqrt((many - 1) / many)
    level = 100 * _NORMAL.cdf(-upper_quantile(below, many - 1) / wider)
    low, high = np.percentile(means, [level, 100 - level])
    p_better, p_worse, p_lost = (
        _chance(int(beyond.sum()), len(means), wider, many - 1)
        for beyond in (
            means <= _ROUNDING,
            means >= -_ROUNDING,
            means <= _ROUNDING - margin,
        )
    )
    residues = sums - mean * counts
    return Difference(
        mean=mean,
        low=float(low),
        high=float(high),
        p_value=min(1.0, 2 * min(p_better, p_worse)),
        items=items,
        documents=many,
        p_better=p_better,
        p_worse=p_worse,
        p_lost=p_lost,
        variance=float(residues @ residues) / items * many / (many - 1),
    )


def _resampled(
    sums: NDArray[np.float64], counts: NDArray[np.float64], imagined: float, seed: int, draws: int
) -> NDArray[np.float64]:
    """The mean difference of each of `draws` resamples of the documents.

    Each resample with imagined documents counts twice, won and lost exchanged: so the figures of
    exchanged examinees are exactly each other's mirror image.
    """
    lent = np.zeros(len(sums))
    if imagined:
        sums = np.append(sums, [0.0, 0.0])
        counts = np.append(counts, [imagined, imagined])
        lent = np.append(lent, [imagined, -imagined])
    exchanges = (1, -1) if imagined else (1,)
    generator = np.random.default_rng(seed)
    left, parts = math.ceil(draws / len(exchanges)), []
    while left:
        at_once = min(left, max(1, _MOST_AT_ONCE // len(sums)))
        drawn = generator.integers(0, len(sums), (at_once, len(sums)))
        real, extra = sums[drawn].sum(axis=1), lent[drawn].sum(axis=1)
        items = counts[drawn].sum(axis=1)
        parts += [(real + sign * extra) / items for sign in exchanges]
        left -= at_once
    return np.concatenate(parts)


def _chance(beyond: int, draws: int, wider: float, degrees: int) -> float:
    """The share of draws beyond a value as a p value, widened as the interval is. Never 0: the
    observed outcome counts as one of the draws (Davison and Hinkley 1997, 4.2).
    """
    share = (beyond + 1) / (draws + 1)
    return 1.0 if share >= 1 else upper_tail(-_NORMAL.inv_cdf(share) * wider, degrees)
