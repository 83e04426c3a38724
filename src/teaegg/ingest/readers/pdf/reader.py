"""PDF documents, page by page: text layer where it is sound, OCR where it is not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from teaegg.core.documents import BlockKind, Location, ParsedDocument
from teaegg.core.ids import content_hash
from teaegg.ingest.readers.base import Box, Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.doubts import page_place, picture_place
from teaegg.ingest.readers.ocr import Line, PictureBudget, is_legible, paragraphs_of, recognise
from teaegg.ingest.readers.pdf.footnotes import tied
from teaegg.ingest.readers.pdf.furniture import without_furniture
from teaegg.ingest.readers.pdf.glyphs import Glyph, page_glyphs
from teaegg.ingest.readers.pdf.grids import grids_of, open_frames
from teaegg.ingest.readers.pdf.layout import (
    PageContent,
    PageFigure,
    PageItem,
    Typeface,
    body_size,
    paragraphs,
    typeface,
)
from teaegg.ingest.readers.pdf.lines import PageLine, lines_of
from teaegg.ingest.readers.pdf.order import in_reading_order, rows_in_order
from teaegg.ingest.readers.pdf.places import PageFrame
from teaegg.ingest.readers.pdf.strokes import Drawing, drawing_of
from teaegg.ingest.readers.pdf.tables import PageTable, framed_tables, loose_tables, ruled_tables
from teaegg.ingest.readers.tables import add_table, header_of

_MIN_CHARACTERS = 8
_SAME_EDGE = 0.01
_TITLE_AMONG_FIRST = 4
_MAX_GARBAGE_SHARE = 0.25
_OCR_DOTS_PER_POINT = 200 / 72
_OCR_MAX_PIXELS = 3000


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """Every block knows its page and its box. Raises UnreadableDocumentError for damaged,
    password-protected and oversized files, and for those without any text."""
    document = _open(data, name, limits)
    try:
        return _Reading(document, limits).parsed(name)
    except pdfium.PdfiumError as error:
        raise unreadable(name, f"a page is damaged ({error})", "Save it again as PDF.") from error
    finally:
        document.close()


def _open(data: bytes, name: str, limits: ReadLimits) -> Any:
    try:
        document = pdfium.PdfDocument(data)
        pages = len(document)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise unreadable(
                name, "it is protected by a password", "Remove the password and learn it again."
            ) from error
        raise unreadable(
            name, "the PDF is truncated or damaged", "Save it again as PDF, or get a fresh copy."
        ) from error
    if pages == 0:
        raise unreadable(name, "the PDF has no pages", "Get a fresh copy.")
    if pages > limits.max_pages:
        raise unreadable(
            name, f"it has {pages} pages, more than {limits.max_pages}", "Split it into parts."
        )
    return document


class _Reading:
    """One pass over one document: each page is closed before the next, its lines wait for the layout."""

    def __init__(self, document: Any, limits: ReadLimits) -> None:
        self._document = document
        self._limits = limits
        self._outline = Outline()
        self._budget = PictureBudget(limits)
        self._pictures_read: set[str] = set()
        self._characters = 0
        self._last_table: tuple[PageTable, list[str]] | None = None

    def parsed(self, name: str) -> ParsedDocument:
        pages = without_furniture([self._page(index) for index in range(len(self._document))])
        for note in self._budget.notes:
            self._outline.note(note)
        body = body_size(pages)
        face = typeface(pages, body)
        for page in pages:
            self._add(page, face, body)
        if not self._outline.blocks:
            raise unreadable(
                name, "no text was found on its pages", "Scan it again with a higher resolution."
            )
        # A title stands at the head of the first page; a later heading only names its own part.
        head = self._outline.blocks[:_TITLE_AMONG_FIRST]
        title = next((b.text for b in head if b.kind == "heading" and b.location.page == 1), "")
        return self._outline.parsed(title or stem_of(name))

    def _page(self, index: int) -> PageContent:
        if self._characters > self._limits.max_text_characters:
            # The common limit on text is checked once for all formats; stop feeding it here.
            return PageContent(index + 1)
        page = self._document[index]
        try:
            return PageContent(index + 1, self._items(page, index + 1))
        finally:
            page.close()

    def _items(self, page: Any, number: int) -> list[PageItem]:
        frame = PageFrame(page)
        glyphs = page_glyphs(page, frame)
        if glyphs.hidden:
            self._outline.note("Hidden text was left out.")
        self._characters += sum(map(len, glyphs.rows))
        if _is_unusable("".join(glyph.character for row in glyphs.rows for glyph in row)):
            return self._by_sight(page, number)
        drawing = drawing_of(page, frame)
        items = text_items(glyphs.rows, drawing, frame)
        return in_reading_order([*items, *self._figures(drawing.pictures, number)])

    def _by_sight(self, page: Any, number: int) -> list[PageItem]:
        """OCR of the whole page: it has no text layer, or one that decodes to garbage."""
        if not self._budget.take():
            return []
        scale = min(_OCR_DOTS_PER_POINT, _OCR_MAX_PIXELS / max(*page.get_size(), 1))
        image = page.render(scale=scale).to_pil().convert("RGB")
        lines = recognise(image)
        self._budget.weigh(lines, page_place(number))
        return [PageFigure((0.0, 0.0, 1.0, 1.0), tuple(paragraphs_of(lines)))] if lines else []

    def _figures(self, pictures: list[tuple[Any, Box]], number: int) -> Iterator[PageFigure]:
        """OCR of pictures inside of a page that has text of its own."""
        for picture, box in pictures:
            image = self._picture(picture)
            if image is None:
                continue
            if not self._budget.take():
                return
            found = recognise(image)
            if found:
                self._budget.weigh(found, picture_place(number))
                lines = (_within(line, box) for line in paragraphs_of(found))
                yield PageFigure(box, tuple(lines))

    def _picture(self, picture: Any) -> Image.Image | None:
        """None for what is too small or too large to be read, and for what was read on an earlier
        page: a letterhead is one picture, however many pages bear it."""
        try:
            image = picture.get_bitmap(render=True).to_pil().convert("RGB")
        except (pdfium.PdfiumError, ValueError, OSError):
            self._outline.note("A picture could not be read.")
            return None
        if not is_legible(image) or image.width * image.height > self._limits.max_pixels:
            return None
        key = content_hash(image.tobytes())
        is_new = key not in self._pictures_read
        self._pictures_read.add(key)
        return image if is_new else None

    def _add(self, page: PageContent, face: Typeface, body: float) -> None:
        """The page's paragraphs, tables and pictures in reading order."""
        pending: list[PageLine] = []
        if not (page.items and isinstance(page.items[0], PageTable)):
            self._last_table = None
        for item in page.items:
            if isinstance(item, PageLine):
                pending.append(item)
                continue
            self._add_lines(pending, page.number, face, body)
            if pending or isinstance(item, PageFigure):
                self._last_table = None
            pending = []
            if isinstance(item, PageTable):
                self._add_table(item, page.number)
            else:
                for line in item.lines:
                    kind: BlockKind = "caption" if page.lines else "paragraph"
                    self._outline.add(kind, line.text, Location(page=page.number, box=line.box))
        self._add_lines(pending, page.number, face, body)
        if pending:
            self._last_table = None

    def _add_table(self, table: PageTable, number: int) -> None:
        last = self._outline.blocks[-1] if self._outline.blocks else None
        titled = last is not None and last.kind == "caption" and last.location.page == number
        path = (last.text,) if last is not None and titled else ()
        place = Location(page=number, path=path)
        header = self._header_before(table)
        cells = [header, *table.cells] if header else table.cells
        boxes = [table.box, *table.row_boxes] if header else table.row_boxes
        depth = 1 if header else table.header_rows
        add_table(self._outline, cells, place, header_rows=depth, boxes=boxes)
        own = table.cells[0] if table.header_rows else header_of(table.cells)
        self._last_table = (table, header or own)

    def _header_before(self, table: PageTable) -> list[str]:
        """The header of the table that ended the page before, where this one goes on with it."""
        if self._last_table is None:
            return []
        last, header = self._last_table
        is_same_shape = (
            len(last.cells[0]) == len(table.cells[0])
            and abs(last.box[0] - table.box[0]) < _SAME_EDGE
            and abs(last.box[2] - table.box[2]) < _SAME_EDGE
            and last.box[1] > table.box[1]
        )
        is_repeated = bool(header) and header_of(table.cells) == header
        return header if is_same_shape and not is_repeated else []

    def _add_lines(self, lines: list[PageLine], number: int, face: Typeface, body: float) -> None:
        for paragraph in tied(paragraphs(lines, face), body):
            place = Location(page=number, box=paragraph.box)
            if paragraph.footnote:
                self._outline.add("paragraph", paragraph.text, replace(place, part="footnotes"))
            elif paragraph.is_caption:
                self._outline.add("caption", paragraph.text, place)
            elif paragraph.level:
                self._outline.heading(paragraph.text, paragraph.level, place)
            else:
                self._outline.add("paragraph", paragraph.text, place)


def text_items(
    rows: list[list[Glyph]], drawing: Drawing, frame: PageFrame
) -> list[PageLine | PageTable]:
    """Lines and tables of a page in reading order."""
    tables, rest = ruled_tables(rows, grids_of(drawing.across, drawing.down), frame)
    lines = [line for row in rest for line in lines_of(row, frame.width)]
    open_tables = framed_tables(lines, open_frames(drawing.across, drawing.down), frame)
    tables += open_tables
    lines = [line for line in lines if not any(_is_inside(line.box, t.box) for t in open_tables)]
    items: list[PageLine | PageTable] = []
    column: list[PageLine] = []
    mixed: list[PageLine | PageTable] = [*lines, *tables]
    for item in in_reading_order(mixed):
        if isinstance(item, PageLine):
            column.append(item)
            continue
        items += loose_tables(rows_in_order(column), frame)
        items.append(item)
        column = []
    return [*items, *loose_tables(rows_in_order(column), frame)]


def _within(line: Line, box: Box) -> Line:
    """`line` of a picture that stands at `box` of the page."""
    (x0, y0, x1, y1), (left, top, right, bottom) = line.box, box
    width, height = right - left, bottom - top
    return line._replace(
        box=(left + x0 * width, top + y0 * height, left + x1 * width, top + y1 * height)
    )


def _is_unusable(text: str) -> bool:
    """No text layer, or a font without a Unicode map.

    Such fonts give private, unassigned and control characters or, where their codes are taken for
    Latin-1, far more accents and signs than any language has.
    """
    visible = [c for c in text if not c.isspace()]
    if len(visible) < _MIN_CHARACTERS:
        return True
    garbage = sum(
        1
        for c in visible
        if "\xa1" <= c <= "\xff"
        or c == "\ufffd"
        or unicodedata.category(c) in ("Co", "Cn", "Cc", "Cs")
    )
    return garbage > _MAX_GARBAGE_SHARE * len(visible)


def _is_inside(box: Box, table: Box) -> bool:
    middle = (box[1] + box[3]) / 2
    centre = (box[0] + box[2]) / 2
    return table[0] - 0.001 <= centre <= table[2] + 0.001 and table[1] <= middle <= table[3]
