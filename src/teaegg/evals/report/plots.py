"""Where the marks of a plot stand, in percent of its width and height. Drawing is the templates' work."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from teaegg.evals.report.base import ExamReport
from teaegg.evals.report.figures import Result, risk_curve
from teaegg.evals.statistics.intervals import MeanScore

_STEPS = (1, 2, 2.5, 5, 10)
_LABEL_GAP = 8.0
"""Labels nearer to each other than this (percent of the height) would touch."""
_DECADE = 10


@dataclass(frozen=True, slots=True)
class Scale:
    """A value on an axis → percent of its length. On a logarithmic one all values are above 0."""

    low: float
    high: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        low, high, value = (
            math.log10(number) if self.logarithmic else number
            for number in (self.low, self.high, value)
        )
        return round(100 * (value - low) / (high - low), 2)

    def ticks(self, most: int = 6) -> list[tuple[float, str]]:
        """(percent, what stands there), round numbers within the axis."""
        values = _round_numbers(self.low, self.high, most, self.logarithmic)
        return [(self.at(value), f"{value:g}".replace("-", "−")) for value in values]


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with the ends of its interval, in percent of the axis; None where there is none."""

    at: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A labelled point of a plane; `label_top` is where its label stands without touching others."""

    series: int
    name: str
    left: float
    top: float
    label_top: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Plane:
    """Points over two axes."""

    across: Scale
    up: Scale
    points: list[Point]


@dataclass(frozen=True, slots=True)
class Curve:
    """A line: its points, and where the label at its end stands."""

    series: int
    name: str
    path: str
    label_top: float


def score_scale(report: ExamReport, results: Sequence[Result]) -> Scale:
    """From and to a multiple of ten points around all that is shown; intervals are never cut off."""
    shown = [100 * line.score for line in report.published] + [100 * report.exam.pass_mark]
    for result in results:
        if result.score:
            shown += [100 * result.score.low, 100 * result.score.high]
    low, high = 10 * math.floor(min(shown) / 10), 10 * math.ceil(max(shown) / 10)
    return Scale(max(0, min(low, high - 20)), min(100, max(high, low + 20)))


def difference_scale(ends: Sequence[float]) -> Scale:
    """Around zero in the middle, in points."""
    widest = max(5.0, 5 * math.ceil(max(abs(100 * end) for end in ends) / 5))
    return Scale(-widest, widest)


def mark(score: MeanScore, scale: Scale) -> Mark:
    return Mark(*(scale.at(100 * value) for value in (score.mean, score.low, score.high)))


def curves(report: ExamReport) -> tuple[list[Curve], Scale]:
    """The risk-coverage curves of those who have one, and the axis of the risk (percent)."""
    drawn = [(place, one, risk_curve(report, one)) for place, one in enumerate(report.examinees)]
    shown = [(place, one, points) for place, one, points in drawn if len(points) > 1]
    worst = max((risk for *_, points in shown for _, risk in points), default=1.0)
    scale = Scale(0, max(10, 10 * math.ceil(10 * worst)))
    ends = [100 - scale.at(100 * points[-1][1]) for *_, points in shown]
    found = [
        Curve(place, one.name, _path(points, scale), top)
        for (place, one, points), top in zip(shown, _apart(ends), strict=True)
    ]
    return found, scale


def plane(
    results: Sequence[Result], measured: Sequence[float | None], scores: Scale
) -> Plane | None:
    """Score against what was `measured` of each (seconds, a price); None where fewer than two have
    both. The axis is logarithmic where the dearest takes ten times the cheapest or more."""
    shown = [
        (place, result, cost)
        for place, (result, cost) in enumerate(zip(results, measured, strict=True))
        if cost is not None and result.score
    ]
    if len(shown) < 2:
        return None
    costs = Scale(*_around([cost for *_, cost in shown]))
    tops = [100 - scores.at(100 * result.score.mean) for _, result, _ in shown if result.score]
    points = [
        Point(
            place,
            result.name,
            costs.at(cost),
            top,
            label_top,
            100 - scores.at(100 * result.score.low),
            100 - scores.at(100 * result.score.high),
        )
        for (place, result, cost), top, label_top in zip(shown, tops, _apart(tops), strict=True)
        if result.score
    ]
    return Plane(costs, scores, points)


def _around(costs: Sequence[float]) -> tuple[float, float, bool]:
    low, high = min(costs), max(costs)
    if low > 0 and high >= _DECADE * low:
        return low / 1.6, high * 1.6, True
    return 0.0, (high or 1.0) * 1.15, False


def _path(points: Sequence[tuple[float, float]], risks: Scale) -> str:
    """The points of an SVG line in a square of 100 by 100, y downwards."""
    return " ".join(
        f"{100 * coverage:.2f},{100 - risks.at(100 * risk):.2f}" for coverage, risk in points
    )


def _apart(tops: Sequence[float]) -> list[float]:
    """The same places, moved so far apart that labels do not touch, their order kept."""
    order = sorted(range(len(tops)), key=lambda place: tops[place])
    placed = list(tops)
    above = -math.inf
    for place in order:
        above = placed[place] = max(tops[place], above + _LABEL_GAP)
    below = 100.0 + _LABEL_GAP
    for place in reversed(order):
        below = placed[place] = min(placed[place], below - _LABEL_GAP)
    return placed


def _round_numbers(low: float, high: float, most: int, logarithmic: bool) -> list[float]:
    if logarithmic:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        values = [digit * 10.0**decade for decade in decades for digit in (1, 2, 5)]
        return [value for value in values if low <= value <= high]
    rough = (high - low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * step for step in _STEPS if size * step >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]
