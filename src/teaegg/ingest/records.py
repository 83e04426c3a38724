"""Files of records, whatever wrote them: JSON lines, JSON, separated values, workbooks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from teaegg.core.errors import InvalidRequestError, NotFoundError
from teaegg.ingest.archives import open_container
from teaegg.ingest.encodings import Decoded, decode
from teaegg.ingest.readers.base import DEFAULT_LIMITS, unreadable
from teaegg.ingest.readers.office.cell_values import shown_value
from teaegg.ingest.readers.office.xlsx import damaged_workbooks_refused

_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_SEPARATORS = "\t,;|，"
_JSON_ENDINGS = frozenset((".json", ".jsonl", ".ndjson"))


@dataclass(frozen=True, slots=True)
class Found:
    """A record and where it stands, as a person would look it up: `line 3`, `Sheet1, row 3`.

    `problem` says why there is no record.
    """

    place: str
    fields: dict[str, Any]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a file in order, and what has to be said of it as a whole."""

    found: Iterator[Found]
    notes: tuple[str, ...] = ()


def read_records(path: Path) -> Records:
    """A line that cannot be read is told, and the rest goes on.

    Raises NotFoundError for a file that is not there, InvalidRequestError for one that is too large,
    and UnreadableDocumentError, at the latest while the records are read, for one that is none of
    these formats as a whole.
    """
    data = _content(path)
    if data.startswith(_ZIP):
        return Records(_workbook(data, path.name))
    if data.startswith(_OLD_OFFICE):
        raise unreadable(
            path.name, "it is an old or encrypted workbook", "Save it as .xlsx or .csv."
        )
    is_json = path.suffix.lower() in _JSON_ENDINGS
    decoded = _json_text(data) if is_json else None
    decoded = decoded or decode(data, path.name)
    text = decoded.text.replace("\x00", "")
    is_json = is_json or text.lstrip()[:1] in {"{", "["}
    found = json_records(text) if is_json else _separated(text, path.name)
    return Records(found, (decoded.note,) if decoded.note else ())


def _json_text(data: bytes) -> Decoded | None:
    """JSON is UTF-8 (RFC 8259, 8.1): where it can be, no guess at another encoding is due."""
    try:
        return Decoded(data.decode("utf-8-sig"), "")
    except UnicodeDecodeError:
        return None


def _content(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > DEFAULT_LIMITS.max_file_bytes:
            raise InvalidRequestError(
                f"{path} has {size} bytes, more than {DEFAULT_LIMITS.max_file_bytes}.",
                remedy="Divide it into several files.",
            )
        return path.read_bytes()
    except OSError as error:
        raise NotFoundError(
            f"{path} cannot be read: {error.strerror or error}.", remedy="Check the path."
        ) from error


def json_records(text: str) -> Iterator[Found]:
    """One value of many records, or one record a line. Lines end at a line feed and nowhere else:
    JSON lets U+2028 stand inside a text."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, list):
        yield from (_found(f"item {n}", item) for n, item in enumerate(whole, start=1))
        return
    records = _records_inside(whole)
    if records is not None:
        yield from (_found(f"item {n}", item) for n, item in enumerate(records, start=1))
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _json_line(f"line {number}", line)


def _records_inside(value: Any) -> list[Any] | None:
    """`{"data": [{…}, …]}`: an object that only wraps the records."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    only = next(iter(value.values()))
    is_wrapped = isinstance(only, list) and set(value) <= {"data", "rows", "items", "examples"}
    return only if is_wrapped else None


def _json_line(place: str, line: str) -> Found:
    try:
        return _found(place, json.loads(line))
    except (ValueError, RecursionError) as error:
        return Found(place, {}, f"It is not JSON ({error}).")


def _found(place: str, value: Any) -> Found:
    if isinstance(value, dict):
        return Found(place, value)
    return Found(place, {}, f"It is not a JSON object but {type(value).__name__}.")


def _separated(text: str, name: str) -> Iterator[Found]:
    csv.field_size_limit(DEFAULT_LIMITS.max_text_characters)
    header = next((line for line in text.split("\n") if line.strip()), "")
    separator = max(_SEPARATORS, key=header.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        # A record may span lines: its place is where it ends, as editors show it.
        yield from _table((f"line {lines.line_num}", cells) for cells in lines)
    except csv.Error as error:
        raise unreadable(
            name, f"line {lines.line_num} is no line of a table ({error})", "Save it again as CSV."
        ) from error


def _workbook(data: bytes, name: str) -> Iterator[Found]:
    open_container(data, name, DEFAULT_LIMITS).close()
    with damaged_workbooks_refused(name):
        workbook = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        for sheet in workbook.worksheets:
            if sheet.sheet_state == "visible":
                sheet.reset_dimensions()
                yield from _table(_sheet_rows(sheet))
        workbook.close()


def _sheet_rows(sheet: Any) -> Iterator[tuple[str, Sequence[str]]]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        values = [
            shown_value(cell.value, cell.number_format) if cell.value is not None else ""
            for cell in cells
        ]
        yield f"{sheet.title}, row {number}", values


def _table(rows: Iterable[tuple[str, Sequence[str]]]) -> Iterator[Found]:
    """The first row that is not blank names the columns."""
    names: list[str] = []
    for place, cells in rows:
        texts = [cell.strip() for cell in cells]
        if not any(texts):
            continue
        if not names:
            names = texts
            continue
        pairs = zip(names, texts, strict=False)
        yield Found(place, {name: text for name, text in pairs if name})
