"""Workbooks: every row is a record with its header, its sheet and its row number."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from teaegg.core.documents import Location, ParsedDocument
from teaegg.ingest.archives import open_container
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.office.cell_values import shown_value
from teaegg.ingest.readers.tables import Numbered, rows_of

_BLANK_ROWS_AT_END = 10_000


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """Values as people see them, formulas by the value saved with them; hidden sheets are left out."""
    open_container(data, name, limits).close()
    outline = Outline()
    try:
        workbook = openpyxl.load_workbook(
            BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        for sheet in workbook.worksheets:
            if sheet.sheet_state != "visible":
                outline.note("Hidden text was left out.")
                continue
            _read_sheet(outline, sheet, limits)
        workbook.close()
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
    return outline.parsed(stem_of(name))


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


def _numbered(sheet: Any) -> Iterator[Numbered]:
    blank = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        values = [
            shown_value(cell.value, cell.number_format) if cell.value is not None else ""
            for cell in cells
        ]
        blank = 0 if any(values) else blank + 1
        if blank > _BLANK_ROWS_AT_END:
            return
        yield number, values
