"""Every figure of a text as a typed, normalised value, and whether a source has it.

六万元 = 60,000元 = 6万元 = RMB 60,000; 百分之五 = 5%; 第三十三条 = 第33条 = Article 33;
2023年9月1日 = 2023-09-01 = September 1, 2023. A figure of a sentence that its source does not have is
the surest sign of fabrication, and it can be checked without any model.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from teaegg.guard import figure_dates
from teaegg.guard.figure_numbers import plain
from teaegg.guard.figure_rules import RULES, FigureKind, Reading

_CLAIMED = "\x00"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `surface` is `text[start:end]` as it was written.

    `value` is canonical: a decimal without trailing zeros ("60000", "0.5"), an ISO date or a part of
    one ("2023-09-01", "2023", "--09-01"), "14:30", "1/3" or "1:3", "33" or "120-1" for articles, an
    upper-case code for identifiers. `unit` is the canonical unit ("CNY", "%", "day", "mm") or "".
    """

    kind: FigureKind
    value: str
    unit: str
    start: int
    end: int
    surface: str

    def says_the_same_as(self, other: Figure) -> bool:
        """Equal kind, value and unit, however the two were written."""
        return (self.kind, self.value, self.unit) == (other.kind, other.value, other.unit)


def figures(text: str) -> tuple[Figure, ...]:
    """The figures of `text` in reading order.

    Words that merely look like counts (一个, 一些, 一方面, 第一, 统一, "one of") are left out; both
    ends of a range and all numbers of 第三至五条 are figures of their own.
    """
    return tuple(figure for figure, indefinite in _scan(text) if not indefinite)


def missing_figures(sentence: str, source: str) -> tuple[Figure, ...]:
    """The figures of `sentence` that `source` does not state.

    Unit and kind must agree: 5天 is not proved by "5", 5% not by "5个百分点". Three allowances, each
    because the source then says at least as much: a bare number is proved by that number in any kind
    (or as the year of a date), a partial date by a fuller one (2023年 by 2023年9月1日), and a counted
    一个 of the source proves "1个".
    """
    found = figures(sentence)
    if not found:
        return ()
    stated = [figure for figure, _ in _scan(source)]
    exact = {(figure.kind, figure.value, figure.unit) for figure in stated}
    numbers = _plain_values(stated)
    dates = [figure.value for figure in stated if figure.kind == "date"]
    return tuple(
        figure
        for figure in found
        if (figure.kind, figure.value, figure.unit) not in exact
        and not _implied(figure, numbers, dates)
    )


def _implied(figure: Figure, numbers: frozenset[Decimal], dates: Iterable[str]) -> bool:
    if figure.kind == "number":
        return Decimal(figure.value) in numbers
    if figure.kind == "date":
        if figure.value.isdigit() and Decimal(figure.value) in numbers:
            return True
        return any(figure_dates.covers(date, figure.value) for date in dates)
    return False


def _plain_values(stated: Iterable[Figure]) -> frozenset[Decimal]:
    values = set()
    for figure in stated:
        if figure.kind == "identifier" and not figure.value.isdigit():
            continue
        written = figure.value[:4] if figure.kind == "date" else figure.value
        try:
            values.add(Decimal(written))
        except InvalidOperation:
            continue
    return frozenset(values)


def _scan(text: str) -> list[tuple[Figure, bool]]:
    """All readings with whether each is indefinite; `plain` keeps positions, so spans refer to `text`."""
    rest = plain(text)
    found: list[tuple[Figure, bool]] = []
    for pattern, read in RULES:
        claims: list[tuple[int, int]] = []
        for match in pattern.finditer(rest):
            readings = read(match)
            if readings is not None and match.end() > match.start():
                claims.append(match.span())
                found.extend(
                    _figure(reading, match.start(), match.end(), text) for reading in readings
                )
        rest = _without(rest, claims)
    return sorted(found, key=lambda pair: (pair[0].start, pair[0].value))


def _figure(reading: Reading, start: int, end: int, text: str) -> tuple[Figure, bool]:
    figure = Figure(reading.kind, reading.value, reading.unit, start, end, text[start:end])
    return figure, reading.indefinite


def _without(text: str, claims: list[tuple[int, int]]) -> str:
    if not claims:
        return text
    pieces, position = [], 0
    for start, end in claims:
        pieces += [text[position:start], _CLAIMED * (end - start)]
        position = end
    return "".join([*pieces, text[position:]])
