"""Articles and clauses that a question points at: 第三十三条第二款第(三)项, Art. 33(2), 33条, §33."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from teaegg.core.quantities.numerals import (
    CHINESE_NUMERAL_CHARACTERS,
    canonical_article,
    parse_number,
)
from teaegg.core.terms import fold

_DIGITS = "零一二三四五六七八九"
_NUMERAL = rf"(?:\d+|[{CHINESE_NUMERAL_CHARACTERS}]+)"
_CHINESE = re.compile(
    rf"(?P<article>第\s*{_NUMERAL}\s*条(?:\s*之\s*{_NUMERAL})?)"
    rf"(?:\s*第\s*(?P<paragraph>{_NUMERAL})\s*款)?"
    rf"(?:\s*第\s*\(?\s*(?P<item>{_NUMERAL})\s*\)?\s*项)?"
)
_BARE = re.compile(r"(?<![\d.第])(?P<number>\d{1,4})\s*条(?![件例款约文形])")
_LATIN = re.compile(
    r"(?:\b(?:articles?|arts?\.?|sections?|sec\.|clauses?)\s*|§\s*)(?P<number>\d{1,4})(?![\d.])"
    r"(?:\s*\((?P<paragraph>\d{1,2})\))?(?:\s*\((?P<item>\d{1,2})\))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ArticleReference:
    """A canonical article number ("33", "120-1") and the paragraph 款 and item 项 in it, if named."""

    article: str
    paragraph: int | None = None
    item: int | None = None


def references_in(question: str) -> tuple[ArticleReference, ...]:
    """Every article that `question` points at, in order."""
    text = fold(question)
    found: list[tuple[int, ArticleReference]] = []
    for match in _CHINESE.finditer(text):
        article = canonical_article(match["article"])
        if article is not None:
            place = ArticleReference(article, _count(match["paragraph"]), _count(match["item"]))
            found.append((match.start(), place))
    for match in _LATIN.finditer(text):
        place = ArticleReference(match["number"], _count(match["paragraph"]), _count(match["item"]))
        found.append((match.start(), place))
    found.extend((m.start(), ArticleReference(m["number"])) for m in _BARE.finditer(text))
    return tuple(
        dict.fromkeys(reference for _, reference in sorted(found, key=lambda pair: pair[0]))
    )


def holds_clause(references: Iterable[ArticleReference], text: str) -> bool:
    """Whether `text`, a piece of a long article, holds an item 项 that one of `references` names."""
    folded = fold(text)
    items = {reference.item for reference in references if reference.item is not None}
    return any(f"({_in_chinese(item)})" in folded or f"({item})" in folded for item in items)


def _in_chinese(number: int) -> str:
    """1 to 99 as items are numbered: 三, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    before = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens % 10]}十"
    return f"{before}{_DIGITS[ones] if ones else ''}"


def _count(written: str | None) -> int | None:
    value = parse_number(written) if written else None
    return int(value) if value is not None else None
