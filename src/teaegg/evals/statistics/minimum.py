"""How many items does a claim need? Theory, for a chance of `error` to be wrong and of `power` to see it.

A mean difference: the usual normal formula with Student's t in place of the normal curve, because few
documents estimate their own spread badly (Donner and Klar 2000, chapter 5), and with the two imagined
documents of `paired_difference`. McNemar's test: Miettinen 1968 and Connor 1987, with a correction for
an exact test's steps (as Casagrande, Pike and Smith 1978 do for two groups).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from statistics import NormalDist

from teaegg.evals.statistics.student import upper_quantile

_NORMAL = NormalDist()


def design_effect(items_per_document: float, likeness: float) -> float:
    """By how much items that share documents count less (Kish 1965). `likeness` is the intraclass
    correlation: 0 for items that share nothing, 1 for items that are won or lost together.
    """
    return 1 + (items_per_document - 1) * likeness


def items_for_difference(
    effect: float,
    variance: float,
    *,
    error: float,
    power: float,
    items_per_document: float = 1.0,
    imagined: float = 0.0,
) -> int:
    """Items that tell a mean difference `effect` away from the value that is tested against.

    `variance` is that of one item's difference times the design effect (`Difference.variance`).
    Raises ValueError for an effect of 0 or less.
    """
    if effect <= 0:
        raise ValueError(f"only an effect above 0 can be found, not {effect}")

    def enough(items: int) -> bool:
        degrees = max(1, math.floor(items / items_per_document) - 1)
        distance = upper_quantile(error, degrees) + upper_quantile(1 - power, degrees)
        return effect * items >= distance * math.sqrt(variance * items + 2 * imagined**2)

    high = 1
    while not enough(high):
        high *= 2
    return bisect_left(range(high), True, lo=high // 2, key=enough)


def items_for_mcnemar(gain: float, disagreement: float, *, error: float, power: float) -> int:
    """Independent items for the one-sided exact McNemar test to find that the candidate is right on
    `gain` more of them, where just one of both is right on a share of `disagreement`.

    Raises ValueError unless 0 < gain <= disagreement.
    """
    if not 0 < gain <= disagreement:
        raise ValueError(f"a gain of {gain} needs a disagreement of as much, not {disagreement}")
    normal = _NORMAL.inv_cdf(1 - error) * math.sqrt(disagreement)
    normal += _NORMAL.inv_cdf(power) * math.sqrt(disagreement - gain**2)
    # gain * n - 1 >= normal * sqrt(n): the exact test asks for about one item more than the formula.
    return math.ceil(((normal + math.sqrt(normal**2 + 4 * gain)) / (2 * gain)) ** 2)
