"""Quantities read out of text: numbers with units, ranges, thread and pipe sizes.

"30-50mm", "12~24V", "-20℃~80℃", "1/2 英寸", "M8×30", "DN50", "PN16", "G1/2", "4分", "3.5万元".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from teaegg.core.quantities.units import UNIT, Unit, unit_of

NOMINAL_INCHES = "公称英寸"
"""The attribute of a pipe's size in inches, which is no length that can be measured on it."""

_INCH = Decimal("0.0254")
_MILLIMETRE = Decimal("0.001")
_BAR = Decimal(100_000)

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+-\d+/\d+|\d+/\d+|\d+(?:\.\d+)?)"
_UNIT = f"(?:{UNIT.pattern})"
_MEASURED = re.compile(
    rf"(?:(?<![A-Za-z0-9_.\-])|(?<=\dx))(?P<sign>[-+±]?)(?P<low>{_NUMBER})\s*(?P<low_unit>{_UNIT})?"
    rf"(?:\s*(?:~|～|至|到|\bto\b|-|–|\.\.\.?)\s*(?P<high>[-+]?{_NUMBER}))?"
    rf"\s*(?P<unit>{_UNIT})?",
    re.IGNORECASE,
)
_THREAD = re.compile(
    r"(?<![A-Za-z0-9])(?P<family>M|DN|PN|G|R|Rc|NPT|BSP|Tr|[ΦφØ⌀])\s*(?P<size>\d+(?:-\d+/\d+|/\d+|\.\d+)?)"
    r"(?:\s*[x*]\s*(?P<second>\d+(?:\.\d+)?))?(?:\s*[x*]\s*(?P<third>\d+(?:\.\d+)?))?",
    re.IGNORECASE,
)
_UNIFIED = re.compile(
    r"(?<![\w.])(?P<size>#?\d+(?:-\d+)?(?:/\d+)?)-(?P<pitch>\d+)\s*(?P<family>UNC|UNF|UN)", re.I
)
_PIPE_EIGHTHS = re.compile(
    r"(?<![\d.])(?P<eighths>[一二三四六1-9])\s*分(?=[管球阀接弯丝螺内外直三牙口的]|$)"
)
_EIGHTHS = {"一": 1, "二": 2, "三": 3, "四": 4, "六": 6}
# Nominal pipe sizes in inches and the nominal diameter DN that names the same pipe (ISO 6708).
_DN_OF_INCHES = {
    Decimal(inches): nominal
    for inches, nominal in (
        ("0.125", 6), ("0.25", 8), ("0.375", 10), ("0.5", 15), ("0.75", 20), ("1", 25), ("1.25", 32),
        ("1.5", 40), ("2", 50), ("2.5", 65), ("3", 80), ("4", 100), ("6", 150), ("8", 200),
    )
}  # fmt: skip
_INCHES_OF_DN = {Decimal(nominal): inches for inches, nominal in _DN_OF_INCHES.items()}
_PITCHES_END = Decimal(4)
"""M8×1.25 names a pitch, M8×30 a length: no length of a screw is below this."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Values from `low` to `high` (the same for a single value) and the characters that say so.

    `dimension` is one of `units`, a designation ("M", "DN", "G" …), or "" for a number without a
    unit. `attribute` is set where the notation itself says what is meant (the length in M8×30).
    """

    dimension: str
    low: Decimal
    high: Decimal
    start: int
    end: int
    attribute: str = ""


class _Part(NamedTuple):
    dimension: str
    value: Decimal
    attribute: str = ""


def quantities_in(text: str, *, unit: Unit | None = None) -> list[Quantity]:
    """Every quantity of folded `text` in order; `unit` is that of bare numbers (from a header)."""
    found = [*_designations(text)]
    taken = [(item.start, item.end) for item in found]
    for match in _MEASURED.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            measured = _measured(match, unit)
            if measured is not None:
                found.append(measured)
    return sorted(found, key=lambda item: (item.start, item.end))


def number_value(written: str) -> Decimal:
    """1,200 · 3.5 · 1/2 · 1-1/4 (one and a quarter)."""
    whole, _, rest = written.replace(",", "").partition("-")
    if rest:
        return Decimal(whole) + number_value(rest)
    numerator, _, denominator = whole.partition("/")
    if denominator and Decimal(denominator) != 0:
        return Decimal(numerator) / Decimal(denominator)
    return Decimal(numerator)


def _measured(match: re.Match[str], default: Unit | None) -> Quantity | None:
    spelled = match["unit"] or match["low_unit"]
    unit = unit_of(spelled) if spelled else default
    low_unit = unit_of(match["low_unit"]) if match["low_unit"] else unit
    if spelled and unit is None:
        return None
    low = number_value(match["low"]) * (low_unit.factor if low_unit else 1)
    if match["sign"] == "-":
        low = -low
    high = low
    if match["high"]:
        factor = unit.factor if unit else 1
        sign = -1 if match["high"].startswith("-") else 1
        high = sign * number_value(match["high"].lstrip("+-")) * factor
    if high < low:
        low, high = high, low
    return Quantity(unit.dimension if unit else "", low, high, match.start(), match.end())


def _designations(text: str) -> Iterator[Quantity]:
    for match in _THREAD.finditer(text):
        for part in _thread_parts(match):
            yield _quantity(part, match)
    for match in _UNIFIED.finditer(text):
        yield _quantity(_Part(match["family"].upper(), number_value(match["size"])), match)
    for match in _PIPE_EIGHTHS.finditer(text):
        written = match["eighths"]
        inches = Decimal(_EIGHTHS.get(written) or int(written)) / 8
        for part in _pipe_parts("G", inches):
            yield _quantity(part, match)


def _quantity(part: _Part, match: re.Match[str]) -> Quantity:
    return Quantity(
        part.dimension, part.value, part.value, match.start(), match.end(), part.attribute
    )


def _thread_parts(match: re.Match[str]) -> Iterator[_Part]:
    family, size = match["family"], number_value(match["size"])
    further = [Decimal(value) for value in (match["second"], match["third"]) if value]
    if family in "ΦφØ⌀φ":
        yield _Part("length", size * _MILLIMETRE, "直径")
    elif family.upper() in ("G", "R", "RC", "NPT", "BSP"):
        yield from _pipe_parts("G" if family.upper() == "BSP" else family.upper(), size)
        return
    elif family.upper() == "DN":
        yield _Part("DN", size)
        inches = _INCHES_OF_DN.get(size)
        if inches is not None:
            yield _Part("length", inches * _INCH, NOMINAL_INCHES)
    elif family.upper() == "PN":
        yield _Part("PN", size)
        yield _Part("pressure", size * _BAR, "公称压力")
    else:
        yield _Part(family.upper(), size)
    for value in further:
        is_pitch = family.upper() in ("M", "TR") and value < _PITCHES_END
        yield _Part("length", value * _MILLIMETRE, "螺距" if is_pitch else "长度")


def _pipe_parts(family: str, inches: Decimal) -> Iterator[_Part]:
    yield _Part(family, inches)
    nominal = _DN_OF_INCHES.get(inches)
    if nominal is not None:
        yield _Part("DN", Decimal(nominal))
    yield _Part("length", inches * _INCH, NOMINAL_INCHES)
