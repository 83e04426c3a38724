"""From the characters of a page to its lines, with places, sizes, and without what cannot be seen."""

from __future__ import annotations

import ctypes
import unicodedata
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from teaegg.ingest.readers.ocr import Box, around

_GRID = 100_000
_WHITE_FROM = 250
_TINY_POINTS = 1.5
_RENDER_SCALE = 1.5
_MIN_CONTRAST = 24
_INVISIBLE_RENDER_MODE = 3
# PDFium marks a hyphen at a line end, which only typesetting put there, with one of these.
_LINE_END_HYPHENS = (0x02, 0xFFFE)


@dataclass(frozen=True, slots=True)
class PageLine:
    """`box` is in fractions of the page as shown; `size` is the height of the type in points."""

    text: str
    box: Box
    size: float
    hyphenated: bool = False


Place = tuple[float, float, float, float]
"""(left, bottom, right, top) in points, from the lower left corner."""


class _Glyph(NamedTuple):
    """`box` holds the ink, `cell` the whole height of the font: 一 is seen against its cell only."""

    character: str
    box: Place | None
    cell: Place | None
    size: float
    suspicious: bool


class PageLines(NamedTuple):
    lines: list[PageLine]
    hidden: bool


def page_lines(page: Any) -> PageLines:
    """Lines in the order of the page's content; `hidden` tells that invisible text was left out."""
    textpage = page.get_textpage()
    try:
        rows = _rows(_glyphs(textpage.raw))
    finally:
        textpage.close()
    canvas: _Canvas | None = None
    lines: list[PageLine] = []
    hidden = False
    for row in rows:
        if any(glyph.suspicious for glyph in row):
            canvas = canvas or _Canvas(page)
            kept = _without_hidden(row, page, canvas)
            hidden = hidden or len(kept) < len(row)
            row = kept
        line = _line(row, page)
        if line is not None:
            lines.append(line)
    return PageLines(lines, hidden)


def _glyphs(textpage: Any) -> list[_Glyph]:
    glyphs = []
    modes: dict[int, bool] = {}
    pending = 0
    for index in range(raw.FPDFText_CountChars(textpage)):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if 0xD800 <= code < 0xDC00:
            pending = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((pending - 0xD800) << 10) + (code - 0xDC00) if pending else 0xFFFD
        pending = 0
        box, cell = _box(textpage, index), _cell(textpage, index)
        size = float(raw.FPDFText_GetFontSize(textpage, index))
        suspicious = (
            _has_ink(code) and cell is not None and _is_suspicious(textpage, index, cell, modes)
        )
        glyphs.append(
            _Glyph(chr(code) if code <= 0x10FFFF else "\ufffd", box, cell, size, suspicious)
        )
    return glyphs


def _has_ink(code: int) -> bool:
    """Spaces and format characters are never seen, whatever their colour."""
    return code > 0x20 and unicodedata.category(chr(min(code, 0x10FFFF)))[0] not in "CZ"


def _box(textpage: Any, index: int) -> Place | None:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
        return None
    return left.value, bottom.value, right.value, top.value


def _cell(textpage: Any, index: int) -> Place | None:
    place = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(textpage, index, place):
        return None
    return place.left, place.bottom, place.right, place.top


def _is_suspicious(textpage: Any, index: int, cell: Place, modes: dict[int, bool]) -> bool:
    """White, transparent, tiny or drawn in the invisible mode: seen or not, the picture will tell."""
    if _extent(cell) < _TINY_POINTS:
        return True
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if raw.FPDFText_GetFillColor(textpage, index, red, green, blue, alpha) and (
        min(red.value, green.value, blue.value) >= _WHITE_FROM or alpha.value < 10
    ):
        return True
    drawn = raw.FPDFText_GetTextObject(textpage, index)
    if not drawn:
        return False
    address = ctypes.addressof(drawn.contents)
    if address not in modes:
        modes[address] = raw.FPDFTextObj_GetTextRenderMode(drawn) == _INVISIBLE_RENDER_MODE
    return modes[address]


def _extent(cell: Place) -> float:
    # Text may be turned by 90 degrees.
    return max(cell[3] - cell[1], cell[2] - cell[0])


def _rows(glyphs: list[_Glyph]) -> list[list[_Glyph]]:
    rows: list[list[_Glyph]] = [[]]
    for glyph in glyphs:
        if glyph.character in "\r\n":
            rows.append([])
        else:
            rows[-1].append(glyph)
    return [row for row in rows if row]


def _line(row: list[_Glyph], page: Any) -> PageLine | None:
    hyphenated = bool(row) and ord(row[-1].character) in _LINE_END_HYPHENS
    text = "".join(
        glyph.character for glyph in row if ord(glyph.character) not in _LINE_END_HYPHENS
    )
    boxes = [glyph.box for glyph in row if glyph.box is not None and not glyph.character.isspace()]
    if not text.strip() or not boxes:
        return None
    left, bottom, right, top = zip(*boxes, strict=True)
    box = on_page(page, (min(left), min(bottom), max(right), max(top)))
    sizes = sorted(glyph.size for glyph in row if not glyph.character.isspace())
    heights = sorted(b[3] - b[1] for b in boxes)
    # Some producers scale a font of size 1 by a matrix; the boxes then say how large it is.
    size = sizes[len(sizes) // 2] if sizes[len(sizes) // 2] > 2 else heights[-1]
    return PageLine(text.strip(), box, round(size, 1), hyphenated)


def on_page(page: Any, box: Place) -> Box:
    """PDF coordinates (left, bottom, right, top) to fractions of the page as it is shown."""
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for horizontal, vertical in ((box[0], box[1]), (box[2], box[3])):
        raw.FPDF_PageToDevice(page.raw, 0, 0, _GRID, _GRID, 0, horizontal, vertical, x, y)
        corners.append((x.value / _GRID, y.value / _GRID))
    (x0, y0), (x1, y1) = corners
    clipped = (
        round(min(1.0, max(0.0, value)), 4)
        for value in (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    )
    left, top, right, bottom = clipped
    return left, top, right, bottom


class _Canvas:
    """The page as it looks, in grey, to see whether something stands at a place."""

    def __init__(self, page: Any) -> None:
        self._pixels: NDArray[np.uint8] = np.asarray(
            page.render(scale=_RENDER_SCALE, grayscale=True).to_pil().convert("L")
        )

    def shows_something(self, box: Box) -> bool:
        height, width = self._pixels.shape
        left, top = int(box[0] * width), int(box[1] * height)
        right, bottom = int(box[2] * width) + 1, int(box[3] * height) + 1
        area = self._pixels[top:bottom, left:right]
        return bool(area.size) and int(area.max()) - int(area.min()) >= _MIN_CONTRAST


def _without_hidden(row: list[_Glyph], page: Any, canvas: _Canvas) -> list[_Glyph]:
    """Drop runs of suspicious characters at whose place nothing can be seen."""
    kept: list[_Glyph] = []
    run: list[_Glyph] = []
    for glyph in [*row, None]:
        if glyph is not None and (glyph.suspicious or (run and glyph.character.isspace())):
            run.append(glyph)
            continue
        boxes = [g.cell for g in run if g.cell is not None and g.suspicious]
        if boxes and _is_seen(boxes, page, canvas):
            kept += run
        run = []
        if glyph is not None:
            kept.append(glyph)
    return kept


def _is_seen(boxes: list[Place], page: Any, canvas: _Canvas) -> bool:
    if max(map(_extent, boxes)) < _TINY_POINTS:
        return False
    return canvas.shows_something(around([on_page(page, box) for box in boxes]))
