"""Documents that a question names: by title, by its core, shortened, or with a slip of the pen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from teaegg.core.spelling.edits import within_edits
from teaegg.core.terms import fold
from teaegg.store.documents import DocumentName

_DECORATION = re.compile(r"中华人民共和国|[《》〈〉]|[(][^()]*[)]|\s+")
_MINIMUM_TITLE_CHARACTERS = 2
MINIMUM_TO_GUESS = 5
# 民诉法, 消保法: a short word that ends like a law and stands where a title would.
_ABBREVIATED = re.compile(r"(?P<short>[㐀-鿿]{1,6}?(?:法|条例|办法|规定|制度|手册|章程))")
_ABBREVIATED_TITLE_CHARACTERS = 12
_SHORTEST_ABBREVIATION = 3


class _Title(NamedTuple):
    short: str
    name: DocumentName


def named_documents(question: str, names: Sequence[DocumentName]) -> tuple[str, ...]:
    """Ids of the documents that `question` names, the latest version (by source) first.

    Of nested titles only the longest counts. A title with one wrong, missing or swapped character
    and an abbreviation (民诉法 for 民事诉讼法) count only when no title stands there as it is, and
    only when they can mean one title alone.
    """
    asked = compared(question)
    titles = [_Title(short, name) for name in names for short in short_titles(name.title)]
    found = _longest([title for title in titles if title.short in asked])
    if not found:
        found = _abbreviated(asked, titles) or _misspelled(asked, titles)
    ordered = sorted(found, key=lambda title: title.name.source, reverse=True)
    return tuple(dict.fromkeys(title.name.document for title in ordered))


def compared(text: str) -> str:
    """`text` as titles are looked for in it: without decoration and blanks, in lower case."""
    return _DECORATION.sub("", fold(text)).lower()


@lru_cache(maxsize=65536)
def short_titles(title: str) -> tuple[str, ...]:
    """The title without decoration, then its first part: 民法典 for 中华人民共和国民法典 总则."""
    plain = fold(title)
    whole = _DECORATION.sub("", plain).lower()
    first = _DECORATION.sub("", re.split(r"[\s·—]+", plain.strip())[0]).lower()
    both = dict.fromkeys((whole, first))
    return tuple(short for short in both if len(short) > _MINIMUM_TITLE_CHARACTERS)


def _longest(found: Iterable[_Title]) -> list[_Title]:
    """劳动法 stands inside 劳动合同法 only by its letters, 合同法 by its words: the longest wins."""
    held = list(found)
    shorts = {title.short for title in held}
    return [
        title
        for title in held
        if not any(title.short != other and title.short in other for other in shorts)
    ]


def _abbreviated(asked: str, titles: Sequence[_Title]) -> list[_Title]:
    for short in abbreviations_in(asked):
        meant = [title for title in titles if abbreviates(short, title.short)]
        if meant and len({title.short for title in meant}) == 1:
            return meant
    return []


def abbreviations_in(asked: str) -> Iterator[str]:
    """What in `asked` may stand for a longer title, in order, the longest of each place first."""
    for match in _ABBREVIATED.finditer(asked):
        for start in range(match.start(), match.end() - _SHORTEST_ABBREVIATION + 1):
            yield asked[start : match.end()]


def abbreviates(short: str, title: str) -> bool:
    """Same first character, same last two or one, and every character in order."""
    if len(short) >= len(title) or len(title) > _ABBREVIATED_TITLE_CHARACTERS:
        return False
    if short[0] != title[0] or short[-1] != title[-1]:
        return False
    rest = iter(title)
    return all(character in rest for character in short)


def _misspelled(asked: str, titles: Sequence[_Title]) -> list[_Title]:
    meant = [
        title
        for title in titles
        if len(title.short) >= MINIMUM_TO_GUESS and _stands_nearly(title.short, asked)
    ]
    longest = max((len(title.short) for title in meant), default=0)
    meant = [title for title in meant if len(title.short) == longest]
    return meant if len({title.short for title in meant}) == 1 else []


def _stands_nearly(title: str, asked: str) -> bool:
    # One slip leaves the first or the second half of the title as it is.
    middle = len(title) // 2
    if title[:middle] not in asked and title[middle:] not in asked:
        return False
    return any(
        within_edits(title, asked[start : start + length], 1)
        for length in (len(title) - 1, len(title), len(title) + 1)
        for start in range(len(asked) - length + 1)
    )
