"""Calendar dates and clock times in running text, Chinese and English.

A date is written as ISO 8601 with the unknown parts left out: 2023, 2023-09, 2023-09-01, --09-01
(a day of any year), --09 (a month of any year), W3 (a Wednesday). A time is HH:MM or HH:MM:SS, 24 hours.
"""

from __future__ import annotations

import re

from teaegg.core.quantities.numerals import parse_number

_YEAR = r"(?:[12]\d{3}|[一二][〇零一二三四五六七八九]{3})"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_HOUR = r"(?:2[0-4]|1\d|0?\d|二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九])"
_MINUTE = r"(?:[0-5]?\d|[二三四五]?十[一二三四五六七八九]?|零?[一二三四五六七八九])"
_MONTHS = "january february march april may june july august september october november december"
_MONTH_NUMBERS = {name[:3]: number for number, name in enumerate(_MONTHS.split(), start=1)}
_EN_MONTH = "|".join(rf"{name}|{name[:3]}\.?" for name in _MONTHS.split()) + r"|sept\.?"
_HALF_OF_DAY = "上午|下午|晚上|晚间|早上|中午|凌晨|傍晚|清晨|晚|早"
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"

CHINESE_DATE = re.compile(
    rf"(?<![\d.])(?P<y>{_YEAR})\s*年\s*(?:(?P<m>{_MONTH})\s*月份?\s*(?:(?P<d>{_DAY})\s*[日号])?)?"
)
MONTH_DAY = re.compile(rf"(?<![\d.个])(?P<m>{_MONTH})\s*月份?\s*(?:(?P<d>{_DAY})\s*[日号])?(?!\d)")
ISO_DATE = re.compile(
    r"(?<![\d.\-/])(?P<y>[12]\d{3})(?P<s>[-/.])(?P<m>1[0-2]|0?[1-9])(?P=s)(?P<d>3[01]|[12]\d|0?[1-9])"
    r"(?![\d\-/]|\.\d)"
)
ISO_MONTH = re.compile(r"(?<![\d.\-/])(?P<y>[12]\d{3})-(?P<m>1[0-2]|0[1-9])(?![\d\-/.])")
YEAR_RANGE = re.compile(rf"(?<![\d.])(?P<y>{_YEAR})\s*[-~至到]\s*(?={_YEAR}\s*年)")
ENGLISH_DATE = re.compile(
    rf"(?i:\b(?P<m>{_EN_MONTH})\s+(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>[12]\d{{3}})\b)?)"
)
ENGLISH_DAY_FIRST = re.compile(
    rf"(?i:\b(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>{_EN_MONTH})\b(?:,?\s+(?P<y>[12]\d{{3}})\b)?)"
)
ENGLISH_MONTH = re.compile(rf"(?i:\b(?P<m>{_EN_MONTH})\s+(?:of\s+)?(?P<y>[12]\d{{3}})\b)")
CHINESE_WEEKDAY = re.compile(
    r"(?:星期|礼拜|周)(?P<w>[一二三四五六日天])(?![次天个日人元年月节班岁期小分十百千])"
)
ENGLISH_WEEKDAY = re.compile(rf"(?i:\b(?P<w>{_WEEKDAYS.replace(' ', '|')})s?\b)")
CLOCK = re.compile(
    rf"(?P<half>{_HALF_OF_DAY})?\s*(?<![\d:.])(?P<h>2[0-4]|[01]?\d):(?P<mi>[0-5]\d)(?::(?P<s>[0-5]\d))?"
    r"(?![\d:])\s*(?P<ap>(?i:[ap]\.?m\.?)\b\.?)?"
)
CHINESE_CLOCK = re.compile(
    rf"(?P<half>{_HALF_OF_DAY})\s*(?P<h>{_HOUR})\s*[点时](?!间)(?:(?P<hm>半)|整|(?P<mi>{_MINUTE})\s*分?(?!之))?"
    rf"|(?<![\d.])(?P<h2>{_HOUR})\s*[点时](?:(?P<hm2>半)|整|(?P<mi2>{_MINUTE})\s*分(?!之))"
    r"|(?<![\d.])(?P<h3>2[0-4]|1\d|\d)\s*时(?!间)"
)
ENGLISH_CLOCK = re.compile(r"(?<![\d:.])(?P<h>1[0-2]|[1-9])\s*(?P<ap>(?i:[ap]\.?m\.?)(?![A-Za-z]))")


def read_date(match: re.Match[str]) -> str:
    """The ISO form of a match of one of the date patterns above."""
    parts = match.groupdict()
    year = _digits(parts.get("y"), 4)
    month = _month(parts.get("m"))
    day = _digits(parts.get("d"), 2)
    if not month:
        return year
    return f"{year or '-'}-{month}" + (f"-{day}" if day else "")


def read_weekday(match: re.Match[str]) -> str:
    """W1 (Monday) to W7 (Sunday)."""
    written = match["w"].lower()
    if written in "一二三四五六日天":
        return f"W{min('一二三四五六日天'.index(written) + 1, 7)}"
    return f"W{_WEEKDAYS.split().index(written) + 1}"


def read_time(match: re.Match[str]) -> str:
    """HH:MM or HH:MM:SS of a match of one of the clock patterns above."""
    parts = match.groupdict()
    hour = int(_digits(parts.get("h") or parts.get("h2") or parts.get("h3"), 2))
    if parts.get("hm") or parts.get("hm2"):
        minute = "30"
    else:
        minute = _digits(parts.get("mi") or parts.get("mi2"), 2) or "00"
    after_noon = (parts.get("ap") or "").lower().startswith("p") or parts.get("half") in {
        "下午",
        "晚上",
        "晚间",
        "傍晚",
        "晚",
    }
    if after_noon and hour < 12:
        hour += 12
    if (parts.get("ap") or "").lower().startswith("a") and hour == 12:
        hour = 0
    seconds = parts.get("s")
    return f"{hour:02d}:{minute}" + (f":{seconds}" if seconds else "")


def covers(source: str, date: str) -> bool:
    """Whether the source date says all that `date` says: 2023-09-01 covers 2023, 2023-09, --09-01."""
    if source == date:
        return True
    if date.startswith("--"):
        return len(source) >= 7 and f"-{source.partition('-')[2]}-".startswith(f"{date[1:]}-")
    return source.startswith(f"{date}-")


def _digits(written: str | None, width: int) -> str:
    value = parse_number(written) if written else None
    return "" if value is None else f"{int(value):0{width}d}"


def _month(written: str | None) -> str:
    if written and written[0].isascii() and written[0].isalpha():
        return f"{_MONTH_NUMBERS[written[:3].lower()]:02d}"
    return _digits(written, 2)
