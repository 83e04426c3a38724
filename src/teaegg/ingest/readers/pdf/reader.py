"""PDF documents, page by page: text layer where it is sound, OCR where it is not."""

from __future__ import annotations

import unicodedata
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from teaegg.core.documents import Location, ParsedDocument
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.ocr import Box, PictureBudget, paragraphs_of, recognise
from teaegg.ingest.readers.pdf.layout import (
    PageContent,
    heading_levels,
    paragraphs,
    without_running_heads,
)
from teaegg.ingest.readers.pdf.lines import PageLine, on_page, page_lines
from teaegg.ingest.readers.pdf.tables import RuledTable, TableFinder
from teaegg.ingest.readers.tables import add_table

_MIN_CHARACTERS = 8
_TITLE_AMONG_FIRST = 4
_MAX_GARBAGE_SHARE = 0.25
_OCR_DOTS_PER_POINT = 200 / 72
_OCR_MAX_PIXELS = 3000
_PICTURE_AREA = 0.015
_MIN_TABLE_STROKES = 4
_MAX_OBJECTS = 20_000


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """Every block knows its page and its box. Raises UnreadableDocumentError for damaged,
    password-protected and oversized files, and for those without any text."""
    document = _open(data, name, limits)
    try:
        return _Reading(document, data, limits).parsed(name)
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
    """One pass over one document; tables and pictures are kept per page until the layout is known."""

    def __init__(self, document: Any, data: bytes, limits: ReadLimits) -> None:
        self._document = document
        self._limits = limits
        self._finder = TableFinder(data)
        self._outline = Outline()
        self._tables: dict[int, list[RuledTable]] = {}
        self._pictures: dict[int, list[tuple[str, Box]]] = {}
        self._budget = PictureBudget(limits)

    def parsed(self, name: str) -> ParsedDocument:
        pages = without_running_heads([self._page(index) for index in range(len(self._document))])
        self._finder.close()
        for note in self._budget.notes:
            self._outline.note(note)
        levels = heading_levels(pages)
        for page in pages:
            self._add(page, levels)
        if not self._outline.blocks:
            raise unreadable(
                name, "no text was found on its pages", "Scan it again with a higher resolution."
            )
        # A title stands at the head of the first page; a later heading only names its own part.
        head = self._outline.blocks[:_TITLE_AMONG_FIRST]
        title = next((b.text for b in head if b.kind == "heading" and b.location.page == 1), "")
        return self._outline.parsed(title or stem_of(name))

    def _page(self, index: int) -> PageContent:
        page = self._document[index]
        try:
            lines, hidden = page_lines(page)
            if hidden:
                self._outline.note("Hidden text was left out.")
            if _is_unusable(lines):
                self._read_by_sight(page, index + 1)
                return PageContent(index + 1)
            strokes, pictures = _objects(page)
            if strokes >= _MIN_TABLE_STROKES:
                self._tables[index + 1] = self._finder.tables(index)
            self._read_pictures(page, index + 1, pictures)
            return PageContent(index + 1, lines)
        finally:
            page.close()

    def _read_by_sight(self, page: Any, number: int) -> None:
        """OCR of the whole page: it has no text layer, or one that decodes to garbage."""
        if not self._budget.take():
            return
        width, height = page.get_size()
        scale = min(_OCR_DOTS_PER_POINT, _OCR_MAX_PIXELS / max(width, height, 1))
        image = page.render(scale=scale).to_pil().convert("RGB")
        found = paragraphs_of(recognise(image))
        self._pictures[number] = [(line.text, line.box) for line in found]

    def _read_pictures(self, page: Any, number: int, pictures: list[Any]) -> None:
        """OCR of pictures inside of a page that has text of its own."""
        for picture in pictures:
            if not self._budget.take():
                return
            left, top, right, bottom = on_page(page, picture.get_bounds())
            try:
                image = picture.get_bitmap(render=True).to_pil().convert("RGB")
            except (pdfium.PdfiumError, ValueError, OSError):
                self._outline.note("A picture could not be read.")
                continue
            if min(image.size) < 16 or image.width * image.height > self._limits.max_pixels:
                continue
            for line in paragraphs_of(recognise(image)):
                x0, y0, x1, y1 = line.box
                width, height = right - left, bottom - top
                box = (left + x0 * width, top + y0 * height, left + x1 * width, top + y1 * height)
                self._pictures.setdefault(number, []).append((line.text, box))

    def _add(self, page: PageContent, levels: dict[float, int]) -> None:
        """Text and tables of one page in reading order; a table stands where its first line stood."""
        pending: list[PageLine] = []
        placed: set[int] = set()
        tables = self._tables.get(page.number, [])
        for line in page.lines:
            inside = next(
                (i for i, table in enumerate(tables) if _is_inside(line.box, table.box)), None
            )
            if inside is None:
                pending.append(line)
            elif inside not in placed:
                self._add_lines(pending, page.number, levels)
                pending = []
                placed.add(inside)
                add_table(self._outline, tables[inside].cells, Location(page=page.number))
        self._add_lines(pending, page.number, levels)
        for text, box in self._pictures.get(page.number, []):
            place = Location(page=page.number, box=box)
            self._outline.add("caption" if page.lines else "paragraph", text, place)

    def _add_lines(self, lines: list[PageLine], number: int, levels: dict[float, int]) -> None:
        for paragraph in paragraphs(lines, levels):
            place = Location(page=number, box=paragraph.box)
            if paragraph.level:
                self._outline.heading(paragraph.text, paragraph.level, place)
            else:
                self._outline.add("paragraph", paragraph.text, place)


def _is_unusable(lines: list[PageLine]) -> bool:
    """No text layer, or a font without a Unicode map.

    Such fonts give private, unassigned and control characters or, where their codes are taken for
    Latin-1, far more accents and signs than any language has.
    """
    text = "".join(line.text for line in lines)
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


def _objects(page: Any) -> tuple[int, list[Any]]:
    """(number of drawn paths, pictures large enough to hold text)."""
    strokes, pictures = 0, []
    for count, item in enumerate(page.get_objects(max_depth=3)):
        if count > _MAX_OBJECTS:
            break
        if item.type == raw.FPDF_PAGEOBJ_PATH:
            strokes += 1
        elif item.type == raw.FPDF_PAGEOBJ_IMAGE:
            left, top, right, bottom = on_page(page, item.get_bounds())
            if (right - left) * (bottom - top) >= _PICTURE_AREA:
                pictures.append(item)
    return strokes, pictures


def _is_inside(box: Box, table: Box) -> bool:
    middle = (box[1] + box[3]) / 2
    centre = (box[0] + box[2]) / 2
    return table[0] - 0.01 <= centre <= table[2] + 0.01 and table[1] <= middle <= table[3]
