"""Figures as people read them: scores as points of 100, times as a share more or less than before."""

from __future__ import annotations

import math

from teaegg.evals.gate.policy import Subject
from teaegg.evals.gate.verdict import Finding
from teaegg.evals.gate.wording import Wording

_RAREST = 0.001
"""Below this a chance is said to be less: more digits would claim more than resampling knows."""


def points(score: float) -> str:
    """A score from 0 to 1 as points of 100."""
    return f"{100 * score:.1f}"


def percent(share: float) -> str:
    """A share without needless digits: 95, 99.9, 0.3."""
    return f"{100 * share:.3g}"


def chance(p_value: float, say: Wording) -> str:
    """How often, in words."""
    key = "rare chance" if p_value < _RAREST else "chance"
    return say[key].format(percent=percent(max(p_value, _RAREST)))


def mean(finding: Finding, value: float | None, say: Wording) -> str:
    """An examinee's mean: points, or seconds to three digits."""
    if value is None:
        return say["nothing to show"]
    return f"{value:.3g}" if finding.criterion.subject == "speed" else points(value)


def amount(subject: Subject, difference: float, say: Wording) -> str:
    """The size of a difference without its sign."""
    key = "time" if subject == "speed" else "points"
    return say[key].format(value=f"{abs(_of_100(subject, difference)):.1f}")


def signed(subject: Subject, difference: float, say: Wording) -> str:
    """A difference with its sign; of times, more of it is worse."""
    key = "more time" if subject == "speed" else "points"
    return say[key].format(value=_with_sign(_of_100(subject, difference)))


def difference(finding: Finding, say: Wording) -> str:
    """The difference with its interval."""
    found, subject = finding.difference, finding.criterion.subject
    if found is None:
        return say["nothing to show"]
    ends = sorted((_of_100(subject, found.low), _of_100(subject, found.high)))
    low, high = map(_with_sign, ends)
    value = _with_sign(_of_100(subject, found.mean))
    if subject == "speed":
        value = say["time change"].format(value=value)
    return say["interval"].format(value=value, low=low, high=high)


def _of_100(subject: Subject, difference: float) -> float:
    """Points, or percent of the baseline's time from a difference of logarithms."""
    return 100 * (math.expm1(-difference) if subject == "speed" else difference)


def _with_sign(value: float) -> str:
    """With a true minus sign; what rounds to nothing has no sign."""
    shown = f"{abs(value):.1f}"
    return shown if shown == "0.0" else f"{'+' if value > 0 else '−'}{shown}"
