"""Values as index tokens, so that an index of plain terms can answer ranges.

Each value is kept at several precisions (its power of ten, then one, two and three digits), and a
range is asked for by the few tokens that together cover it: the trie-encoded numeric fields of
U. Schindler and M. Diepenbroek, "Generic XML-based framework for metadata portals", Computers &
Geosciences 34 (2008), here with decimal digits. Values agree to three digits at least; who needs
them exact compares again.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

_DIGITS = 3
_INTERVAL_DIGITS = 2
_SMALLEST_EXPONENT, _LARGEST_EXPONENT = -13, 13
_BELOW_ONE = "<"
"""A prefix of its own for all magnitudes below one: else every interval around zero would need each
power of ten down to the smallest."""
_WITHIN = "~"
"""Marks tokens of an interval's inside, which only a point may ask for."""


def value_tokens(key: str, low: Decimal, high: Decimal) -> Iterator[str]:
    """Tokens under which a fact "from `low` to `high`" is indexed."""
    yield from (f"{key}:{prefix}" for prefix in _prefixes(low))
    if low != high:
        yield from (f"{key}:{prefix}" for prefix in _prefixes(high))
        yield from (f"{key}:{_WITHIN}{p}" for p in _cover(low, high, _INTERVAL_DIGITS))


def range_tokens(key: str, low: Decimal | None, high: Decimal | None) -> frozenset[str]:
    """Tokens one of which every fact overlapping [`low`, `high`] has; None means unbounded."""
    largest = Decimal(10) ** (_LARGEST_EXPONENT + 1)
    bottom = low if low is not None else -largest
    top = high if high is not None else largest
    ends = {f"{key}:{prefix}" for prefix in _cover(bottom, top, _DIGITS)}
    inside = low if low is not None else high
    if inside is None:
        return frozenset(ends)
    return frozenset(ends | {f"{key}:{_WITHIN}{p}" for p in _prefixes(inside)})


def _prefixes(value: Decimal) -> list[str]:
    """ "+-2", "+-2.3", "+-2.30", "+-2.300" for 0.03; "0" for zero."""
    sign, exponent, digits = _decimal_digits(value)
    if not digits:
        return ["0"]
    prefixes = [_name(sign, exponent, digits[:length]) for length in range(_DIGITS + 1)]
    return [sign + _BELOW_ONE, *prefixes] if exponent < 0 else prefixes


def _decimal_digits(value: Decimal) -> tuple[str, int, str]:
    if value == 0:
        return "+", 0, ""
    exponent = min(max(value.adjusted(), _SMALLEST_EXPONENT), _LARGEST_EXPONENT)
    digits = "".join(map(str, value.as_tuple().digits)).ljust(_DIGITS, "0")[:_DIGITS]
    return ("-" if value < 0 else "+"), exponent, digits


def _name(sign: str, exponent: int, digits: str) -> str:
    return f"{sign}{exponent}.{digits}" if digits else f"{sign}{exponent}"


def _cover(low: Decimal, high: Decimal, precision: int) -> Iterator[str]:
    """The fewest prefixes of at most `precision` digits that together hold all of [low, high]."""
    if low <= 0 <= high:
        yield "0"
    if high > 0:
        yield from _cover_magnitudes("+", max(low, Decimal(0)), high, precision)
    if low < 0:
        yield from _cover_magnitudes("-", max(-high, Decimal(0)), -low, precision)


def _cover_magnitudes(sign: str, low: Decimal, high: Decimal, precision: int) -> Iterator[str]:
    smallest = _SMALLEST_EXPONENT
    if low == 0 and high >= 1:
        yield sign + _BELOW_ONE
        smallest = 0
    for exponent in range(smallest, _LARGEST_EXPONENT + 1):
        yield from _cover_below(sign, exponent, "", low, high, precision)


def _cover_below(
    sign: str, exponent: int, digits: str, low: Decimal, high: Decimal, precision: int
) -> Iterator[str]:
    """Of the values that begin with `digits`: all, none, or what the next digit decides."""
    step = Decimal(10) ** (exponent - max(len(digits) - 1, 0))
    first = Decimal(digits or 1) * step
    beyond = (Decimal(digits) + 1) * step if digits else step * 10
    if high < first or low >= beyond:
        return
    if (low <= first and beyond <= high) or len(digits) == precision:
        yield _name(sign, exponent, digits)
        return
    for digit in range(0 if digits else 1, 10):
        yield from _cover_below(sign, exponent, f"{digits}{digit}", low, high, precision)
