"""Where a quote stands on a page: the page's characters are searched without spaces and hyphens."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_PAIR_SEPARATOR = "；"
_LINE_TOLERANCE = 1.5
# The joint between two lines of one word is written in many ways, and readers take it out.
_JOINTS = frozenset("-\u00ad\u2010\u2011\u0002\ufffe\u200b")


class Box(NamedTuple):
    """Fractions of the page's width and height, from its top left corner."""

    left: float
    top: float
    right: float
    bottom: float


class Character(NamedTuple):
    """A character of the page, in the order of its text layer."""

    text: str
    box: Box


def find_quote(characters: Sequence[Character], quote: str) -> list[Box]:
    """One box per line of the quote; [] when the page does not hold it.

    A row of a table was learned as "header: value；header: value", which stands nowhere as such:
    then the line that holds the most of its values is taken.
    """
    folded = _Folded(characters)
    if (whole := folded.find(_fold(quote))) is not None:
        return _lines([characters[index].box for index in whole])
    headers, values = _pairs(quote)
    # A table without a header was learned as "left cell: right cell": then both stand on the line.
    return _row(characters, folded, values if len(values) > 1 else [*headers, *values])


class _Folded:
    """The page's text in its searched form; `origin` leads back to the characters."""

    def __init__(self, characters: Sequence[Character]) -> None:
        text: list[str] = []
        self.origin: list[int] = []
        for index, character in enumerate(characters):
            for folded in _fold(character.text):
                text.append(folded)
                self.origin.append(index)
        self.text = "".join(text)

    def find(self, needle: str) -> list[int] | None:
        return next(self.find_all(needle), None)

    def find_all(self, needle: str) -> Iterator[list[int]]:
        position = self.text.find(needle) if needle else -1
        while position >= 0:
            yield self.origin[position : position + len(needle)]
            position = self.text.find(needle, position + len(needle))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if not c.isspace() and c not in _JOINTS)


def _pairs(quote: str) -> tuple[list[str], list[str]]:
    """The headers and the values of "header: value；header: value", folded."""
    headers, values = [], []
    for pair in quote.replace(";", _PAIR_SEPARATOR).split(_PAIR_SEPARATOR):
        header, colon, value = pair.partition(": ")
        headers.append(_fold(header) if colon else "")
        values.append(_fold(value if colon else pair))
    return _distinct(headers), _distinct(values)


def _distinct(texts: list[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]


def _row(characters: Sequence[Character], folded: _Folded, values: list[str]) -> list[Box]:
    """The stretch of the line that holds most of the values, weighed by their length."""
    places = {
        value: [union([characters[i].box for i in hit]) for hit in folded.find_all(value)]
        for value in values
    }
    best: list[Box] = []
    best_weight = 0
    for anchor in (box for boxes in places.values() for box in boxes):
        near = {
            value: [box for box in boxes if _same_line(anchor, box)]
            for value, boxes in places.items()
        }
        weight = sum(len(value) for value, boxes in near.items() if boxes)
        if weight > best_weight:
            best, best_weight = [boxes[0] for boxes in near.values() if boxes], weight
    return [union(best)] if len(best) >= 2 else []


def _same_line(one: Box, other: Box) -> bool:
    height = max(one.bottom - one.top, other.bottom - other.top)
    distance = abs((one.top + one.bottom) - (other.top + other.bottom)) / 2
    return distance < height * _LINE_TOLERANCE / 2


def _lines(boxes: Sequence[Box]) -> list[Box]:
    """Neighbouring characters on one line become one box; empty boxes (spaces) are skipped."""
    lines: list[Box] = []
    for box in boxes:
        if box.right <= box.left or box.bottom <= box.top:
            continue
        if lines and _same_line(lines[-1], box) and box.right >= lines[-1].left:
            lines[-1] = union([lines[-1], box])
        else:
            lines.append(box)
    return lines


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of `boxes`, at least one."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )
