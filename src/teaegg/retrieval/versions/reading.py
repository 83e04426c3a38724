"""What a document says of its own version: the family it belongs to, its edition, its force."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple

from teaegg.core.dates import dates_in
from teaegg.core.terms import fold
from teaegg.store.documents import DocumentName

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_NUMBER = re.compile(
    r"(?<![a-z])(?:v(?:er(?:sion)?)?\.?\s*|第)(\d+(?:\.\d+)*)(?=\s*版|[^\d条]|$)", re.IGNORECASE
)
_OPEN, _CLOSE = r"[(\[【]?\s*", r"\s*[)\]】]?"
_DATED = r"(?:19|20)\d{2}[-年./]?(?:\d{1,2}[-月./]?(?:\d{1,2}日?)?)?\s*年?(?:版|修正|修订|修改)?(?:版|本|稿)?"
_NUMBERED = r"(?<![a-z])v(?:er(?:sion)?)?\.?\s*\d+(?:\.\d+)*|第?\d+版"
_NAMED = r"修订版|修订稿|修正版|新版|旧版|最新版|现行版|修订|revised|updated|old|new"
_MARKS = re.compile(
    rf"{_OPEN}(?:{_DATED}|{_NUMBERED}|{_NAMED}){_CLOSE}|中华人民共和国|[《》_\s-]+", re.IGNORECASE
)
_SHORTEST_FAMILY = 3
_EDITION_WORD = re.compile(
    r"修订|修正|[新旧老]版|\d{4}\s*年?版|\brev(?:ised|ision)?\b|\bedition\b", re.IGNORECASE
)
_IN_FORCE = re.compile(
    r"(?:自|从|于)(?P<day>[^,。;，；]{6,16}?)(?:起|开始)?(?:施行|实施|生效|执行|试行)"
)
_IN_FORCE_EN = re.compile(
    r"(?:in force|effective|applies|takes effect|valid)\s+(?:from|as of|on|since)?\s*(?P<day>[\w ,/-]{8,20})",
    re.IGNORECASE,
)
_REPEALED = re.compile(
    r"(?:已废止|已失效|现已废止|已作废|作废|\bsuperseded\b|\bwithdrawn\b|\bobsolete\b)",
    re.IGNORECASE,
)
_HEAD_CHARACTERS = 300
_REPEALS = re.compile(
    r"(?P<titles>(?:《[^《》]+》[^。;；]{0,60})+?)[^。;；]{0,12}(?:同时)?(?:予以)?废止"
)
_TITLE = re.compile(r"《([^《》]+)》")


class Edition(NamedTuple):
    """How a version is told from its sisters; both parts may be unknown."""

    day: date | None
    number: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a text says of force: from when its document applies, and whether it is void."""

    in_force_from: date | None = None
    is_repealed: bool = False


@lru_cache(maxsize=65536)
def family_of(title: str) -> str:
    """The title without what tells versions apart; "" when nothing is left to compare."""
    plain = _MARKS.sub("", fold(title)).lower()
    return plain if len(plain) >= _SHORTEST_FAMILY else ""


@lru_cache(maxsize=16384)
def edition_of(name: DocumentName) -> Edition:
    """From the title, then from the file's name."""
    for text in (fold(name.title), fold(PurePath(name.source).stem)):
        days = [mention.day for mention in dates_in(text)]
        years = [date(int(year), 1, 1) for year in _YEAR.findall(text)]
        numbers = [tuple(map(int, number.split("."))) for number in _NUMBER.findall(text)]
        if days or years or numbers:
            return Edition(max(days or years, default=None), max(numbers, default=()))
    return Edition(None, ())


def is_marked(name: DocumentName) -> bool:
    """Whether title or file name say that this is one edition of several: v2, 修订版, 2024版."""
    texts = (fold(name.title), fold(PurePath(name.source).stem))
    return any(_NUMBER.search(text) or _EDITION_WORD.search(text) for text in texts)


def statement_of(texts: Iterable[str]) -> Statement:
    """All that passages of one document say, in reading order."""
    in_force: date | None = None
    repealed = False
    for position, text in enumerate(texts):
        folded = fold(text)
        in_force = _day_in_force(folded) or in_force
        if position == 0:
            repealed = bool(_REPEALED.search(folded[:_HEAD_CHARACTERS]))
    return Statement(in_force, repealed)


def repealed_families(text: str) -> frozenset[str]:
    """The families that a sentence like 《…》同时废止 puts out of force."""
    titles = (
        title for match in _REPEALS.finditer(text) for title in _TITLE.findall(match["titles"])
    )
    return frozenset(family for title in titles if (family := family_of(title)))


def _day_in_force(text: str) -> date | None:
    for pattern in (_IN_FORCE, _IN_FORCE_EN):
        days = [m.day for match in pattern.finditer(text) for m in dates_in(match["day"])]
        if days:
            return days[-1]
    return None
