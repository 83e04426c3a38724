"""Tables of a page: ruled ones by their grid, those without vertical lines by the places of their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from teaegg.ingest.readers.base import Box
from teaegg.ingest.readers.ocr import around
from teaegg.ingest.readers.pdf.glyphs import Glyph
from teaegg.ingest.readers.pdf.grids import Cell, Grid
from teaegg.ingest.readers.pdf.lines import PageLine, beside, lines_of
from teaegg.ingest.readers.pdf.order import rows_of_page
from teaegg.ingest.readers.pdf.places import PageFrame
from teaegg.ingest.readers.tables import SPANNED

_MIN_CELLS = 4
_MIN_FILLED_SHARE = 0.4
_LOOSE_COLUMNS = 3
_LOOSE_ROWS = 3
_LOOSE_FILLED_SHARE = 0.45
_LOOSE_CELL_CHARACTERS = 60
# How far rows of one table may stand apart, in heights of a line.
_LOOSE_GAP = 2.2
_HEADER_LINES = 3


@dataclass(frozen=True, slots=True)
class PageTable:
    """`cells` row by row, '' where nothing is; what reaches over rows stands in each of them."""

    box: Box
    cells: list[list[str]]
    row_boxes: list[Box]
    header_rows: int = 0


class Sorted(NamedTuple):
    """Tables, and the rows of characters that stand in none of them."""

    tables: list[PageTable]
    rows: list[list[Glyph]]


def ruled_tables(rows: list[list[Glyph]], grids: Sequence[Grid], frame: PageFrame) -> Sorted:
    """Every character goes to the cell that holds its middle; grids that are no tables give them back."""
    tables = []
    for grid in grids:
        held, rest = _divided(rows, grid, frame)
        cells = _filled(grid, held, frame)
        if _is_real(grid, held, cells):
            tables.append(PageTable(_box(grid, frame), cells, _row_boxes(grid, frame)))
            rows = rest
    return Sorted(tables, rows)


def _divided(
    rows: list[list[Glyph]], grid: Grid, frame: PageFrame
) -> tuple[dict[Cell, list[list[Glyph]]], list[list[Glyph]]]:
    held: dict[Cell, list[list[Glyph]]] = {}
    rest: list[list[Glyph]] = []
    for row in rows:
        last: Cell | None = None
        is_new = True
        for glyph in row:
            # A space has no place of its own: it stays with the character before it.
            cell = _cell_of(glyph, grid, frame) if glyph.box is not None else last
            if is_new or cell != last:
                (rest if cell is None else held.setdefault(cell, [])).append([])
            (rest if cell is None else held[cell])[-1].append(glyph)
            last, is_new = cell, False
    return held, rest


def _cell_of(glyph: Glyph, grid: Grid, frame: PageFrame) -> Cell | None:
    assert glyph.box is not None  # noqa: S101 - asked only for what has a place
    x = (glyph.box[0] + glyph.box[2]) / 2 * frame.width
    y = (glyph.box[1] + glyph.box[3]) / 2 * frame.height
    if not (grid.columns[0] <= x <= grid.columns[-1] and grid.rows[0] <= y <= grid.rows[-1]):
        return None
    return grid.cell_at(x, y)


def _filled(grid: Grid, held: dict[Cell, list[list[Glyph]]], frame: PageFrame) -> list[list[str]]:
    table = [[""] * (len(grid.columns) - 1) for _ in range(len(grid.rows) - 1)]
    for cell, rows in held.items():
        text = cell_text([line for row in rows for line in lines_of(row, frame.width)], frame)
        for row_number in range(cell.top, cell.bottom):
            table[row_number][cell.left : cell.right] = [
                text,
                *[SPANNED] * (cell.right - cell.left - 1),
            ]
    return table


def cell_text(lines: Sequence[PageLine], frame: PageFrame) -> str:
    """The lines of a cell from top to bottom; Chinese ones join without a space."""
    rows = [beside(row, frame.width).text for row in rows_of_page(lines)]
    text = ""
    for row in rows:
        is_latin = bool(text) and text[-1].isascii() and row[0].isascii()
        text += f" {row}" if is_latin else row
    return text


def _is_real(grid: Grid, held: dict[Cell, list[list[Glyph]]], cells: list[list[str]]) -> bool:
    """A frame around text has one cell; a drawing has many empty ones."""
    filled = sum(1 for rows in held.values() if any(g.box for row in rows for g in row))
    return (
        len(cells) >= 2
        and len(cells[0]) >= 2
        and len(grid.cells) >= _MIN_CELLS
        and filled >= _MIN_FILLED_SHARE * len(grid.cells)
    )


def _box(grid: Grid, frame: PageFrame) -> Box:
    return (
        grid.columns[0] / frame.width,
        grid.rows[0] / frame.height,
        grid.columns[-1] / frame.width,
        grid.rows[-1] / frame.height,
    )


def _row_boxes(grid: Grid, frame: PageFrame) -> list[Box]:
    left, _, right, _ = _box(grid, frame)
    return [
        (left, top / frame.height, right, bottom / frame.height)
        for top, bottom in pairwise(grid.rows)
    ]


def loose_tables(
    rows: Sequence[Sequence[PageLine]], frame: PageFrame
) -> list[PageTable | PageLine]:
    """Rows of one column of the page: those that line up in columns become tables, others single lines.

    A table without vertical lines has at least three rows and three columns, short cells, and gaps
    that run through all of its rows.
    """
    items: list[PageTable | PageLine] = []
    start = taken = 0
    while start < len(rows):
        end = _end_of_table(rows, start)
        table = None
        if end - start >= _LOOSE_ROWS:
            first = _first_of_header(rows, start, end, taken)
            table = _loose(rows[start:end], frame, rows[first:start])
        if table is not None:
            del items[len(items) - (start - first) :]
            items.append(table)
            start = taken = end
        else:
            items.append(beside(rows[start], frame.width))
            start += 1
    return items


def _first_of_header(rows: Sequence[Sequence[PageLine]], start: int, end: int, taken: int) -> int:
    """Rows above a table belong to its header while each of their pieces stands over one column."""
    columns = _columns(rows[start:end])
    first = start
    while first > max(taken, start - _HEADER_LINES) and _is_close(rows[first - 1], rows[first]):
        pieces = rows[first - 1]
        over = [
            [n for n, (left, right) in enumerate(columns) if p.box[0] < right and p.box[2] > left]
            for p in pieces
        ]
        # The first column alone over the table is a line of text, no header.
        if any(len(each) != 1 for each in over) or over[-1] == [0]:
            break
        first -= 1
    return first


def _end_of_table(rows: Sequence[Sequence[PageLine]], start: int) -> int:
    """Up to where rows follow closely, hold short pieces, and keep at least three columns clear."""
    if len(rows[start]) < 2:
        return start
    end = start
    while end < len(rows):
        is_short = all(len(line.text) <= _LOOSE_CELL_CHARACTERS for line in rows[end])
        if not is_short or (end > start and not _is_close(rows[end - 1], rows[end])):
            break
        if len(_columns(rows[start : end + 1])) < _LOOSE_COLUMNS:
            break
        end += 1
    return end


def _is_close(above: Sequence[PageLine], below: Sequence[PageLine]) -> bool:
    bottom = max(line.box[3] for line in above)
    height = max(line.box[3] - line.box[1] for line in [*above, *below])
    return min(line.box[1] for line in below) - bottom <= _LOOSE_GAP * height


def _columns(rows: Sequence[Sequence[PageLine]]) -> list[tuple[float, float]]:
    """(left, right) of the columns that the pieces of all rows together leave clear between them."""
    columns: list[tuple[float, float]] = []
    for line in sorted((line for row in rows for line in row), key=lambda line: line.box[0]):
        if columns and line.box[0] <= columns[-1][1] + 0.002:
            columns[-1] = (columns[-1][0], max(columns[-1][1], line.box[2]))
        else:
            columns.append((line.box[0], line.box[2]))
    return columns


def _loose(
    rows: Sequence[Sequence[PageLine]],
    frame: PageFrame,
    header: Sequence[Sequence[PageLine]] = (),
) -> PageTable | None:
    columns = _columns(rows)
    cells = [
        [
            cell_text([line for line in row if left <= line.box[0] < right + 1e-6], frame)
            for left, right in columns
        ]
        for row in rows
    ]
    filled = sum(1 for row in cells for cell in row if cell)
    if _is_contents(cells) or filled < _LOOSE_FILLED_SHARE * len(rows) * len(columns):
        return None
    above = [line for row in header for line in row]
    if above:
        names = [
            cell_text([ln for ln in above if ln.box[0] < right and ln.box[2] > left], frame)
            for left, right in columns
        ]
        cells.insert(0, names)
    boxes = [around([line.box for line in row]) for row in ([above] if above else []) + list(rows)]
    box = around([*(ln.box for row in rows for ln in row), *(ln.box for ln in above)])
    return PageTable(box, cells, boxes, 1 if above else 0)


def _is_contents(cells: list[list[str]]) -> bool:
    """A table of contents: its last column holds page numbers that never fall."""
    pages = [row[-1] for row in cells]
    return all(page.isdecimal() for page in pages) and pages == sorted(pages, key=int)


def framed_tables(
    lines: Sequence[PageLine], frames: Sequence[tuple[float, ...]], frame: PageFrame
) -> list[PageTable]:
    """Tables between horizontal lines only: the lines say where they are, the text where columns are."""
    tables = []
    for area in frames:
        rows = rows_of_page([line for line in lines if _is_within(line.box, area, frame)])
        if len(rows) >= 2 and len(_columns(rows)) >= 2:
            table = _loose(rows, frame)
            if table is not None:
                tables.append(table)
    return tables


def _is_within(box: Box, area: tuple[float, ...], frame: PageFrame) -> bool:
    x, y = (box[0] + box[2]) / 2 * frame.width, (box[1] + box[3]) / 2 * frame.height
    return area[0] <= x <= area[2] and area[1] <= y <= area[3]
