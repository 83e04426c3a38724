"""Questions of several parts, split so that each part finds its own evidence.

"年假和病假分别有几天？" asks "年假有几天？" and "病假有几天？"; "年假有几天？试用期多久？" asks both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import TypeVar

_ENDS = re.compile(r"(?<=[？?])\s*(?=\S)|[；;]\s*")
_SEVERALLY_ZH = re.compile(
    r"^(?P<head>[^，,。]{0,30}?的)?(?P<items>[^，,。？?的]{2,40}?)(?:分别|各自?|各)(?P<rest>.{2,60})$"
)
_ITEM_SEPARATOR_ZH = re.compile(r"[、和与及跟]|以及")
_SEVERALLY_EN = re.compile(
    r"^(?P<head>(?:what|how|when|where|which|who)\b[^?]{0,60}\b(?:for|of|is|are|do|does))\s+"
    r"(?P<items>[^?]{3,80}?)(?:,?\s+respectively)?\?*$",
    re.IGNORECASE,
)
_ITEM_SEPARATOR_EN = re.compile(r"\s*,?\s+and\s+|\s*,\s*", re.IGNORECASE)
_POINTING = re.compile(r"^(?:它|其|该|这|那|此|it|its|they|their|this|that)", re.IGNORECASE)
_SHORTEST_PART = 4
_MOST_PARTS = 4
_Item = TypeVar("_Item")


def parts_of(question: str) -> tuple[str, ...]:
    """The parts, each a question by itself; only `question` when it has one part."""
    stated = [part.strip() for part in _ENDS.split(question.strip()) if part and part.strip()]
    parts = [item for part in stated for item in (_severally(part) or [part])]
    whole = len(parts) > 1 and all(
        len(part) >= _SHORTEST_PART and not _POINTING.match(part) for part in parts
    )
    return tuple(parts) if whole and len(parts) <= _MOST_PARTS else (question,)


def interleaved(lists: Sequence[Sequence[_Item]]) -> list[_Item]:
    """The first of each list, then the second of each, and so on."""
    missing = object()
    rounds = zip_longest(*lists, fillvalue=missing)
    return [item for each in rounds for item in each if item is not missing]  # type: ignore[misc]


def _severally(part: str) -> list[str]:
    match = _SEVERALLY_ZH.match(part)
    if match:
        items = [item.strip() for item in _ITEM_SEPARATOR_ZH.split(match["items"]) if item.strip()]
        head = match["head"] or ""
        return [f"{head}{item}{match['rest']}" for item in items] if len(items) > 1 else []
    match = _SEVERALLY_EN.match(part) if "respectively" in part.lower() else None
    if match:
        items = [item.strip() for item in _ITEM_SEPARATOR_EN.split(match["items"]) if item.strip()]
        return [f"{match['head']} {item}?" for item in items] if len(items) > 1 else []
    return []
