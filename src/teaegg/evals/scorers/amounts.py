"""Amounts of a text as exact fractions in one unit to a dimension, so that 1.5 m is 1500 mm and 5% is 0.05.

`guard.figures` reads them; there a figure is only proved by the same unit, here a right answer may be
converted. A year is twelve months; months are no days, and one currency is no other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from teaegg.core.quantities.units import unit_of
from teaegg.guard.figure_numbers import NUMBER, plain
from teaegg.guard.figures import Figure, figures

_NUMBER = re.compile(NUMBER)
_MEASURED = frozenset({"number", "money", "percent", "ratio", "duration", "quantity"})
_PURE = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """`value` in the unit of its `dimension` ("": a pure number; for dates, articles and the like their
    kind, with the canonical text as value). `bare`: without any unit. `surface`: as it was written."""

    dimension: str
    value: Fraction | str
    bare: bool
    surface: str

    def is_near(self, other: Amount, tolerance: Fraction) -> bool:
        """In the same dimension at most `tolerance` apart, in its unit."""
        if self.dimension != other.dimension:
            return False
        if isinstance(self.value, str) or isinstance(other.value, str):
            return self.value == other.value
        return abs(self.value - other.value) <= tolerance

    def measured_as(self, other: Amount) -> Amount:
        """This bare number with the unit that the other one states: 6万 beside 5元 is 6万元."""
        written = _NUMBER.sub(lambda _: self.surface, plain(other.surface), count=1)
        found = amounts_in(written)
        return found[0] if len(found) == 1 else self


def amounts_in(text: str) -> list[Amount]:
    """Every figure of `text` in reading order, dates and references among them."""
    return [_amount(figure) for figure in figures(text)]


def _amount(figure: Figure) -> Amount:
    bare = figure.kind == "number"
    dimension, value = _measure(figure)
    return Amount(dimension, value, bare, figure.surface)


def _measure(figure: Figure) -> tuple[str, Fraction | str]:
    if figure.kind not in _MEASURED or ":" in figure.value:
        return figure.kind, figure.value
    value = Fraction(figure.value)
    match figure.kind:
        case "percent":
            return _PURE, value / 100
        case "duration" if figure.unit == "year":
            return "month", value * 12
        case "quantity" if unit := unit_of(figure.unit):
            return unit.dimension, value * Fraction(unit.factor)
    return figure.unit or _PURE, value
