"""Numbers inside running text, as patterns and as exact decimals, Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from teaegg.core.quantities.numerals import CHINESE_NUMERAL_CHARACTERS, parse_number

ZH = rf"[{CHINESE_NUMERAL_CHARACTERS}]"
ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"(?:\s?(?:[十百千]?[万亿]{1,2}|千|百)(?!分之|瓦|帕|米|克|牛|伏|赫))?"
_EN_SCALE = r"(?:\s?(?:thousand|million|billion|trillion)\b|[kK](?![A-Za-z0-9]))?"
_EN_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_EN_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"]
_EN_TEENS += ["sixteen", "seventeen", "eighteen", "nineteen"]
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_EN_VALUES = {word: value for value, word in enumerate(_EN_ONES + _EN_TEENS)} | {
    word: 10 * value for value, word in enumerate(_EN_TENS, start=2)
}
_EN_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "k": 10**3}
_EN_WORD = "|".join(sorted(_EN_VALUES, key=len, reverse=True))
ENGLISH = (
    rf"(?i:\b(?:(?:a\s+)?(?:hundred|thousand|million)|{_EN_WORD})\b"
    rf"(?:(?:(?<=hundred)\s+and|(?<=thousand)\s+and|(?<=million)\s+and)?[\s-]+"
    rf"(?:{_EN_WORD}|hundred|thousand|million|billion)\b)*)"
)
# 三千克 is three kilograms: the numeral gives 千 back to the unit.
_ZH_NUMBER = rf"{ZH}+(?<![千百](?=[瓦帕米克牛伏赫]))(?:点{ZH}+)?"
_MINUS = (
    r"(?:(?<![A-Za-z0-9_.)\-%‰℃\x00年月日号天周时分秒元圆角零〇一二三四五六七八九十百千万亿两"
    r"米克升吨斤瓦伏安度个人名位次件台条款项章节级岁倍成折])|(?<=[温湿]度))-"
)
"""A dash is a sign unless a number or a unit stands before it: 3天-5天 is a range, 温度-10℃ is cold."""
NUMBER = rf"(?:(?:{_MINUS})?(?:{ARABIC})(?:{_SCALE}{_EN_SCALE})|{_ZH_NUMBER}|{ENGLISH})"
"""Any written number: 60,000 · 6万 · -5 · 六万 · 三点五 · twenty-five · 1.5 million."""

_TRANSLATED = {
    "　": " ",
    "￥": "¥",
    "–": "-",
    "—": "-",
    "−": "-",
    "‐": "-",
    "‑": "-",
    "〜": "~",
    "\u00a0": " ",
}


def plain(text: str) -> str:
    """Half width, ASCII digits and one kind of dash; every character keeps its position."""
    return "".join(_plain_character(character) for character in text)


def value_of(surface: str) -> Decimal | None:
    """The exact value of a match of `NUMBER`; None when the characters make no number (千万不)."""
    written = surface.strip()
    if re.search(r"[A-Za-z]", written):
        return _english_value(written)
    value = parse_number(written.lstrip("-"))
    return -value if value is not None and written.startswith("-") else value


def canonical(value: Decimal) -> str:
    """One way of writing a value: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if character in _TRANSLATED:
        return _TRANSLATED[character]
    if "！" <= character <= "～":
        return chr(ord(character) - 0xFEE0)
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _english_value(written: str) -> Decimal | None:
    total, section = Decimal(0), Decimal(0)
    for word in re.findall(r"\d[\d,.]*|[a-z]+", written.lower()):
        if word[0].isdigit():
            section = Decimal(word.replace(",", "").rstrip("."))
        elif word == "hundred":
            section = (section or Decimal(1)) * 100
        elif word in _EN_SCALES:
            total += (section or Decimal(1)) * _EN_SCALES[word]
            section = Decimal(0)
        elif word in _EN_VALUES:
            section += _EN_VALUES[word]
        elif word not in {"a", "and"}:
            return None
    return total + section
