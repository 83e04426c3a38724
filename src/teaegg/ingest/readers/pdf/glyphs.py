"""The characters of a page with their places and sizes, without what cannot be seen."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as raw
from numpy.typing import NDArray

from teaegg.ingest.readers.base import Box
from teaegg.ingest.readers.pdf.places import PageFrame, Place
from teaegg.ingest.readers.signs import sign, sign_font

_WHITE_FROM = 250
_TINY_POINTS = 1.5
_RENDER_SCALE = 1.5
_RENDER_MAX_PIXELS = 4000
_MIN_CONTRAST = 24
_BOLD_FROM = 600
# Of embedded fonts only the name tells; headings of Chinese documents are often set in a black face.
_BOLD_NAME = re.compile(r"bold|black|heavy|demi|-medi|cmbx|simhei|heiti", re.IGNORECASE)
_FONT_NAME_BYTES = 128
_MAX_CLIPS = 64
_EVERYWHERE: Place = (-1e9, -1e9, 1e9, 1e9)
_SEEN_SHARE = 0.5
_EDGE = 0.01
_INVISIBLE_RENDER_MODE = 3


class Glyph(NamedTuple):
    """`box` holds the ink as fractions of the page, None for what has none; `size` in points."""

    character: str
    box: Box | None
    size: float
    bold: bool = False


class _Look(NamedTuple):
    """`clip` is what may be seen of the text object, None where nothing cuts it; `signs` is the key
    of its font when that holds signs instead of letters."""

    invisible: bool
    bold: bool
    clip: Place | None = None
    signs: str = ""


class PageGlyphs(NamedTuple):
    """Rows in the order of the page's content; `hidden` tells that invisible text was left out."""

    rows: list[list[Glyph]]
    hidden: bool


class _Drawn(NamedTuple):
    """`box` holds the ink, `cell` the whole height of the font: 一 is seen against its cell only."""

    character: str
    box: Place | None
    cell: Place | None
    size: float
    suspicious: bool
    bold: bool


def page_glyphs(page: Any, frame: PageFrame) -> PageGlyphs:
    """What a person sees of the text of `page`; rows are the lines that PDFium makes of it."""
    textpage = page.get_textpage()
    try:
        rows = _rows(_drawn(textpage.raw))
    finally:
        textpage.close()
    canvas: _Canvas | None = None
    hidden = False
    seen = []
    for row in rows:
        on_page = [drawn for drawn in row if not _is_off_page(drawn, frame)]
        hidden = hidden or len(on_page) < len(row)
        row = on_page
        if any(drawn.suspicious for drawn in row):
            canvas = canvas or _Canvas(page)
            kept = _without_hidden(row, frame, canvas)
            hidden = hidden or len(kept) < len(row)
            row = kept
        if row:
            seen.append([_glyph(drawn, frame) for drawn in row])
    return PageGlyphs(seen, hidden)


def _is_off_page(drawn: _Drawn, frame: PageFrame) -> bool:
    if drawn.cell is None or not _has_ink(ord(drawn.character)):
        return False
    left, bottom, right, top = drawn.cell
    across, down = frame.point((left + right) / 2, (bottom + top) / 2)
    return not (-_EDGE <= across <= 1 + _EDGE and -_EDGE <= down <= 1 + _EDGE)


def _glyph(drawn: _Drawn, frame: PageFrame) -> Glyph:
    size = drawn.size
    if size <= 2 and drawn.cell is not None:
        # Some producers scale a font of size 1 by a matrix; the cells then say how large it is.
        size = drawn.cell[3] - drawn.cell[1]
    has_place = drawn.box is not None and not drawn.character.isspace()
    box = frame.box(drawn.box) if has_place and drawn.box else None
    return Glyph(drawn.character, box, size, drawn.bold)


def _drawn(textpage: Any) -> list[_Drawn]:
    glyphs = []
    looks: dict[int, _Look] = {}
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
        look = _look(textpage, index, looks)
        suspicious = (
            _has_ink(code) and cell is not None and _is_suspicious(textpage, index, cell, look)
        )
        character = chr(code) if code <= 0x10FFFF else "\ufffd"
        if look.signs:
            character = sign(ord(character), look.signs)
        glyphs.append(_Drawn(character, box, cell, size, suspicious, look.bold))
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


def _look(textpage: Any, index: int, known: dict[int, _Look]) -> _Look:
    """How the text object of this character is drawn; asked once for each object."""
    drawn = raw.FPDFText_GetTextObject(textpage, index)
    if not drawn:
        return _Look(invisible=False, bold=False)
    address = ctypes.addressof(drawn.contents)
    if address not in known:
        mode = raw.FPDFTextObj_GetTextRenderMode(drawn)
        font = _font_name(textpage, index)
        is_bold = raw.FPDFText_GetFontWeight(textpage, index) >= _BOLD_FROM
        known[address] = _Look(
            mode == _INVISIBLE_RENDER_MODE,
            is_bold or bool(_BOLD_NAME.search(font)),
            _clip(drawn),
            sign_font(font),
        )
    return known[address]


def _clip(drawn: Any) -> Place | None:
    """The rectangle around what all clip paths of a text object leave, in points."""
    path = raw.FPDFPageObj_GetClipPath(drawn)
    left, bottom, right, top = _EVERYWHERE
    count = raw.FPDFClipPath_CountPaths(path) if path else 0
    x, y = ctypes.c_float(), ctypes.c_float()
    for number in range(min(count, _MAX_CLIPS)):
        points = []
        for place in range(min(raw.FPDFClipPath_CountPathSegments(path, number), _MAX_CLIPS)):
            segment = raw.FPDFClipPath_GetPathSegment(path, number, place)
            if segment and raw.FPDFPathSegment_GetPoint(segment, x, y):
                points.append((x.value, y.value))
        if points:
            xs, ys = zip(*points, strict=True)
            left, bottom = max(left, min(xs)), max(bottom, min(ys))
            right, top = min(right, max(xs)), min(top, max(ys))
    return (left, bottom, right, top) if count > 0 else None


def _font_name(textpage: Any, index: int) -> str:
    name = ctypes.create_string_buffer(_FONT_NAME_BYTES)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(textpage, index, name, _FONT_NAME_BYTES, flags)
    return name.value.decode("latin-1")


def _is_suspicious(textpage: Any, index: int, cell: Place, look: _Look) -> bool:
    """White, transparent, tiny or drawn in the invisible mode: seen or not, the picture will tell."""
    if look.invisible or _extent(cell) < _TINY_POINTS or _is_cut_off(cell, look.clip):
        return True
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    return bool(raw.FPDFText_GetFillColor(textpage, index, red, green, blue, alpha)) and (
        min(red.value, green.value, blue.value) >= _WHITE_FROM or alpha.value < 10
    )


def _is_cut_off(cell: Place, clip: Place | None) -> bool:
    if clip is None:
        return False
    x, y = (cell[0] + cell[2]) / 2, (cell[1] + cell[3]) / 2
    return not (clip[0] <= x <= clip[2] and clip[1] <= y <= clip[3])


def _extent(cell: Place) -> float:
    # Text may be turned by 90 degrees.
    return max(cell[3] - cell[1], cell[2] - cell[0])


def _rows(glyphs: list[_Drawn]) -> list[list[_Drawn]]:
    rows: list[list[_Drawn]] = [[]]
    for glyph in glyphs:
        if glyph.character in "\r\n":
            rows.append([])
        else:
            rows[-1].append(glyph)
    return [row for row in rows if row]


class _Canvas:
    """The page as it looks, in grey, to see whether something stands at a place."""

    def __init__(self, page: Any) -> None:
        # A page may claim to be a kilometre wide: its picture must stay small all the same.
        scale = min(_RENDER_SCALE, _RENDER_MAX_PIXELS / max(*page.get_size(), 1))
        self._pixels: NDArray[np.uint8] = np.asarray(
            page.render(scale=scale, grayscale=True).to_pil().convert("L")
        )

    def shows_something(self, box: Box) -> bool:
        height, width = self._pixels.shape
        left, top = int(box[0] * width), int(box[1] * height)
        right, bottom = int(box[2] * width) + 1, int(box[3] * height) + 1
        area = self._pixels[top:bottom, left:right]
        return bool(area.size) and int(area.max()) - int(area.min()) >= _MIN_CONTRAST


def _without_hidden(row: list[_Drawn], frame: PageFrame, canvas: _Canvas) -> list[_Drawn]:
    """Drop runs of suspicious characters at whose place nothing can be seen."""
    kept: list[_Drawn] = []
    run: list[_Drawn] = []
    for glyph in [*row, None]:
        if glyph is not None and (glyph.suspicious or (run and glyph.character.isspace())):
            run.append(glyph)
            continue
        cells = [each.cell for each in run if each.cell is not None and each.suspicious]
        if cells and _is_seen(cells, frame, canvas):
            kept += run
        run = []
        if glyph is not None:
            kept.append(glyph)
    return kept


def _is_seen(cells: list[Place], frame: PageFrame, canvas: _Canvas) -> bool:
    """At most of the places something shows: a line of a table may run through one of them."""
    if max(map(_extent, cells)) < _TINY_POINTS:
        return False
    seen = sum(canvas.shows_something(frame.box(cell)) for cell in cells)
    return seen >= _SEEN_SHARE * len(cells)
