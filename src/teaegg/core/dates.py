"""Calendar dates as people write them in Chinese and English.

二〇二四年三月一日 = 2024年3月1日 = 2024-03-01 = 2024/3/1 = 1 March 2024.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from teaegg.core.quantities.numerals import CHINESE_NUMERAL_CHARACTERS, parse_number

_MONTHS = "january february march april may june july august september october november december"
_MONTH_NUMBERS = {
    spelling: number
    for number, name in enumerate(_MONTHS.split(), start=1)
    for spelling in (name, name[:3])
}
_SHORT_MONTHS = tuple(name[:3] for name in _MONTHS.split())
_NUMERAL = rf"(?:\d{{1,4}}|[{CHINESE_NUMERAL_CHARACTERS}]{{1,4}})"
_MONTH = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))
_CHINESE = re.compile(rf"({_NUMERAL})\s*年\s*({_NUMERAL})\s*月\s*({_NUMERAL})\s*[日号號]")
_DIGITS = re.compile(r"(?<![\d./-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\d/-]|\.\d)")
_ENGLISH = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{_MONTH})"
    rf"|(?P<month_first>{_MONTH})\.?\s+(?P<day_last>\d{{1,2}})(?:st|nd|rd|th)?)"
    r"\.?,?\s+(?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


class DateMention(NamedTuple):
    """A date and the characters [start, end) that say it."""

    day: date
    start: int
    end: int


def dates_in(text: str) -> list[DateMention]:
    """Every full date in half-width `text`, in order; what no calendar holds is left out."""
    mentions = []
    for start, end, *written in _written_dates(text):
        year, month, day = (_number(part) for part in written)
        if year is None or month is None or day is None:
            continue
        try:
            mentions.append(DateMention(date(year, month, day), start, end))
        except ValueError:
            continue
    return sorted(mentions, key=lambda mention: mention.start)


def _written_dates(text: str) -> Iterator[tuple[int, int, str, str, str]]:
    # Every text that is indexed passes here: a pattern is only tried where it can match at all.
    if "年" in text:
        for match in _CHINESE.finditer(text):
            yield match.start(), match.end(), match[1], match[2], match[3]
    for match in _DIGITS.finditer(text):
        yield match.start(), match.end(), match[1], match[3], match[4]
    if any(month in text.lower() for month in _SHORT_MONTHS) and _YEAR.search(text):
        for match in _ENGLISH.finditer(text):
            month, day = match["month"] or match["month_first"], match["day"] or match["day_last"]
            yield match.start(), match.end(), match["year"], month, day


def _number(written: str) -> int | None:
    month = _MONTH_NUMBERS.get(written.lower())
    if month is not None:
        return month
    value = parse_number(written)
    return int(value) if value is not None else None
