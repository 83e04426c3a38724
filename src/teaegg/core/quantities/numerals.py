"""Numbers as people write them in Chinese and English, read as exact decimals.

六万 = 60,000 = 6万 = ６００００; 三十三 = 33; 一百零五 = 105; 二〇二三 = 2023; 1.5亿 = 150000000.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

_DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    "两": 2,
    "兩": 2,
    "貳": 2,
    "參": 3,
    "陸": 6,
}
_SMALL_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE_UNITS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}

CHINESE_NUMERAL_CHARACTERS = "".join({**_DIGITS, **_SMALL_UNITS, **_LARGE_UNITS})
"""Every character that can stand in a number written in Chinese characters."""

_ARABIC = re.compile(r"[+-]?\d+(?:,\d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d+)?")
ARTICLE_REFERENCE = re.compile(
    rf"第\s*([{CHINESE_NUMERAL_CHARACTERS}]+|\d+)\s*条(?:\s*之\s*([{CHINESE_NUMERAL_CHARACTERS}]+|\d+))?"
)
"""第三十三条, 第33条, 第一百二十条之一."""


def to_half_width(text: str) -> str:
    """NFKC: full-width letters, digits and signs become the ordinary ones; the length may change."""
    return unicodedata.normalize("NFKC", text)


def parse_number(text: str) -> Decimal | None:
    """The value of `text` when all of it is one number, else None. Never raises."""
    text = to_half_width(text).strip().replace(" ", "")
    if not text:
        return None
    large = _parse_mixed(text)
    return large if large is not None else _parse_chinese(text)


def canonical_article(reference: str) -> str | None:
    """ "第三十三条" and "第 33 条" are both "33"; "第一百二十条之一" is "120-1"; else None."""
    match = ARTICLE_REFERENCE.search(to_half_width(reference))
    if match is None:
        return None
    number = parse_number(match[1])
    if number is None:
        return None
    suffix = parse_number(match[2]) if match[2] else None
    return f"{number:f}" if suffix is None else f"{number:f}-{suffix:f}"


def _parse_mixed(text: str) -> Decimal | None:
    """Arabic digits, optionally followed by Chinese units: 6万, 1.5亿, 3千万, 60,000."""
    match = _ARABIC.match(text)
    if match is None:
        return None
    try:
        value = Decimal(match[0].replace(",", ""))
    except InvalidOperation:
        return None
    for character in text[match.end() :]:
        unit = _SMALL_UNITS.get(character) or _LARGE_UNITS.get(character)
        if unit is None:
            return None
        value *= unit
    return value


def _parse_chinese(text: str) -> Decimal | None:
    """Positional (三十三, 六万零五百) or digit by digit (二〇二三), with 点 for the decimal point."""
    whole, _, fraction = text.partition("点")
    if not whole or any(c not in CHINESE_NUMERAL_CHARACTERS for c in whole):
        return None
    if whole in _LARGE_UNITS:
        return None  # 万 alone counts nothing
    if all(c in _DIGITS for c in whole):
        value = Decimal("".join(str(_DIGITS[c]) for c in whole))
    else:
        value = Decimal(_positional(whole))
    if not fraction:
        return value
    if any(c not in _DIGITS for c in fraction):
        return None
    return value + Decimal("0." + "".join(str(_DIGITS[c]) for c in fraction))


def _positional(text: str) -> int:
    """Sections of up to 千, each closed by 万 or 亿; 十 at the head means one ten."""
    total = section = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _SMALL_UNITS:
            section += (digit or 1) * _SMALL_UNITS[character]
            digit = 0
        else:
            # 亿 closes everything before it (十二万亿), 万 only its own section.
            unit = _LARGE_UNITS[character]
            section += digit
            total = (total + section) * unit if unit > 10**4 else total + section * unit
            section = digit = 0
    return total + section + digit
