"""Ruled tables of a page, by pdfplumber, only where lines or boxes are drawn (it is slow)."""

from __future__ import annotations

from io import BytesIO
from typing import Any, NamedTuple

import pdfplumber
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

from teaegg.ingest.readers.ocr import Box

# What pdfminer lets through when a file breaks the rules.
_CARELESS = (
    ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError, ArithmeticError,
)  # fmt: skip
_MIN_CELLS = 4
_MIN_FILLED_SHARE = 0.4


class RuledTable(NamedTuple):
    """`box` in fractions of the page; `cells` row by row, '' where a cell is empty."""

    box: Box
    cells: list[list[str]]


class TableFinder:
    """Opens the file for pdfplumber when the first page asks."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._document: Any = None

    def tables(self, page_index: int) -> list[RuledTable]:
        """Tables of the page with this index (0-based); [] when pdfplumber cannot read it."""
        # pdfminer is stricter than PDFium; without its help the table is still read as lines.
        try:
            if self._document is None:
                self._document = pdfplumber.open(BytesIO(self._data))
            page = self._document.pages[page_index]
            found = [_ruled(table, page) for table in page.find_tables()]
            page.close()
        except (PdfminerException, MalformedPDFException, PSException, *_CARELESS):
            return []
        return [table for table in found if _is_real(table)]

    def close(self) -> None:
        if self._document is not None:
            self._document.close()


def _ruled(table: Any, page: Any) -> RuledTable:
    left, top, right, bottom = table.bbox
    x0, y0, x1, y1 = page.bbox
    box = (
        (left - x0) / (x1 - x0),
        (top - y0) / (y1 - y0),
        (right - x0) / (x1 - x0),
        (bottom - y0) / (y1 - y0),
    )
    cells = [[_joined(cell or "") for cell in row] for row in table.extract()]
    return RuledTable(box, cells)


def _joined(cell: str) -> str:
    lines = [line.strip() for line in cell.split("\n") if line.strip()]
    is_latin = all(line[-1].isascii() for line in lines)
    return (" " if is_latin else "").join(lines)


def _is_real(table: RuledTable) -> bool:
    """A frame around text has one cell; a drawing has many empty ones."""
    width = max((len(row) for row in table.cells), default=0)
    count = sum(len(row) for row in table.cells)
    filled = sum(1 for row in table.cells for cell in row if cell.strip())
    return (
        width >= 2
        and len(table.cells) >= 2
        and count >= _MIN_CELLS
        and filled >= _MIN_FILLED_SHARE * count
    )
