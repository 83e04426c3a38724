"""Upper and lower bounds at figures: 不超过600元 is the opposite of 超过600元, with the same figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from teaegg.guard.figures import Figure, figures

Bound = Literal["upper", "lower"]
Key = tuple[str, str, str]

UPPER_BEFORE = (
    "不[得能应可]?(?:超过|多于|高于|大于|长于)|至多|最多|最高|最长|上限|不满|未满|不足"
    "|(?<!不)(?<!不[得能应可])[少低小短]于"
    "|(?i:\\b(?:at\\s+most|up\\s+to|no\\s+(?:more|later|longer)\\s+than|not\\s+(?:exceed|more\\s+than)|maximum"
    "|within|less\\s+than|under|below)\\b)"
)
UPPER_AFTER = "以下|以内|之内|(?i:\\bor\\s+(?:less|fewer)\\b|\\bat\\s+most\\b)"
LOWER_BEFORE = (
    "不[得能应可]?(?:少于|低于|小于|短于)|至少|最少|最低|最短|下限"
    "|(?<![不未])(?<!不[得能应可])超过|(?<![不未])满(?=[\\d一二三四五六七八九十]|$)"
    "|(?<!不)(?<!不[得能应可])[高大多长]于"
    "|(?i:\\b(?:at\\s+least|no\\s+less\\s+than|not\\s+less\\s+than|minimum|(?<!not\\s)exceed\\w*"
    "|(?<!no\\s)(?<!not\\s)more\\s+than|over|above)\\b)"
)
LOWER_AFTER = "以上|(?i:\\bor\\s+more\\b|\\bat\\s+least\\b)"

_BEFORE_CHARACTERS = 14
_AFTER_CHARACTERS = 10
_WORD_BOUND = re.compile(r"([㐀-鿿]{2})(以上|以下)")
_CUT = re.compile(r"[，。；！？,;!?、\n]")
_BEFORE: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    ("upper", re.compile(UPPER_BEFORE)),
    ("lower", re.compile(LOWER_BEFORE)),
)
_AFTER: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    ("upper", re.compile(rf"\s*(?:\([^)]*\))?(?:{UPPER_AFTER})")),
    ("lower", re.compile(rf"\s*(?:\([^)]*\))?(?:{LOWER_AFTER})")),
)


def turned_bounds(sentence: str, sources: Iterable[str]) -> tuple[str, ...]:
    """What `sentence` bounds from one side and the sources only from the other.

    Figures (五万元以上), and words before 以上 and 以下 (县级以上).
    """
    stated: dict[Key, set[Bound]] = {}
    for source in sources:
        for key, _, bound in _bounds(source):
            stated.setdefault(key, set()).add(bound)
    return tuple(
        f"turns the bound of {surface} round"
        for key, surface, bound in _bounds(sentence)
        if (known := stated.get(key)) and bound not in known
    )


def _bounds(text: str) -> Iterator[tuple[Key, str, Bound]]:
    for figure, bound in _bounded(text):
        yield (figure.kind, figure.value, figure.unit), figure.surface, bound
    for match in _WORD_BOUND.finditer(text):
        yield ("word", match[1], ""), match[1], "lower" if match[2] == "以上" else "upper"


def _bounded(text: str) -> list[tuple[Figure, Bound]]:
    """Every figure that has a bound, read from the words right before and right behind it."""
    found = figures(text)
    bounded: list[tuple[Figure, Bound]] = []
    for i, figure in enumerate(found):
        last = found[i - 1].end if i else 0
        following = found[i + 1].start if i + 1 < len(found) else len(text)
        before = _CUT.split(text[max(last, figure.start - _BEFORE_CHARACTERS) : figure.start])[-1]
        after = text[figure.end : min(following, figure.end + _AFTER_CHARACTERS)]
        bounds: set[Bound] = {name for name, pattern in _AFTER if pattern.match(after)}
        bounds = bounds or {name for name, pattern in _BEFORE if pattern.search(before)}
        if len(bounds) == 1:
            bounded.append((figure, bounds.pop()))
    return bounded
