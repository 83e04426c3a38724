"""Slides: title, text, tables, charts' figures, speaker's notes and pictures by OCR, slide by slide."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pptx
from pptx.exc import PackageNotFoundError
from pptx.util import Length

from teaegg.core.documents import Location, ParsedDocument
from teaegg.ingest.archives import open_container
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.ocr import PictureReader
from teaegg.ingest.readers.office.charts import chart_text
from teaegg.ingest.readers.office.comments import comments_of
from teaegg.ingest.readers.tables import SPANNED, add_table

_REPAIR = "Open it in PowerPoint or LibreOffice and save it again."
_MAX_GROUP_DEPTH = 20


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """`Location.page` is the slide's number; hidden slides are left out with a note."""
    open_container(data, name, limits).close()
    outline = Outline()
    pictures = PictureReader(limits)
    try:
        presentation = pptx.Presentation(BytesIO(data))
        for number, slide in enumerate(presentation.slides, start=1):
            if slide.element.get("show") in ("0", "false"):
                outline.note("Hidden text was left out.")
            else:
                _read_slide(outline, slide, number, pictures)
    except (
        PackageNotFoundError,
        KeyError,
        ValueError,
        AttributeError,
        IndexError,
        TypeError,
    ) as error:
        raise unreadable(name, f"it is not a complete presentation ({error})", _REPAIR) from error
    except SyntaxError as error:  # lxml's XMLSyntaxError
        raise unreadable(name, f"its markup is damaged ({error})", _REPAIR) from error
    for note in pictures.notes:
        outline.note(note)
    return outline.parsed(outline.first_heading() or stem_of(name))


def _read_slide(outline: Outline, slide: Any, number: int, pictures: PictureReader) -> None:
    place = Location(page=number)
    outline.close_headings()
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        outline.heading(title.text_frame.text, 1, place)
    # Reading order of people: from top to bottom, then from left to right.
    shapes = [shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id]
    for shape in sorted(shapes, key=_position):
        _read_shape(outline, shape, place, pictures, 0)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text
        outline.add("paragraph", _lines(notes.splitlines()), Location(page=number, part="notes"))
    for comment in comments_of(slide):
        outline.add("paragraph", comment, Location(page=number, part="comments"))


def _read_shape(
    outline: Outline, shape: Any, place: Location, pictures: PictureReader, depth: int
) -> None:
    if depth > _MAX_GROUP_DEPTH:
        return
    if hasattr(shape, "shapes"):
        for inner in sorted(shape.shapes, key=_position):
            _read_shape(outline, inner, place, pictures, depth + 1)
    elif getattr(shape, "has_table", False):
        add_table(outline, _cells(shape.table), place)
    elif getattr(shape, "has_chart", False):
        outline.add("paragraph", chart_text(shape.chart.element), place)
    elif shape.has_text_frame:
        outline.add("paragraph", _lines(p.text for p in shape.text_frame.paragraphs), place)
    _read_picture(outline, shape, place, pictures)


def _cells(table: Any) -> list[list[str]]:
    """What reaches over rows stands in each of them; what reaches over columns once in each row."""
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    for number, row in enumerate(table.rows):
        for column, cell in enumerate(row.cells):
            if cell.is_merge_origin:
                merged = [cell.text, *[SPANNED] * (cell.span_width - 1)]
                for each in cells[number : number + cell.span_height]:
                    each[column : column + cell.span_width] = merged
    return cells


def _read_picture(outline: Outline, shape: Any, place: Location, pictures: PictureReader) -> None:
    # Only pictures have this attribute, and it fails for linked ones, which hold no bytes.
    try:
        blob = shape.image.blob
    except (AttributeError, ValueError, KeyError):
        return
    described = shape.element.xpath(".//p:cNvPr/@descr")
    if described:
        outline.add("caption", str(described[0]), place)
    for paragraph in pictures.paragraphs(blob):
        outline.add("caption", paragraph, place)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line.strip() for line in lines if line.strip())


def _position(shape: Any) -> tuple[int, int]:
    top: Length | None = shape.top
    left: Length | None = shape.left
    return int(top or 0), int(left or 0)
