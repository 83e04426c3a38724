"""Student's t distribution for whole degrees of freedom, in its closed form.

Abramowitz and Stegun 1964, 26.7.3 and 26.7.4: a finite sum in the angle whose tangent is t / sqrt(degrees).
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

import numpy as np

_MOST_STEPS = 100
_EXACT = 1e-12


def upper_tail(t: float, degrees: int) -> float:
    """The chance of a value above `t`. Raises ValueError for less than one degree of freedom."""
    if degrees < 1:
        raise ValueError(f"degrees of freedom must be at least 1, not {degrees}")
    angle = math.atan(t / math.sqrt(degrees))
    square = math.cos(angle) ** 2
    if degrees % 2:
        steps = np.arange(1, (degrees - 1) // 2)
        terms = 1 + np.cumprod(2 * steps / (2 * steps + 1) * square).sum()
        inside = angle + (math.sin(angle) * math.cos(angle) * terms if degrees > 1 else 0)
        within = 2 / math.pi * inside
    else:
        steps = np.arange(1, degrees // 2)
        within = math.sin(angle) * (1 + np.cumprod((2 * steps - 1) / (2 * steps) * square).sum())
    return float(1 - within) / 2


@lru_cache(maxsize=4096)
def upper_quantile(chance: float, degrees: int) -> float:
    """The value that is exceeded with `chance`, at most 0.5. Raises as `upper_tail`.

    Newton's steps from the normal value: the tail is convex and the value lies above, so that each
    step stays below it and comes nearer.
    """
    logarithm = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)
    peak = math.exp(logarithm) / math.sqrt(degrees * math.pi)
    value = NormalDist().inv_cdf(1 - chance)
    for _ in range(_MOST_STEPS):
        density = peak * (1 + value * value / degrees) ** (-(degrees + 1) / 2)
        step = (upper_tail(value, degrees) - chance) / density
        value += step
        if step <= _EXACT * value:
            break
    return value
