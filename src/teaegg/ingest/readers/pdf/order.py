"""Reading order: columns of running text are read one after the other, everything else row by row.

A gutter is looked for that few lines cross and that has full lines of text on both sides. Lines that
cross it (titles, wide tables) cut the page into bands; within a band the left column comes first.
The plain recursive X-Y cut tears columns apart where a white gap runs through both of them; cutting
at what crosses the gutter does not. Columns of a table hold short cells, not full lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from teaegg.ingest.readers.base import Box

_BINS = 120
_MIN_LINES = 4
_MAX_CROSSING_SHARE = 1.0
_MIN_GUTTER = 0.008
_MIN_COLUMN = 0.15
_MIN_FILL = 0.6
_MIN_OVERLAP = 0.3
_MAX_DEPTH = 3


class Placed(Protocol):
    """Anything that stands somewhere on a page."""

    @property
    def box(self) -> Box: ...


Item = TypeVar("Item", bound=Placed)


def in_reading_order(items: Sequence[Item], depth: int = 0) -> list[Item]:
    """The same items as a person would read them."""
    gutter = _gutter(items) if depth < _MAX_DEPTH else None
    if gutter is None:
        return [item for row in rows_of_page(items) for item in row]
    crossing = sorted((i for i in items if _side(i, gutter) == 0), key=lambda item: item.box[1])
    ordered: list[Item] = []
    bands = _bands(items, crossing, gutter)
    for number, band in enumerate(bands):
        for side in (-1, 1):
            column = [item for item in band if _side(item, gutter) == side]
            ordered += in_reading_order(column, depth + 1)
        ordered += crossing[number : number + 1]
    return ordered


def rows_in_order(items: Sequence[Item]) -> list[list[Item]]:
    """Items already in reading order, those that follow each other at one height together."""
    rows: list[list[Item]] = []
    for item in items:
        middle = (item.box[1] + item.box[3]) / 2
        if rows and item.box[0] > rows[-1][-1].box[0] and _is_in_row(rows[-1], item, middle):
            rows[-1].append(item)
        else:
            rows.append([item])
    return rows


def rows_of_page(items: Sequence[Item]) -> list[list[Item]]:
    """Items at one height together, left to right; rows from top to bottom."""
    rows: list[list[Item]] = []
    for item in sorted(items, key=lambda item: (item.box[1], item.box[0])):
        middle = (item.box[1] + item.box[3]) / 2
        if rows and _is_in_row(rows[-1], item, middle):
            rows[-1].append(item)
        else:
            rows.append([item])
    return [sorted(row, key=lambda item: item.box[0]) for row in rows]


def _is_in_row(row: list[Item], item: Item, middle: float) -> bool:
    top, bottom = row[0].box[1], row[0].box[3]
    own = (top + bottom) / 2
    return (top <= middle <= bottom or item.box[1] <= own <= item.box[3]) and not any(
        min(other.box[2], item.box[2]) - max(other.box[0], item.box[0]) > 0.002 for other in row
    )


def _bands(items: Sequence[Item], crossing: list[Item], gutter: float) -> list[list[Item]]:
    bands: list[list[Item]] = [[] for _ in range(len(crossing) + 1)]
    middles = [(item.box[1] + item.box[3]) / 2 for item in crossing]
    for item in items:
        if _side(item, gutter):
            own = (item.box[1] + item.box[3]) / 2
            bands[sum(1 for middle in middles if middle < own)].append(item)
    return bands


def _side(item: Placed, gutter: float) -> int:
    if item.box[2] <= gutter:
        return -1
    return 1 if item.box[0] >= gutter else 0


def _gutter(items: Sequence[Placed]) -> float | None:
    """The place between two columns that the fewest lines cross, or None."""
    if len(items) < 2 * _MIN_LINES:
        return None
    left, right = min(i.box[0] for i in items), max(i.box[2] for i in items)
    step = (right - left) / _BINS
    places = [left + step * number for number in range(_BINS // 6, _BINS - _BINS // 6)]
    scored = [
        (crossed, -width, place) for place in places for crossed, width in _score(items, place)
    ]
    return min(scored)[2] if scored else None


def _score(items: Sequence[Placed], place: float) -> list[tuple[int, float]]:
    """[(lines that cross, width of the gutter)] when `place` lies between two columns, else []."""
    sides: dict[int, list[Box]] = {-1: [], 0: [], 1: []}
    for item in items:
        sides[_side(item, place)].append(item.box)
    lefts, rights = sides[-1], sides[1]
    few = min(len(lefts), len(rights))
    if few < _MIN_LINES or len(sides[0]) > _MAX_CROSSING_SHARE * (len(lefts) + len(rights)):
        return []
    inner_left, inner_right = max(b[2] for b in lefts), min(b[0] for b in rights)
    width = inner_right - inner_left
    if width < _MIN_GUTTER or not (_is_column(lefts) and _is_column(rights)):
        return []
    return [(len(sides[0]), width)] if _are_beside(lefts, rights) else []


def _is_column(boxes: list[Box]) -> bool:
    """Most text stands in lines that fill the column; a lone page number does not widen it."""
    lefts, rights = sorted(box[0] for box in boxes), sorted(box[2] for box in boxes)
    outer = len(boxes) // 8
    width = rights[-1 - outer] - lefts[outer]
    widths = sorted((box[2] - box[0] for box in boxes), reverse=True)
    # Weighed by length: signs of a list and cells of a small table beside the text do not count much.
    half, seen, usual = sum(widths) / 2, 0.0, 0.0
    for usual in widths:
        seen += usual
        if seen >= half:
            break
    return width >= _MIN_COLUMN and usual >= _MIN_FILL * width


def _are_beside(lefts: list[Box], rights: list[Box]) -> bool:
    tops = min(b[1] for b in lefts), min(b[1] for b in rights)
    bottoms = max(b[3] for b in lefts), max(b[3] for b in rights)
    overlap = min(bottoms) - max(tops)
    return overlap >= _MIN_OVERLAP * min(bottoms[0] - tops[0], bottoms[1] - tops[1])
