"""Does a judge agree with people: weighted kappa and rank correlations, with intervals.

Kappa of Cohen 1960, weighted by the squared distance of the points (Cohen 1968), so that half a point off is
less wrong than a whole one. Spearman 1904 and Kendall's tau-b 1945 ask whether both put drafts into the
same order, however generous each is. Intervals by the bootstrap over items (Efron 1979): points of one
item are not independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Tables = Numbers
"""Shape (draws, values of the one, values of the other): how often each pair of points was given."""

_DECIMALS = 2
_NUMBERS_AT_ONCE = 1_000_000
"""8 MB of tables."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`value` from -1 to 1 with its interval. None where it is not defined because one of the two gave
    everything the same points; the interval alone, where no resample has an order."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two graders on `points` points of `items` items; `same` is the share of equal points."""

    same: float
    kappa: Estimate
    spearman: Estimate
    kendall: Estimate
    items: int
    points: int


def agreement(
    one: Sequence[Sequence[float]],
    other: Sequence[Sequence[float]],
    *,
    seed: int,
    draws: int = 2000,
    confidence: float = 0.95,
) -> Agreement:
    """Two graders' points (to the hundredth), item by item, both in the same order. Raises
    ValueError for no points or for items of unlike length.
    """
    items = [list(zip(ours, theirs, strict=True)) for ours, theirs in zip(one, other, strict=True)]
    given = np.array([pair for item in items for pair in item], dtype=float).reshape(-1, 2)
    if not len(given):
        raise ValueError("an agreement needs at least one point that both graded")
    values, places = zip(
        *(np.unique(np.round(side, _DECIMALS), return_inverse=True) for side in given.T),
        strict=True,
    )
    distances = (values[0][:, None] - values[1][None, :]) ** 2
    owners = np.repeat(np.arange(len(items)), [len(item) for item in items])
    cells = places[0] * len(values[1]) + places[1]
    whole = np.bincount(cells, minlength=distances.size).reshape(1, *distances.shape)
    measured = _measures(whole.astype(float), distances)[:, 0]
    drawn = _resampled(cells, owners, distances, seed, draws)
    level = (1 - confidence) / 2
    kappa, spearman, kendall = (
        _estimate(value, row, level) for value, row in zip(measured, drawn, strict=True)
    )
    same = float(np.mean(given[:, 0] == given[:, 1]))
    return Agreement(same, kappa, spearman, kendall, len(items), len(given))


def _estimate(value: float, drawn: Numbers, level: float) -> Estimate:
    kept = drawn[np.isfinite(drawn)]
    if not np.isfinite(value):
        return Estimate(None, None, None)
    if not len(kept):
        return Estimate(float(value), None, None)
    low, high = np.quantile(kept, [level, 1 - level])
    return Estimate(float(value), float(low), float(high))


def _resampled(
    cells: NDArray[np.intp], owners: NDArray[np.intp], distances: Numbers, seed: int, draws: int
) -> Numbers:
    """The three measures of each of `draws` resamples of the items. Shape (3, draws).

    `cells` says into which cell of the table each point falls, `owners` of which item it is.
    """
    many = int(owners[-1]) + 1
    generator = np.random.default_rng(seed)
    at_once = max(1, _NUMBERS_AT_ONCE // distances.size)
    parts = []
    for start in range(0, draws, at_once):
        tables = np.empty((min(at_once, draws - start), *distances.shape))
        for table in tables:
            times = np.bincount(generator.integers(0, many, many), minlength=many)
            counted = np.bincount(cells, weights=times[owners], minlength=distances.size)
            table[:] = counted.reshape(distances.shape)
        parts.append(_measures(tables, distances))
    return np.concatenate(parts, axis=1)


def _measures(tables: Tables, distances: Numbers) -> Numbers:
    return np.stack([_kappa(tables, distances), _spearman(tables), _kendall(tables)])


def _kappa(tables: Tables, distances: Numbers) -> Numbers:
    """1 - (observed distance) / (distance if both drew their points by chance)."""
    total = tables.sum(axis=(1, 2))
    by_chance = tables.sum(axis=2)[:, :, None] * tables.sum(axis=1)[:, None, :]
    observed = (tables * distances).sum(axis=(1, 2)) * total
    return 1.0 - _divided(observed, (by_chance * distances).sum(axis=(1, 2)))


def _spearman(tables: Tables) -> Numbers:
    """Pearson's correlation of the ranks, equal points sharing the middle one."""
    rows, columns = tables.sum(axis=2), tables.sum(axis=1)
    ranks, other_ranks = _centred_ranks(rows), _centred_ranks(columns)
    together = np.einsum("dij,di,dj->d", tables, ranks, other_ranks)
    spread = (rows * ranks**2).sum(axis=1) * (columns * other_ranks**2).sum(axis=1)
    return _divided(together, np.sqrt(spread))


def _centred_ranks(counts: Numbers) -> Numbers:
    """The middle rank of each value, less the mean of all ranks."""
    ranks: Numbers = counts.cumsum(axis=1) - counts / 2 - counts.sum(axis=1, keepdims=True) / 2
    return ranks


def _kendall(tables: Tables) -> Numbers:
    """Tau-b: pairs in the same order less those in the other, among pairs that neither holds equal."""
    # In the rows above each row, how often the other gave each value; then up to and below it.
    above = tables.cumsum(axis=1) - tables
    upto = above.cumsum(axis=2)
    same_order, other_order = upto - above, upto[:, :, -1:] - upto
    difference = (tables * (same_order - other_order)).sum(axis=(1, 2))
    pairs = tables.sum(axis=(1, 2)) ** 2
    untied = [pairs - (tables.sum(axis=axis) ** 2).sum(axis=1) for axis in (1, 2)]
    return _divided(2 * difference, np.sqrt(untied[0] * untied[1]))


def _divided(numerator: Numbers, denominator: Numbers) -> Numbers:
    """NaN where there is nothing to divide by."""
    found: Numbers = np.full(denominator.shape, np.nan)
    np.divide(numerator, denominator, out=found, where=denominator > 0)
    return found
