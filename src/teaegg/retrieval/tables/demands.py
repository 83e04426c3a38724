"""A question read as demands on a row: "M8 以上不锈钢内六角, 长度 30-50mm" → sizes, bounds, subject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from teaegg.core.quantities.reading import NOMINAL_INCHES, Quantity, quantities_in
from teaegg.core.terms import fold
from teaegg.retrieval.spans.content import without_asking_words

_CONTEXT_CHARACTERS = 24
_APPROXIMATELY = Decimal("0.1")
_AT_LEAST = (
    "不低于|不小于|不少于|不短于|不轻于|不薄于|不细于|大于等于|大于或等于|至少|起码|最少|最低|>=|≥|≧|"
    "高于|大于|多于|超过|长于|重于|厚于|>|at least|no less than|not less than|min(?:imum)?|"
    "more than|greater than|over|above|from"
)
_AT_MOST = (
    "不超过|不大于|不高于|不多于|不长于|不重于|不厚于|小于等于|小于或等于|至多|最多|最高|最大|<=|≤|≦|"
    "低于|小于|少于|短于|轻于|薄于|<|at most|no more than|not more than|up to|max(?:imum)?|"
    "less than|under|below|within"
)
_ABOUT = r"大约|约|大概|差不多|about|around|approx\.?"
# One pattern for all: of 不低于 and 低于, which it ends in, the leftmost is the one that is said.
_BEFORE = re.compile(
    rf"(?:(?P<least>{_AT_LEAST})|(?P<most>{_AT_MOST})|(?P<about>{_ABOUT}))\s*(?:为|是|:)?\s*$",
    re.IGNORECASE,
)
_AT_LEAST_AFTER = re.compile(
    r"\s*(?:及以上|或以上|以上|起|或更[大长高]|or (?:more|larger|above|higher)|\+)", re.I
)
_AT_MOST_AFTER = re.compile(
    r"\s*(?:及以下|或以下|以下|以内|之内|或更[小短低]|or (?:less|smaller|below|lower))", re.I
)
_ABOUT_AFTER = re.compile(r"\s*(?:左右|上下)")
_BETWEEN_AFTER = re.compile(r"\s*(?:之间|范围内?)")
_LINK = re.compile(r"(?:的|为|是|要|在|用|:|=|\s)+$")


@dataclass(frozen=True, slots=True)
class Demand:
    """A measure that a row must have: some value in [`low`, `high`], None for no bound.

    `dimension` is as in `core.quantities`, "" when the question gives a bare number. `before` and
    `after` are the words around it, in which the attribute is named if at all; `attribute` is set
    where the notation says it (the length in M8×30).
    """

    dimension: str
    low: Decimal | None
    high: Decimal | None
    before: str = ""
    after: str = ""
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class Demands:
    """All that a question asks of a row; `subject` is its text without measures and asking words."""

    measures: tuple[Demand, ...]
    subject: str


def read_demands(question: str) -> Demands:
    """The measures and the subject of `question`."""
    text = fold(question)
    measures: list[Demand] = []
    spans: list[tuple[int, int]] = []
    relation, previous_end = "", 0
    for quantity in _as_demanded(text):
        before = text[max(previous_end, quantity.start - _CONTEXT_CHARACTERS) : quantity.start]
        own, start, end = _relation(text, quantity, before)
        # "≥ 12V 2A" demands at least both.
        touches = bool(measures) and not text[previous_end : quantity.start].strip(" /")
        relation = own or (relation if touches else "")
        measures.append(
            _demand(
                quantity,
                relation,
                before[: len(before) - (quantity.start - start)],
                text[end : end + _CONTEXT_CHARACTERS],
            )
        )
        spans.append((start, end))
        previous_end = max(previous_end, end)
    return Demands(tuple(measures), _subject(text, spans))


def _as_demanded(text: str) -> Iterator[Quantity]:
    """The quantities of `text`; of a designation's several readings the one to look for.

    Rows carry all readings: PN16 is a pressure as well, G1/2 a nominal diameter. 4分 means any pipe
    of that size, G1/2 that thread.
    """
    for quantity in quantities_in(text):
        in_eighths = text[quantity.start : quantity.end].rstrip().endswith("分")
        beside = "G" if in_eighths else "DN"
        if quantity.dimension == "PN" or quantity.attribute == NOMINAL_INCHES:
            continue
        if quantity.dimension == beside and "DN" not in text[quantity.start : quantity.end].upper():
            continue
        yield quantity


def _relation(text: str, quantity: Quantity, before: str) -> tuple[str, int, int]:
    """(relation, start and end of the quantity together with the words that give the relation)."""
    for name, pattern in (("least", _AT_LEAST_AFTER), ("most", _AT_MOST_AFTER),
                          ("about", _ABOUT_AFTER), ("", _BETWEEN_AFTER)):  # fmt: skip
        if match := pattern.match(text, quantity.end):
            return name, quantity.start, match.end()
    if match := _BEFORE.search(before):
        start = quantity.start - (len(before) - match.start())
        return match.lastgroup or "", start, quantity.end
    return "", quantity.start, quantity.end


def _demand(quantity: Quantity, relation: str, before: str, after: str) -> Demand:
    low: Decimal | None = quantity.low
    high: Decimal | None = quantity.high
    if relation == "least":
        high = None
    elif relation == "most":
        low = None
    elif relation == "about":
        margin = abs(quantity.high) * _APPROXIMATELY
        low, high = quantity.low - margin, quantity.high + margin
    return Demand(
        quantity.dimension,
        low,
        high,
        _LINK.sub("", before).lower(),
        after.lower(),
        quantity.attribute,
    )


def _subject(text: str, spans: list[tuple[int, int]]) -> str:
    characters = list(text)
    for start, end in spans:
        characters[start:end] = " " * (end - start)
    return without_asking_words("".join(characters))
