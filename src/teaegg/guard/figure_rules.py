"""The rules by which figures are read, in the order in which they claim the text.

Each rule has a pattern and a reader. What a rule has read is blanked out before the next one runs,
so that "2023年9月1日" is one date and never also the numbers 2023, 9 and 1. The last rule takes every
digit that is left: no digit of a text escapes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from teaegg.core.quantities.numerals import CHINESE_NUMERAL_CHARACTERS
from teaegg.guard import figure_dates as dates
from teaegg.guard.figure_numbers import ARABIC, NUMBER, ZH, canonical, value_of
from teaegg.guard.figure_units import CURRENCY_PREFIXES, UNIT_PATTERN, Unit, unit_of

FigureKind = Literal[
    "number", "money", "percent", "ratio", "date", "time", "duration", "quantity",
    "article", "paragraph", "item", "ordinal", "identifier",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule understood. `indefinite`: it may be an article rather than a count (一个, "one")."""

    kind: FigureKind
    value: str
    unit: str = ""
    indefinite: bool = False


Reader = Callable[[re.Match[str]], tuple[Reading, ...] | None]
"""None leaves the text to later rules; () claims it and reads no figure."""

_VAGUE_BEFORE = "数几"
_DEFINITE_HEAD = frozenset("零〇一二三四五六七八九两兩壹贰叁肆伍陆柒捌玖貳參陸十拾")
_ARTICLE_LIKE_BEFORE = frozenset("统同唯每某任逐另上下这那哪第")
_PERCENT_OF = {"百": Decimal(1), "千": Decimal("0.1"), "万": Decimal("0.01")}
_RANGE = r"\s*(?:(?<![a-z])-|~|至|到|to\b)\s*"
_MORE = r"\s?(?:多|余|来)?\s?"


def _measure(written: str, unit: Unit, *, before: str = "") -> tuple[Reading, ...] | None:
    value = value_of(written)
    if value is None or not _definite(written, before):
        return None
    ends = _adjacent_digits(written)
    return tuple(_measured(end, written, unit, before) for end in ends or (value,))


def _measured(value: Decimal, written: str, unit: Unit, before: str) -> Reading:
    indefinite = written.lower() in {"一", "one"} and (
        unit.classifier or before in _ARTICLE_LIKE_BEFORE or unit.name == "℃"
    )
    if unit.name == "year" and value % 1 and not value * 12 % 1:
        return Reading("duration", canonical(value * 12), "month", indefinite)
    return Reading(unit.kind, canonical(value * unit.factor), unit.name, indefinite)


def _definite(written: str, before: str) -> bool:
    """Whether a run of Chinese numerals is a number and not 数十, 千万 (by all means) or 百."""
    if written[0] not in CHINESE_NUMERAL_CHARACTERS:
        return True
    return written[0] in _DEFINITE_HEAD and before not in tuple(_VAGUE_BEFORE)


def _adjacent_digits(written: str) -> tuple[Decimal, Decimal] | None:
    """五六天 is five or six days, not 56."""
    if len(written) != 2 or not set(written) <= set("一二三四五六七八九两"):
        return None
    low, high = (value_of(character) for character in written)
    return (low, high) if low is not None and high == low + 1 else None


def _before(match: re.Match[str]) -> str:
    return match.string[match.start() - 1 : match.start()]


def _read_measure(match: re.Match[str]) -> tuple[Reading, ...] | None:
    return _measure(match["n"], unit_of(match["u"]), before=_before(match))


def _read_range_start(match: re.Match[str]) -> tuple[Reading, ...] | None:
    """3-5天: the low end has the unit of the high one; 5-10万元: also its scale, if it is smaller."""
    low, high = value_of(match["n"]), value_of(match["high"])
    if low is None or high is None or not _definite(match["n"], _before(match)):
        return None
    scale = _scale_of(match["high"])
    bare = not any(c in "十百千万亿" for c in match["n"])
    if scale > 1 and bare and low < high / scale:
        low *= scale
    return (_measured(low, match["n"], unit_of(match["u"]), ""),)


def _scale_of(written: str) -> Decimal:
    if written[0] in CHINESE_NUMERAL_CHARACTERS:
        scaled = re.search(r"[万亿]+$", written)
    else:
        scaled = re.search(r"[十百千万亿]+$", written)
    return Decimal(1) if scaled is None else value_of(f"1{scaled[0]}") or Decimal(1)


def _read_prefixed_money(match: re.Match[str]) -> tuple[Reading, ...] | None:
    value = value_of(match["n"].replace(" ", "") if match["n"][0].isdigit() else match["n"])
    currency = CURRENCY_PREFIXES[match["c"].upper()]
    return None if value is None else (Reading("money", canonical(value), currency),)


def _read_spaced_money(match: re.Match[str]) -> tuple[Reading, ...] | None:
    return _measure(match["n"].replace(" ", ""), unit_of(match["u"]))


def _read_share(match: re.Match[str]) -> tuple[Reading, ...] | None:
    """百分之五, 千分之五, 万分之五 are percentages; 三分之一 and 1/3 are ratios."""
    part = value_of(match["part"])
    hundreds = _PERCENT_OF.get(match["whole"])
    if part is not None and hundreds is not None:
        return (Reading("percent", canonical(part * hundreds), "%"),)
    whole = value_of(match["whole"])
    if whole is None or part is None or whole == 0:
        return None
    return (Reading("ratio", f"{canonical(part)}/{canonical(whole)}"),)


def _read_ratio(match: re.Match[str]) -> tuple[Reading, ...] | None:
    values = [value_of(part) for part in re.split(r"\s*[:比]\s*", match[0])]
    known = [canonical(value) for value in values if value is not None]
    return (Reading("ratio", ":".join(known)),) if len(known) == len(values) else None


def _read_half(match: re.Match[str]) -> tuple[Reading, ...]:
    unit = unit_of(match["u"])
    if unit.name == "year":
        return (Reading("duration", "6", "month"),)
    return (Reading("duration", canonical(unit.factor / 2), unit.name),)


def _read_and_a_half(match: re.Match[str]) -> tuple[Reading, ...] | None:
    value = value_of(match["n"])
    return None if value is None else _measure(canonical(value) + ".5", unit_of(match["u"]))


def _read_below_zero(match: re.Match[str]) -> tuple[Reading, ...] | None:
    value = value_of(match["n"])
    return None if value is None else (Reading("quantity", canonical(-value), "℃"),)


def _read_half_month(match: re.Match[str]) -> tuple[Reading, ...] | None:
    value = value_of(match["n"])
    return None if value is None else (Reading("duration", canonical(value) + ".5", "month"),)


def _read_articles(match: re.Match[str]) -> tuple[Reading, ...] | None:
    """第三十三条, 第一百二十条之一, 第三至五条 (both ends)."""
    numbers = [value_of(written) for written in re.findall(rf"{ZH}+|\d+", match["all"])]
    if any(number is None for number in numbers):
        return None
    values = [canonical(number) for number in numbers if number is not None]
    suffix = value_of(match["suffix"]) if match["suffix"] else None
    if suffix is not None:
        values[-1] += f"-{canonical(suffix)}"
    return tuple(Reading("article", value) for value in values)


def _read_ordinal(match: re.Match[str]) -> tuple[Reading, ...] | None:
    """第二款, 第(三)项, 第135号, 第三章; 第一 by itself is a word of order, not a figure."""
    value = value_of(match["n"])
    if value is None:
        return None
    unit = match["u"] or ""
    if unit == "款":
        return (Reading("paragraph", canonical(value)),)
    if unit == "项":
        return (Reading("item", canonical(value)),)
    if match["n"][0].isdigit() or unit in set("章节编页期届号版卷") | {"季度"}:
        return (Reading("ordinal", canonical(value), unit),)
    return ()


def _read_item_marker(match: re.Match[str]) -> tuple[Reading, ...] | None:
    value = value_of(match["n"])
    return None if value is None else (Reading("item", canonical(value)),)


def _read_identifier(match: re.Match[str]) -> tuple[Reading, ...]:
    """Upper case; separators count only between digits: QH-200 is QH200, M8-30 is not M830."""
    return (
        Reading(
            "identifier",
            re.sub(r"(?<!\d)[-_]|[-_](?!\d)|\s", "", match[0].upper().replace("×", "X")),
        ),
    )


def _read_bare(match: re.Match[str]) -> tuple[Reading, ...] | None:
    written = match["n"]
    value = value_of(written)
    if value is None:
        return None
    if written[0] in CHINESE_NUMERAL_CHARACTERS and not _is_count(written, match):
        return None
    return (Reading("number", canonical(value), indefinite=written.lower() == "one"),)


def _is_count(written: str, match: re.Match[str]) -> bool:
    """Without a unit, Chinese numerals are a count only when they cannot be part of a word."""
    following = match.string[match.end() : match.end() + 1]
    if len(written) < 2 or following == "几" or not _definite(written, _before(match)):
        return False
    if any(character in "十百千万亿拾佰仟萬億" for character in written):
        return True
    return len(written) >= 4 or any(character in "零〇" for character in written)


def _date(match: re.Match[str]) -> tuple[Reading, ...]:
    return (Reading("date", dates.read_date(match)),)


def _one(kind: FigureKind, read: Callable[[re.Match[str]], str]) -> Reader:
    return lambda match: (Reading(kind, read(match)),)


def _rule(pattern: str, read: Reader) -> tuple[re.Pattern[str], Reader]:
    return re.compile(pattern), read


_NUM = rf"(?P<n>{NUMBER})"
_UNIT = rf"(?P<u>{UNIT_PATTERN})"
_CURRENCY = "|".join(re.escape(sign) for sign in sorted(CURRENCY_PREFIXES, key=len, reverse=True))
_COUNT = rf"(?P<n>{ZH}+|\d+)"
_SPACED = r"\d{1,3}(?: \d{3})+(?:\.\d+)?(?!\d)"
_HALF_UNITS = "年|天|日|个月|个小时|小时|个钟头|周"
_STANDARDS = "ISO|IEC|EN|DIN|ASTM|[A-Z]{2,3}/T|GB|YY|JB|HG"
_EN_FRACTIONS = {
    "half": "1/2",
    "third": "1/3",
    "thirds": "2/3",
    "quarter": "1/4",
    "quarters": "3/4",
}

_ENDLESS = (
    # No number has so many digits: exact arithmetic ends before, and to try every beginning of such a
    # run for every pattern takes seconds.
    _rule(rf"\d{{29,}}|{ZH}{{61,}}", _read_identifier),
)
_CALENDAR = (
    (dates.ENGLISH_DATE, _date),
    (dates.ENGLISH_DAY_FIRST, _date),
    (dates.ENGLISH_MONTH, _date),
    (dates.YEAR_RANGE, _date),
    (dates.CHINESE_DATE, _date),
    (dates.ISO_DATE, _date),
    (dates.ISO_MONTH, _date),
)
_REFERENCES = (
    _rule(
        rf"第\s*(?P<all>(?:{ZH}+|\d+)(?:\s*条?\s*[至到\-~、和及与]\s*第?\s*(?:{ZH}+|\d+))*)\s*条(?![约件例款])"
        rf"(?:\s*之\s*(?P<suffix>{ZH}+|\d+))?",
        _read_articles,
    ),
    _rule(
        r"(?i:\b(?:article|art\.|section|clause)\s*|§\s*)(?P<v>\d+(?:\.\d+)*)",
        _one("article", lambda match: match["v"]),
    ),
    _rule(rf"第\s*\(?\s*{_COUNT}\s*\)?\s*(?P<u>季度|[款项章节编页期届号版卷])?", _read_ordinal),
    _rule(rf"\(\s*(?P<n>{ZH}{{1,3}}|\d{{1,2}})\s*\)", _read_item_marker),
)
_DAYS_AND_HOURS = (
    (dates.MONTH_DAY, _date),
    (dates.CHINESE_WEEKDAY, _one("date", dates.read_weekday)),
    (dates.ENGLISH_WEEKDAY, _one("date", dates.read_weekday)),
    (dates.CLOCK, _one("time", dates.read_time)),
    (dates.CHINESE_CLOCK, _one("time", dates.read_time)),
    (dates.ENGLISH_CLOCK, _one("time", dates.read_time)),
)
_SHARES = (
    _rule(rf"(?P<whole>{ZH}+|\d+)\s*分之\s*(?P<part>{ZH}+(?:点{ZH}+)?|{ARABIC})", _read_share),
    _rule(r"(?<![\d./\-A-Za-z])(?P<part>\d+)/(?P<whole>\d+)(?![\d./\-A-Za-z])", _read_share),
    _rule(r"(?<![\d:.])\d+(?:\.\d+)?(?:\s*:\s*\d+(?:\.\d+)?)+(?![\d:])", _read_ratio),
    _rule(
        r"(?:\d+|[一二三四五六七八九十]+)比(?:\d+|[一二三四五六七八九十]+)(?![年月日])", _read_ratio
    ),
    _rule(
        r"(?i:\b(?:one|two|three|a)[\s-]+(?P<part>half|thirds?|quarters?)\b)",
        _one("ratio", lambda match: _EN_FRACTIONS[match["part"].lower()]),
    ),
    _rule(r"一半|半数", _one("ratio", lambda _: "1/2")),
)
_HALVES = (
    _rule(rf"{_COUNT}(?P<u>年)半", _read_and_a_half),
    _rule(rf"{_COUNT}个半月", _read_half_month),
    _rule(rf"{_COUNT}个半(?P<u>小时|钟头)", _read_and_a_half),
    _rule(rf"半(?P<u>{_HALF_UNITS})", _read_half),
    _rule(r"(?i:\bhalf\s+an?\s+)(?P<u>hour|day|year|month|week)\b", _read_half),
)
_MONEY = (
    _rule(
        rf"(?P<c>(?i:{_CURRENCY}))\s*(?P<n>{_SPACED}|{NUMBER})\s*(?:元|圆)?", _read_prefixed_money
    ),
    _rule(rf"(?<![\d.,])(?P<n>{_SPACED})\s*(?P<u>元|美元|港元|欧元|日元)", _read_spaced_money),
)
_CODES = (
    _rule(
        rf"(?<![A-Za-z])(?:{_STANDARDS})\s?\d+(?:\.\d+)*(?:-\d+)*(?![A-Za-z0-9])", _read_identifier
    ),
    _rule(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d])", _read_identifier),
    _rule(
        r"(?<![\d.\-])(?:\d+(?:-\d+){2,}|\d{3,4}-\d{7,8})(?![\d\-])",
        _read_identifier,
    ),
    _rule(r"(?i:\bno\.)(?=\s*\d)", lambda _: ()),
    _rule(
        r"(?<![A-Za-z0-9])(?=[A-Za-z\-_./#]*[A-Za-z][\-_./#]?\d)[A-Za-z]+(?:[-_./#×]?[A-Za-z0-9]+)*",
        _read_identifier,
    ),
)
_MEASURES = (
    # In a table row the unit stands in the header: "价格(元): 12.50".
    _rule(rf"\(\s*{_UNIT}\s*\)\s*[:=]\s*{_NUM}", _read_measure),
    _rule(rf"零下\s*{_NUM}\s*(?:摄氏度|度|℃)", _read_below_zero),
    _rule(rf"{_NUM}(?={_RANGE}(?P<high>{NUMBER}){_MORE}{_UNIT})", _read_range_start),
    _rule(rf"{_NUM}{_MORE}{_UNIT}", _read_measure),
)
_REST = (
    _rule(
        r"(?<![A-Za-z0-9.])(?=\d+[-_/#]?[A-Za-z]|0\d)[A-Za-z0-9]+(?:[-_/#][A-Za-z0-9]+)*",
        _read_identifier,
    ),
    _rule(_NUM, _read_bare),
    _rule(r"(?P<n>\d+)", _read_bare),
)

RULES: tuple[tuple[re.Pattern[str], Reader], ...] = (
    *_ENDLESS, *_CALENDAR, *_REFERENCES, *_DAYS_AND_HOURS, *_SHARES, *_HALVES, *_MONEY,
    *_CODES, *_MEASURES, *_REST,
)  # fmt: skip
"""Order matters: longer and more special readings come first."""
