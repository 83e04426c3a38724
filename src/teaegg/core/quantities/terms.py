"""Index terms of dates and numbers, so that every way of writing one finds every other.

六万元, 6万元 and 60,000元 all give the term 60000; 二〇二四年三月一日 and 2024/3/1 give 20240301. Plain
digits are terms as they stand; only what is written in another way gets a term added here.
"""

from __future__ import annotations

import re
from decimal import Decimal

from teaegg.core.dates import dates_in
from teaegg.core.quantities.numerals import CHINESE_NUMERAL_CHARACTERS, parse_number

_NUMBER = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?[十百千万亿]*"
    r"|\d+(?:\.\d+)?[十百千万亿]+"
    rf"|[{CHINESE_NUMERAL_CHARACTERS}]+(?:点[{CHINESE_NUMERAL_CHARACTERS}]+)?"
)
# 三 in 三亚 or 再三 counts nothing; before one of these it does. 一 counts only before a measure of
# time, money or size: 一个 and 一次 are articles.
_MEASURE = re.compile(
    r"个?(?:月|工作日|小时|星期|季度)|[年日天周岁倍元米吨克升级成折]|公里|公斤|分钟|周年|%|‰"
)
_COUNTED = re.compile(r"[个名人次项条件份种台套家户页级层批期款类]")
_ORDINAL_UNITS = "条款项章节编目"


def figure_terms(text: str) -> list[str]:
    """Terms for what half-width, simplified `text` says in dates and in numbers not in plain digits."""
    terms = [f"{mention.day:%Y%m%d}" for mention in dates_in(text)]
    for match in _NUMBER.finditer(text):
        if _counts(text, match.start(), match.end()):
            value = parse_number(match[0])
            if value is not None:
                terms.append(_term(value))
    return terms


def _counts(text: str, start: int, end: int) -> bool:
    written = text[start:end]
    if text[start - 1 : start] == "第" and text[end : end + 1] in _ORDINAL_UNITS:
        return False  # 第三十三条 has a term of its own
    if len(written) > 1:
        return True
    if _MEASURE.match(text, end):
        return True
    return written != "一" and _COUNTED.match(text, end) is not None


def _term(value: Decimal) -> str:
    """As the tokeniser writes the same number in plain digits: without the decimal point."""
    plain = f"{value:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace(".", "")
