"""Figures as people read them."""

from __future__ import annotations

from teaegg.evals.statistics.intervals import MeanScore

_RAREST = 0.001
MISSING = "–"


def points(score: float) -> str:
    """A score from 0 to 1 as points of 100."""
    return f"{100 * score:.1f}"


def signed(difference: float) -> str:
    """A difference of scores in points, with a true minus sign; what rounds to nothing has no sign."""
    shown = f"{abs(100 * difference):.1f}"
    return shown if shown == "0.0" else f"{'+' if difference > 0 else '−'}{shown}"


def interval(score: MeanScore) -> str:
    return f"{points(score.low)}–{points(score.high)}"


def chance(p_value: float) -> str:
    """A p value to three digits; below that it is said to be less. It stays on one line."""
    shown = f"p < {_RAREST}" if p_value < _RAREST else f"p = {p_value:.3f}"
    return shown.replace(" ", "\N{NO-BREAK SPACE}")


def three_digits(value: float | None) -> str:
    """A measured quantity without digits that nobody measured."""
    if value is None:
        return MISSING
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
