"""Comma and tab separated values: one record a row, whatever the separator and the encoding."""

from __future__ import annotations

import csv
import re
from io import StringIO

from teaegg.core.documents import Location, ParsedDocument
from teaegg.ingest.encodings import decode
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.tables import rows_of

_SEPARATORS = ",;\t|，"
# A first line by which spreadsheet programs tell each other.
_NAMED_SEPARATOR = re.compile(r"sep=([,;\t|])\r?\n", re.IGNORECASE)
_SAMPLE_LINES = 50


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """Rows are numbered as a spreadsheet program shows them: the header is row 1."""
    decoded = decode(data, name)
    outline = Outline(notes=[decoded.note] if decoded.note else [])
    csv.field_size_limit(limits.max_text_characters)
    text = decoded.text.replace("\x00", "")
    named = _NAMED_SEPARATOR.match(text)
    body = text[named.end() :] if named else text
    separator = named[1] if named else _separator(text)
    records = csv.reader(StringIO(body, newline=""), delimiter=separator)
    try:
        for row in rows_of(enumerate(records, start=2 if named else 1)):
            outline.add("row", row.text, Location(row=row.number, path=row.above))
    except csv.Error as error:
        raise unreadable(
            name, f"it is not a table of separated values ({error})", "Save it again as CSV."
        ) from error
    return outline.parsed(stem_of(name))


def _separator(text: str) -> str:
    """The candidate that splits the first lines most evenly into the most columns."""
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    if not lines:
        return ","

    def columns(separator: str) -> tuple[int, int]:
        counts = sorted(line.count(separator) for line in lines)
        return counts[len(counts) // 4], counts[-1]

    return max(_SEPARATORS, key=columns)
