"""From three short runs to the score of a long one: the rectified scaling law, with its doubt.

Lin et al. 2024, "Selecting Large Language Model to Fine-tune via Rectified Scaling Law": the loss after
learning from D is B / (D_l + D^β) + E, where D_l is what the base has learned already. Written here with
the error of the untrained base, e = B / D_l + E, and the size at which the law bends, d = D_l^(1/β):

    error(D) = E + (e - E) · d^β / (d^β + D^β)

Three runs and the base are four points for four unknowns: no single curve follows from them. So no
curve is fitted; all curves that agree with the points are weighed by how well they do (importance
sampling of the posterior from a flat prior), and what they say of the long run is the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from teaegg.core.errors import InvalidRequestError
from teaegg.evals.statistics.student import upper_quantile

FEWEST_PILOTS = 3
_CURVES = 100_000
_STEEPNESS = (0.2, 1.5)
"""β of the paper's fits lies between about 0.2 and 1.3."""
_BENDS = (0.1, 100.0)
"""Where the law bends: from a tenth of the smallest run to a hundred times the largest."""
RUN_TO_RUN = 0.02
"""Assumed: how far the scores of two runs lie apart that differ by their seed alone (two points of F1).
One run of each size cannot show it."""
_LEVELS = (0.025, 0.5, 0.975)

_NORMAL = NormalDist()

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """From 0 to 1; the truth lies between `low` and `high` in about 95 of 100 cases."""

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """`score` of the long run, and its `gain` over the base. `apart` is how many times the largest
    pilot's size the long run's is."""

    score: Score
    gain: Score
    apart: float


def forecast(
    sizes: Sequence[float],
    scores: Sequence[float],
    covariance: Numbers,
    size: float,
    *,
    seed: int = 1,
) -> Forecast:
    """Of a run on `size` row tokens, from `sizes` (tokens learned from; the first is 0, the base) and
    the mean `scores` (0 to 1) of the same items after each.

    `covariance` (len(scores), len(scores)) is that of the scores over other items: what all runs share,
    because some items are harder, does not make their differences doubtful. Raises InvalidRequestError
    for fewer than three pilots, or sizes that do not grow.
    """
    at = np.asarray(sizes, dtype=np.float64)
    if len(at) < FEWEST_PILOTS + 1 or at[0] != 0 or np.any(np.diff(at) <= 0):
        raise InvalidRequestError(
            f"A forecast needs {FEWEST_PILOTS} pilots that learned from more and more; "
            f"there are {len(at) - 1} ({', '.join(f'{each:.0f}' for each in at)} tokens).",
            remedy="Run `teaegg plan SCENE-FILE --pilots` again with more --pilot-minutes.",
        )
    curves = _curves(at[1], at[-1], seed)
    expected = curves.errors(at)
    away = expected - (1 - np.asarray(scores, dtype=np.float64))[:, None]
    doubted = covariance + RUN_TO_RUN**2 * np.eye(len(at))
    fit = -0.5 * np.einsum("ic,ic->c", away, np.linalg.solve(doubted, away))
    weights = np.exp(fit - fit.max())
    errors = curves.errors(np.array([size]))[0]
    return Forecast(
        score=_quantiles(1 - errors, weights),
        gain=_quantiles(curves.untrained - errors, weights),
        apart=size / at[-1],
    )


@dataclass(frozen=True, slots=True)
class _Curves:
    """Many curves of the law; each field has shape (curves,)."""

    untrained: Numbers
    end: Numbers
    steepness: Numbers
    bend: Numbers

    def errors(self, sizes: Numbers) -> Numbers:
        """Shape (len(sizes), curves)."""
        grown = (sizes[:, None] / self.bend) ** self.steepness
        return self.end + (self.untrained - self.end) / (1 + grown)


@lru_cache(maxsize=4)
def _curves(smallest: float, largest: float, seed: int) -> _Curves:
    """Any error of the base, any end below it, any steepness, any place of the bend on a log scale."""
    generator = np.random.default_rng(seed)
    untrained = generator.uniform(0, 1, _CURVES)
    return _Curves(
        untrained=untrained,
        end=untrained * generator.uniform(0, 1, _CURVES),
        steepness=generator.uniform(*_STEEPNESS, _CURVES),
        bend=np.exp(
            generator.uniform(np.log(_BENDS[0] * smallest), np.log(_BENDS[1] * largest), _CURVES)
        ),
    )


def _quantiles(values: Numbers, weights: Numbers) -> Score:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    places = np.searchsorted(reached, np.array(_LEVELS) * reached[-1])
    low, value, high = (float(values[order[min(at, len(order) - 1)]]) for at in places)
    return Score(low, value, high)


def scores_covariance(
    scores: Sequence[Sequence[float]], documents: Sequence[str], *, seed: int = 1, draws: int = 2000
) -> Numbers:
    """Of the mean scores of several examinees of the same items, by drawing documents with replacement.

    `scores` has a list for each examinee, `documents` names the source of each item. Few documents know
    little of how far they differ, so the result is widened as Student's t is wider than the normal
    curve. Raises InvalidRequestError for a single document.
    """
    names = sorted(set(documents))
    if len(names) < 2:
        raise InvalidRequestError(
            "The exam items of the pilots come from one document: nothing says what another would give.",
            remedy="Keep more documents for the exam: raise exam.share, or learn more documents.",
        )
    place = {name: at for at, name in enumerate(names)}
    of = np.array([place[name] for name in documents])
    table = np.asarray(scores, dtype=np.float64)
    sums = np.stack([np.bincount(of, weights=row, minlength=len(names)) for row in table])
    counts = np.bincount(of, minlength=len(names)).astype(np.float64)
    drawn = np.random.default_rng(seed).integers(0, len(names), (draws, len(names)))
    means = sums[:, drawn].sum(axis=2) / counts[drawn].sum(axis=1)
    wider = (upper_quantile(_LEVELS[0], len(names) - 1) / -_NORMAL.inv_cdf(_LEVELS[0])) ** 2
    return np.asarray(np.cov(means) * wider * len(names) / (len(names) - 1), dtype=np.float64)
