"""Risk and coverage: how often is an examinee wrong on the share of questions of which it is surest.

El-Yaniv and Wiener 2010 ("On the Foundations of Noise-free Selective Classification"); Geifman and El-Yaniv
2017 ("Selective Classification for Deep Neural Networks"); the area under the curve is that of Geifman,
Uziel and El-Yaniv 2019. No threshold can part answers of equal confidence: they come in together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from teaegg.core.exams import Response
from teaegg.evals.scorers.base import Score
from teaegg.evals.scorers.choice import option_shares


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering where confidence is at least `threshold`: `coverage` is the share of questions answered,
    `risk` the mean of what is lacking to a right answer among them; both from 0 to 1."""

    threshold: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """`points` by growing coverage, the last one answers everything. `area`: the mean risk over all
    coverages (0 best); `best_area`: the area if confidence ranked the same answers perfectly."""

    points: tuple[RiskPoint, ...]
    area: float
    best_area: float

    def coverage_at(self, risk: float) -> float:
        """The largest share of questions that can be answered at no more than this risk."""
        return max((point.coverage for point in self.points if point.risk <= risk), default=0.0)


def sure_answers(
    scores: Mapping[str, Score], responses: Mapping[str, Response]
) -> list[tuple[float, float]]:
    """(confidence, score) of every scored item whose options were read: the confidence is the share of
    the likeliest option. Both by item hash."""
    return [
        (max(option_shares(responses[item].options)), scored.value)
        for item, scored in scores.items()
        if responses[item].options
    ]


def risk_coverage(answers: Sequence[tuple[float, float]]) -> RiskCoverage:
    """Of (confidence, score) pairs in any order, scores from 0 to 1. Raises ValueError for none, or
    for a confidence that is no number."""
    if not answers:
        raise ValueError("a risk-coverage curve needs at least one answer")
    if any(math.isnan(confidence) for confidence, _ in answers):
        raise ValueError("a confidence is not a number")
    ranked = sorted((-confidence, 1 - score) for confidence, score in answers)
    points, blocks = [], []
    before, lost = 0, 0.0
    for confidence, block in groupby(ranked, key=lambda pair: pair[0]):
        losses = [loss for _, loss in block]
        blocks.append((before, lost, len(losses), math.fsum(losses)))
        before, lost = before + len(losses), lost + math.fsum(losses)
        points.append(RiskPoint(-confidence, before / len(ranked), _share(lost / before)))
    perfect = sorted(loss for _, loss in ranked)
    return RiskCoverage(
        points=tuple(points),
        area=_area(blocks, len(ranked)),
        best_area=_area(
            [(i, math.fsum(perfect[:i]), 1, loss) for i, loss in enumerate(perfect)], len(ranked)
        ),
    )


def _area(blocks: Sequence[tuple[int, float, int, float]], many: int) -> float:
    """Mean over coverages 1/n, 2/n … of the risk; within equal confidences that of a random order.

    A block is (answers before it, what they lack, its answers, what these lack).
    """
    risks = [
        (lost + loss * place / count) / (before + place)
        for before, lost, count, loss in blocks
        for place in range(1, count + 1)
    ]
    return _share(math.fsum(risks) / many)


def _share(value: float) -> float:
    """Rounding may carry a mean of ones just above 1."""
    return min(1.0, max(0.0, value))
