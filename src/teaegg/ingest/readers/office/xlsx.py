"""Workbooks: every row is a record with its header, its sheet and its row number; charts, text boxes."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from teaegg.core.documents import Location, ParsedDocument
from teaegg.ingest.archives import open_container
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.ocr import PictureReader
from teaegg.ingest.readers.office.cell_values import shown_value
from teaegg.ingest.readers.office.drawings import add_drawings
from teaegg.ingest.readers.tables import SPANNED, Numbered, rows_of

_BLANK_ROWS_AT_END = 10_000
_MERGE_CELL = re.compile(rb"<(?:\w+:)?mergeCell\s+ref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
_PIECE_BYTES = 1 << 20
_LONGEST_MATCH = 64
_MAX_MERGED = 20_000
_MAX_SPAN = 500


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """Values as people see them, formulas by the value saved with them; hidden sheets are left out."""
    open_container(data, name, limits).close()
    outline = Outline()
    pictures = PictureReader(limits)
    with damaged_workbooks_refused(name):
        workbook = openpyxl.load_workbook(
            BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        for sheet in workbook.worksheets:
            if sheet.sheet_state != "visible":
                outline.note("Hidden text was left out.")
                continue
            _read_sheet(outline, sheet, limits)
            _read_drawings(outline, sheet, pictures)
        workbook.close()
    for note in pictures.notes:
        outline.note(note)
    return outline.parsed(stem_of(name))


@contextmanager
def damaged_workbooks_refused(name: str) -> Iterator[None]:
    """What the library raises for a damaged workbook becomes UnreadableDocumentError."""
    try:
        yield
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        SyntaxError,
    ) as error:
        raise unreadable(
            name,
            f"the workbook is damaged ({error})",
            "Open it in a spreadsheet program and save it again.",
        ) from error


def _read_sheet(outline: Outline, sheet: Any, limits: ReadLimits) -> None:
    # The stored dimensions may be wrong in both directions; openpyxl then cuts or pads the rows.
    sheet.reset_dimensions()
    characters = 0
    for row in rows_of(_numbered(sheet)):
        characters += len(row.text)
        if characters > limits.max_text_characters:
            # The common limit on text is checked once for all formats; stop feeding it here.
            outline.add("row", row.text, Location(sheet=sheet.title, row=row.number))
            return
        place = Location(path=(sheet.title, *row.above), sheet=sheet.title, row=row.number)
        outline.add("row", row.text, place)


def _read_drawings(outline: Outline, sheet: Any, pictures: PictureReader) -> None:
    part = sheet._worksheet_path.lstrip("/")
    add_drawings(outline, sheet.parent._archive, part, sheet.title, pictures)


@dataclass(slots=True)
class _Merged:
    """A merged range, all numbers from 1 and inclusive, and the text of its first cell once it is known."""

    left: int
    top: int
    right: int
    bottom: int
    text: str = ""


def _merged_ranges(sheet: Any) -> dict[int, list[_Merged]]:
    """Row → the merged ranges that reach into it. Streaming workbooks do not tell them: they stand
    behind the rows, so the part is searched for them once, piece by piece."""
    ranges: dict[int, list[_Merged]] = defaultdict(list)
    for match in islice(_matches(sheet), _MAX_MERGED):
        left, top, right, bottom = (int(each or 1) for each in range_boundaries(match.decode()))
        merged = _Merged(left, top, min(right, left + _MAX_SPAN), min(bottom, top + _MAX_SPAN))
        for row in range(merged.top, merged.bottom + 1):
            ranges[row].append(merged)
    return ranges


def _matches(sheet: Any) -> Iterator[bytes]:
    with sheet.parent._archive.open(sheet._worksheet_path) as part:
        tail = b""
        while piece := part.read(_PIECE_BYTES):
            text = tail + piece
            end = 0
            for match in _MERGE_CELL.finditer(text):
                yield match[1]
                end = match.end()
            tail = text[max(end, len(text) - _LONGEST_MATCH) :]


def _fill_merged(values: list[str], number: int, merged: dict[int, list[_Merged]]) -> None:
    """Every row of a merged range says its text, in the first of its columns."""
    for each in merged.pop(number, ()):
        if each.right > len(values) and number > each.top:
            values += [""] * (each.left - len(values))
        if each.left > len(values):
            continue
        if number == each.top:
            each.text = values[each.left - 1]
        if not each.text:
            continue
        width = max(min(each.right, len(values)) - each.left, 0)
        values[each.left - 1 : each.left + width] = [each.text, *[SPANNED] * width]


def _numbered(sheet: Any) -> Iterator[Numbered]:
    blank = 0
    merged = _merged_ranges(sheet)
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        values = [
            shown_value(cell.value, cell.number_format) if cell.value is not None else ""
            for cell in cells
        ]
        _fill_merged(values, number, merged)
        blank = 0 if any(values) else blank + 1
        if blank > _BLANK_ROWS_AT_END:
            return
        yield number, values
