"""JSON and JSON lines."""

from __future__ import annotations

import json

from teaegg.core.documents import ParsedDocument
from teaegg.ingest.encodings import decode
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.records.values import Value, add_records, fill_from_value, title_of

_MAX_NOTES = 20


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """One value is read as a whole; several, one a line, are rows numbered by their lines.

    A line that cannot be read is left out with a note.
    """
    decoded = decode(data, name)
    text = decoded.text.strip()
    outline = Outline(notes=[decoded.note] if decoded.note else [])
    try:
        value = _parsed(text)
    except ValueError as error:
        if not _add_lines(outline, text):
            raise unreadable(
                name, f"it is not valid JSON ({error})", "Export it again; check that it is whole."
            ) from error
        return outline.parsed(stem_of(name))
    fill_from_value(outline, value)
    return outline.parsed(title_of(value) or stem_of(name))


def _add_lines(outline: Outline, text: str) -> bool:
    """Whether most lines are records; what `text` says is added then."""
    broken: list[int] = []
    filled = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        filled += 1
        try:
            add_records(outline, [_parsed(line)], first=number)
        except ValueError:
            broken.append(number)
    if 2 * len(broken) >= filled:
        return False
    if broken:
        listed = ", ".join(map(str, broken[:_MAX_NOTES]))
        outline.note(f"{len(broken)} lines are not valid JSON and were left out: {listed}.")
    return True


def _parsed(text: str) -> Value:
    # Numbers stay text: they are shown as they were written, and none is too long to convert.
    value: Value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    return value
