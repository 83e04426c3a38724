"""Two examinees, the same items: may the difference be chance?

McNemar's test in its exact form (McNemar 1947) for right or wrong; the bootstrap over documents
(Efron 1979; clusters as in Field and Welsh 2007) for any score, since questions about one document
are not independent of each other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of (candidate - baseline) over `items`, with its 95 % interval and a two-sided p value."""

    mean: float
    low: float
    high: float
    p_value: float
    items: int
    documents: int


def mcnemar(candidate: Sequence[bool], baseline: Sequence[bool]) -> float:
    """Two-sided p value that both are right equally often; 1 where they never differ.

    Raises ValueError when the two are not of equal length.
    """
    pairs = list(zip(candidate, baseline, strict=True))
    won = sum(ours and not theirs for ours, theirs in pairs)
    lost = sum(theirs and not ours for ours, theirs in pairs)
    differing = won + lost
    if not differing:
        return 1.0
    tail = sum(math.comb(differing, k) for k in range(min(won, lost) + 1))
    return min(1.0, 2 * tail / float(2**differing))


def paired_difference(
    candidate: Sequence[float],
    baseline: Sequence[float],
    documents: Sequence[str],
    *,
    seed: int,
    draws: int = 10_000,
) -> Difference:
    """The difference of two score lists over the same items; `documents` names the item's source.

    The p value is twice the share of draws on the other side of 0, at least 1 / `draws`. Raises
    ValueError for no items or lists of unequal length.
    """
    by_document: dict[str, list[float]] = defaultdict(list)
    for ours, theirs, document in zip(candidate, baseline, documents, strict=True):
        by_document[document].append(ours - theirs)
    if not by_document:
        raise ValueError("a comparison needs at least one item")
    sums = np.array([math.fsum(values) for values in by_document.values()])
    counts = np.array([len(values) for values in by_document.values()])
    generator = np.random.default_rng(seed)
    means = np.empty(draws)
    for draw in range(draws):
        drawn = generator.integers(0, len(sums), len(sums))
        means[draw] = sums[drawn].sum() / counts[drawn].sum()
    low, high = np.percentile(means, [2.5, 97.5])
    one_sided = min(float((means <= 0).mean()), float((means >= 0).mean()))
    return Difference(
        mean=float(sums.sum() / counts.sum()),
        low=float(low),
        high=float(high),
        p_value=min(1.0, max(2 * one_sided, 1 / draws)),
        items=int(counts.sum()),
        documents=len(sums),
    )
