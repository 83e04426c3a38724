# mypy: disable-error-code="import-untyped,import-not-found"
"""Small attachments of the mails: an order as a workbook, a delivery note as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from kit import WHEN, blocks, clean_zip
from openpyxl import Workbook


def _rows(source: str) -> list[list[str]]:
    return next(block.rows for block in blocks(source) if block.kind == "table")


def _value(text: str) -> Any:
    return int(text) if text.isdigit() else text


def small_workbook(source: str) -> bytes:
    """A one-sheet workbook from a markdown table."""
    book: Any = Workbook()
    book.active.title = "Order"
    for row in _rows(source):
        book.active.append([_value(cell) for cell in row])
    book.properties.created = book.properties.modified = WHEN.replace(tzinfo=None)
    out = io.BytesIO()
    book.save(out)
    return clean_zip(out.getvalue())


def small_csv(source: str) -> bytes:
    """A CSV file from a markdown table."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(_rows(source))
    return out.getvalue().encode("utf-8-sig")
