"""Laws count more than the rules under them, which repeat their words and seldom answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from teaegg.core.answers import Evidence
from teaegg.core.terms import fold

_LAW_COUNTS = 1.1
"""Times a rule of the same score; chosen on half 0 of the statute questions."""
_IN_BRACKETS = re.compile(r"[(][^()]*[)]|[《》]")
# 办法, 方法, 做法 and 手法 end like a law and are none; of 民法典 总则 the first word counts.
_IS_LAW = re.compile(r"(?<![办方做手])法$|法典$")


def laws_weighed(ranked: Sequence[Evidence]) -> list[Evidence]:
    """The same evidence, best first, laws counting more; the best score stays what it was."""
    weighed = [item.score * (_LAW_COUNTS if is_law(item.passage.title) else 1.0) for item in ranked]
    highest = max((item.score for item in ranked), default=0.0)
    scale = highest / max(max(weighed, default=0.0), 1e-9)
    scored = [
        replace(item, score=score * scale) for item, score in zip(ranked, weighed, strict=True)
    ]
    return sorted(scored, key=lambda item: (-item.score, item.passage.id))


def is_law(title: str) -> bool:
    """Whether `title` is a law's (劳动法, 民法典 总则) and not that of a rule under one."""
    words = _IN_BRACKETS.sub("", fold(title)).split()
    return bool(words) and _IS_LAW.search(words[0]) is not None
