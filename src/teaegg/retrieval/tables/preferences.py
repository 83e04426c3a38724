"""Adjectives of size in a question: among rows that fit alike, the long screw before the short one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from teaegg.core.quantities.cells import Fact
from teaegg.retrieval.understanding.synonyms import Synonyms


class Preference(NamedTuple):
    """Rows with a larger (or smaller) `attribute` come first."""

    attribute: str
    larger: bool


# Before a noun or the word that joins one to it; 长度 and 加工 are no adjectives.
_ADJECTIVE = re.compile(
    r"(?:加|较|很|最|偏|更|特)?(长|短|粗|细|厚|薄|宽|窄|重|轻|贵|便宜)(?:一?点|一?些)?(?:的|款)?(?![度期沙一二三四五六七八九十\d])"
    r"|\b(long|short|thick|thin|wide|narrow|heavy|light|expensive|cheap)(?:er|est)?\b",
    re.IGNORECASE,
)
_MEANING = {
    "长": ("长度", True), "短": ("长度", False), "粗": ("直径", True), "细": ("直径", False),
    "厚": ("厚度", True), "薄": ("厚度", False), "宽": ("宽度", True), "窄": ("宽度", False),
    "重": ("重量", True), "轻": ("重量", False), "贵": ("单价", True), "便宜": ("单价", False),
    "long": ("长度", True), "short": ("长度", False), "thick": ("厚度", True), "thin": ("厚度", False),
    "wide": ("宽度", True), "narrow": ("宽度", False), "heavy": ("重量", True), "light": ("重量", False),
    "expensive": ("单价", True), "cheap": ("单价", False),
}  # fmt: skip


def preferences_in(subject: str) -> list[Preference]:
    """Every wish for more or less of something, in order."""
    found = (match[1] or match[2].lower() for match in _ADJECTIVE.finditer(subject))
    return [Preference(*_MEANING[word]) for word in found]


def without_preferences(subject: str) -> str:
    """The subject without its adjectives of size: no row is called long."""
    return _ADJECTIVE.sub(" ", subject)


def preferred(
    facts: Sequence[Fact], preferences: Sequence[Preference], synonyms: Synonyms
) -> tuple[float, ...]:
    """A sort key, smallest first: rows without the attribute come last."""
    return tuple(_wish(facts, preference, synonyms) for preference in preferences)


def _wish(facts: Sequence[Fact], preference: Preference, synonyms: Synonyms) -> float:
    names = set(synonyms.others(preference.attribute))
    if preference.attribute == "直径":
        names |= {"m"}
    values = [
        float(fact.high)
        for fact in facts
        if names.intersection(fact.attributes) or fact.dimension.lower() in names
    ]
    if not values:
        return float("inf")
    return -max(values) if preference.larger else min(values)
