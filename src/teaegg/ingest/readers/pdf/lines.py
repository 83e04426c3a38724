"""From the characters of a page to its lines; a line is cut where a wide gap stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from teaegg.ingest.readers.base import Box
from teaegg.ingest.readers.ocr import around
from teaegg.ingest.readers.pdf.glyphs import Glyph

# PDFium marks a hyphen at a line end, which only typesetting put there, with one of these.
_LINE_END_HYPHENS = (0x02, 0xFFFE)
_GAP_EMS = 1.2
_SUPERSCRIPT_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class PageLine:
    """`box` is in fractions of the page as shown; `size` is the height of the type in points.

    `marks` are the small raised signs in it, such as those that cite a footnote.
    """

    text: str
    box: Box
    size: float
    hyphenated: bool = False
    marks: tuple[str, ...] = ()
    bold: bool = False


def lines_of(row: Sequence[Glyph], page_width: float) -> Iterator[PageLine]:
    """The lines in one row of PDFium, cut at wide gaps; `page_width` in points."""
    for run in _runs(row, page_width):
        line = _line(run)
        if line is not None:
            yield line


def _runs(row: Sequence[Glyph], page_width: float) -> Iterator[list[Glyph]]:
    run: list[Glyph] = []
    last: Box | None = None
    for glyph in row:
        if glyph.box is not None:
            if last is not None and _is_wide(last, glyph, page_width):
                yield run
                run = []
            last = glyph.box
        run.append(glyph)
        if ord(glyph.character) in _LINE_END_HYPHENS:
            # PDFium goes on in the same row behind the hyphen, though the text stands a line lower.
            yield run
            run, last = [], None
    yield run


def _is_wide(last: Box, glyph: Glyph, page_width: float) -> bool:
    assert glyph.box is not None  # noqa: S101 - asked only for what has a place
    is_beside = glyph.box[1] < last[3] and glyph.box[3] > last[1]
    return is_beside and (glyph.box[0] - last[2]) * page_width > _GAP_EMS * glyph.size


def _line(run: list[Glyph]) -> PageLine | None:
    hyphenated = bool(run) and ord(run[-1].character) in _LINE_END_HYPHENS
    text = "".join(
        glyph.character for glyph in run if ord(glyph.character) not in _LINE_END_HYPHENS
    )
    placed = [glyph for glyph in run if glyph.box is not None]
    if not text.strip() or not placed:
        return None
    sizes = sorted(glyph.size for glyph in placed)
    size = round(sizes[len(sizes) // 2], 1)
    box = around([glyph.box for glyph in placed if glyph.box is not None])
    bold = all(glyph.bold for glyph in placed)
    return PageLine(text.strip(), box, size, hyphenated, _marks(placed, size), bold)


def _marks(placed: list[Glyph], size: float) -> tuple[str, ...]:
    """Runs of clearly smaller signs, raised or not: `_is_cited` decides what they cite."""
    marks, mark = [], ""
    for glyph in placed:
        if glyph.size <= _SUPERSCRIPT_SHARE * size:
            mark += glyph.character
        elif mark:
            marks.append(mark)
            mark = ""
    return tuple([*marks, mark] if mark else marks)


def beside(lines: Sequence[PageLine], page_width: float) -> PageLine:
    """Pieces of one row, left to right, as one line again."""
    main = max(lines, key=lambda line: len(line.text))
    text = lines[0].text
    marks = list(lines[0].marks)
    for before, line in pairwise(lines):
        gap = (line.box[0] - before.box[2]) * page_width
        if line.size <= _SUPERSCRIPT_SHARE * main.size:
            marks.append(line.text)
        marks += line.marks
        text += line.text if gap < 0.2 * main.size else f" {line.text}"
    box = around([line.box for line in lines])
    return replace(
        main,
        text=text,
        box=box,
        marks=tuple(marks),
        hyphenated=lines[-1].hyphenated,
        bold=all(line.bold for line in lines),
    )
