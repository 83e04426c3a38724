"""Ruled tables: strokes to a grid of cells, cells that reach over several slots included.

Crossings of horizontal and vertical strokes are the corners; a cell is the smallest rectangle of
corners that strokes connect (Nurminen, "Algorithmic extraction of data in tables in PDF documents",
2013). Strokes that lie close together are one. Where at least three horizontal strokes end at the
same places, the missing outer edges of the table are thought of as drawn: many tables are open at
their sides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from teaegg.ingest.readers.pdf.strokes import Stroke

_SNAP = 3.0
_MAX_STROKES = 1500
_MAX_CORNERS = 6000
_MIN_OPEN = 3

Corner = tuple[int, int]
"""(number of the vertical stroke's place, number of the horizontal one's), both counted from 0."""


class Cell(NamedTuple):
    """Slots [left, right) and [top, bottom) of the grid."""

    left: int
    top: int
    right: int
    bottom: int


class Grid(NamedTuple):
    """`columns` and `rows` are the places of the edges in points of the page as shown, ascending."""

    columns: list[float]
    rows: list[float]
    cells: list[Cell]

    def cell_at(self, x: float, y: float) -> Cell | None:
        """The cell that holds this point (points of the page as shown)."""
        return next(
            (
                cell
                for cell in self.cells
                if self.columns[cell.left] <= x <= self.columns[cell.right]
                and self.rows[cell.top] <= y <= self.rows[cell.bottom]
            ),
            None,
        )


def grids_of(across: Sequence[Stroke], down: Sequence[Stroke]) -> list[Grid]:
    """The grids on a page, from top to bottom; [] for a drawing with thousands of strokes."""
    lines, posts = _merged(across), _merged(down)
    if len(lines) < 2 or not posts or max(len(lines), len(posts)) > _MAX_STROKES:
        return []
    posts = _merged([*posts, *_open_sides(lines, posts)])
    cells = list(_cells(lines, posts))
    grids = [_grid(group) for group in _touching(cells)]
    return sorted(grids, key=lambda grid: grid.rows[0])


def open_frames(across: Sequence[Stroke], down: Sequence[Stroke]) -> list[tuple[float, ...]]:
    """(left, top, right, bottom) of tables that have horizontal strokes only, at least three."""
    posts = _merged(down)
    frames: list[tuple[float, ...]] = []
    for (left, right), places in _by_ends(_merged(across)).items():
        top, bottom = places[0], places[-1]
        is_crossed = any(
            left - _SNAP <= post.at <= right + _SNAP and post.start < bottom and post.end > top
            for post in posts
        )
        if len(places) >= _MIN_OPEN and not is_crossed:
            frames.append((left, top, right, bottom))
    return frames


def _merged(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Strokes at one place that touch become one; places that lie close together become equal."""
    by_place: dict[float, list[Stroke]] = defaultdict(list)
    place = None
    for stroke in sorted(strokes):
        if place is None or stroke.at - place > _SNAP:
            place = stroke.at
        by_place[place].append(stroke)
    merged: list[Stroke] = []
    for at, group in by_place.items():
        spans: list[list[float]] = []
        for stroke in sorted(group, key=lambda each: each.start):
            if spans and stroke.start <= spans[-1][1] + _SNAP:
                spans[-1][1] = max(spans[-1][1], stroke.end)
            else:
                spans.append([stroke.start, stroke.end])
        merged += [Stroke(at, start, end) for start, end in spans]
    return merged


def _by_ends(lines: Sequence[Stroke]) -> dict[tuple[float, float], list[float]]:
    """Places of the horizontal strokes that begin and end alike."""
    found: dict[tuple[float, float], list[float]] = {}
    for line in sorted(lines):
        ends = next(
            (
                (start, end)
                for start, end in found
                if abs(start - line.start) <= _SNAP and abs(end - line.end) <= _SNAP
            ),
            (line.start, line.end),
        )
        found.setdefault(ends, []).append(line.at)
    return found


def _open_sides(lines: Sequence[Stroke], posts: Sequence[Stroke]) -> Iterator[Stroke]:
    """The outer edges that nobody drew, where a vertical stroke inside shows that this is a table."""
    for (left, right), places in _by_ends(lines).items():
        inside = [post for post in posts if left + _SNAP < post.at < right - _SNAP]
        for top, bottom, count in _joined(places, inside):
            if count >= _MIN_OPEN:
                yield Stroke(left, top, bottom)
                yield Stroke(right, top, bottom)


def _joined(places: list[float], inside: list[Stroke]) -> Iterator[tuple[float, float, int]]:
    """(top, bottom, number of lines) of runs of lines that strokes inside lead from one to the next.

    Tables of one width below each other, with text between them, are tables of their own.
    """
    run = places[:1]
    for above, below in pairwise(places):
        if not any(post.start <= above + _SNAP and post.end >= below - _SNAP for post in inside):
            yield run[0], run[-1], len(run)
            run = []
        run.append(below)
    yield run[0], run[-1], len(run)


def _cells(lines: list[Stroke], posts: list[Stroke]) -> Iterator[tuple[float, ...]]:
    """(left, top, right, bottom) of every smallest rectangle whose four edges are drawn."""
    corners: dict[float, dict[float, None]] = defaultdict(dict)
    count = 0
    for post in posts:
        for line in lines:
            if _meets(post, line):
                corners[line.at][post.at] = None
                count += 1
    if count > _MAX_CORNERS:
        return
    tops = sorted(corners)
    for row, top in enumerate(tops):
        xs = sorted(corners[top])
        for left, _ in pairwise(xs):
            yield from _first_below(left, top, xs, tops[row + 1 :], corners, lines, posts)


def _first_below(
    left: float,
    top: float,
    xs: list[float],
    below: list[float],
    corners: dict[float, dict[float, None]],
    lines: list[Stroke],
    posts: list[Stroke],
) -> Iterator[tuple[float, ...]]:
    for bottom in below:
        if left not in corners[bottom]:
            continue
        if not _is_drawn(posts, left, top, bottom):
            return
        for right in xs[xs.index(left) + 1 :]:
            if not _is_drawn(lines, top, left, right):
                break
            if (
                right in corners[bottom]
                and _is_drawn(posts, right, top, bottom)
                and _is_drawn(lines, bottom, left, right)
            ):
                yield left, top, right, bottom
                return


def _meets(post: Stroke, line: Stroke) -> bool:
    return (
        line.start - _SNAP <= post.at <= line.end + _SNAP
        and post.start - _SNAP <= line.at <= post.end + _SNAP
    )


def _is_drawn(strokes: list[Stroke], at: float, start: float, end: float) -> bool:
    return any(
        stroke.at == at and stroke.start <= start + _SNAP and stroke.end >= end - _SNAP
        for stroke in strokes
    )


def _touching(cells: list[tuple[float, ...]]) -> list[list[tuple[float, ...]]]:
    """Cells that share a corner belong to one table."""
    by_corner: dict[tuple[float, float], list[int]] = defaultdict(list)
    for number, (left, top, right, bottom) in enumerate(cells):
        for corner in ((left, top), (left, bottom), (right, top), (right, bottom)):
            by_corner[corner].append(number)
    group = list(range(len(cells)))

    def root(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for numbers in by_corner.values():
        for number in numbers[1:]:
            group[root(number)] = root(numbers[0])
    groups: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for number, cell in enumerate(cells):
        groups[root(number)].append(cell)
    return list(groups.values())


def _grid(cells: list[tuple[float, ...]]) -> Grid:
    columns = sorted({x for left, _, right, _ in cells for x in (left, right)})
    rows = sorted({y for _, top, _, bottom in cells for y in (top, bottom)})
    column_of = {x: number for number, x in enumerate(columns)}
    row_of = {y: number for number, y in enumerate(rows)}
    return Grid(
        columns,
        rows,
        [
            Cell(column_of[left], row_of[top], column_of[right], row_of[bottom])
            for left, top, right, bottom in cells
        ],
    )
