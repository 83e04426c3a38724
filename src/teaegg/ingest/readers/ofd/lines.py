"""From runs of text, in whatever order a program wrote them, to lines as they are read."""

from __future__ import annotations

from itertools import pairwise

from teaegg.ingest.readers.base import Box
from teaegg.ingest.readers.ocr import around
from teaegg.ingest.readers.ofd.drawing import Run
from teaegg.ingest.readers.pdf.lines import PageLine

_POINTS_PER_MILLIMETRE = 72 / 25.4
_SAME_LINE_SHARE = 0.5
_COLUMN_GAP = 2.0
_WORD_GAP = 0.2


def lines_of(runs: list[Run], page: Box) -> list[PageLine]:
    """Runs of about one height side by side are one line; a wide gap ends it, as between columns.

    `page` is the page's box in millimetres; the lines' boxes are fractions of it.
    """
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda each: (each.box[1] + each.box[3], each.box[0])):
        if rows and _is_beside(rows[-1], run):
            rows[-1].append(run)
        else:
            rows.append([run])
    pieces = [piece for row in rows for piece in _pieces(sorted(row, key=lambda r: r.box[0]))]
    return [_line(piece, page) for piece in pieces]


def _is_beside(row: list[Run], run: Run) -> bool:
    """Whether the middle of `run` stands within the height of the row."""
    middle = (run.box[1] + run.box[3]) / 2
    first = row[0]
    return abs(middle - (first.box[1] + first.box[3]) / 2) <= _SAME_LINE_SHARE * max(
        first.size, run.size
    )


def _pieces(row: list[Run]) -> list[list[Run]]:
    pieces = [[row[0]]]
    for run in row[1:]:
        before = pieces[-1][-1]
        if run.box[0] - before.box[2] > _COLUMN_GAP * max(run.size, before.size):
            pieces.append([run])
        else:
            pieces[-1].append(run)
    return pieces


def _line(piece: list[Run], page: Box) -> PageLine:
    text = piece[0].text
    for before, run in pairwise(piece):
        is_word = run.text[:1].isascii() and text[-1:].isascii()
        gap = run.box[0] - before.box[2]
        text += (" " if is_word and gap > _WORD_GAP * run.size else "") + run.text
    size = max(run.size for run in piece) * _POINTS_PER_MILLIMETRE
    return PageLine(
        text.strip(), fractions(around([run.box for run in piece]), page), round(size, 1)
    )


def fractions(box: Box, page: Box) -> Box:
    """A box in millimetres as fractions of the page, cut to its edges."""
    width, height = max(page[2] - page[0], 1e-6), max(page[3] - page[1], 1e-6)
    places = (
        (box[0] - page[0]) / width,
        (box[1] - page[1]) / height,
        (box[2] - page[0]) / width,
        (box[3] - page[1]) / height,
    )
    left, top, right, bottom = (min(max(place, 0.0), 1.0) for place in places)
    return (left, top, right, bottom)
