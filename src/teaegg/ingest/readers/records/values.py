"""Nested values to blocks: arrays of records are tables, everything else stands under its keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from teaegg.core.documents import Location
from teaegg.ingest.readers.base import Outline
from teaegg.ingest.readers.tables import PAIR_SEPARATOR

Value = None | bool | str | list["Value"] | dict[str, "Value"]
"""Numbers are kept as they are written: 0.30 stays 0.30."""

_LONG_CHARACTERS = 300
_TITLE_KEYS = ("title", "name", "标题", "名称", "題目", "題名")


def fill_from_value(outline: Outline, value: Value, level: int = 1) -> None:
    """Add what `value` says. `level` is that of the headings made from its keys."""
    if isinstance(value, list):
        add_records(outline, value)
        return
    if not isinstance(value, dict):
        outline.add("paragraph", _shown(value))
        return
    own = {key: each for key, each in value.items() if not _is_section(each)}
    if own:
        _add_record(outline, own, None)
    for key, each in value.items():
        if _is_section(each):
            outline.heading(key, level)
            fill_from_value(outline, each, level + 1)


def add_records(outline: Outline, records: Iterable[Value], first: int = 1) -> None:
    """Rows are numbered from `first`."""
    for number, record in enumerate(records, start=first):
        _add_record(outline, record, number)


def title_of(value: Value) -> str:
    """What a record calls itself, or ''."""
    if isinstance(value, dict):
        named = {key.lower(): each for key, each in value.items()}
        for key in _TITLE_KEYS:
            title = named.get(key)
            if isinstance(title, str) and title.strip():
                return title
    return ""


def _is_section(value: Value) -> bool:
    """Whether a value needs more than one row: an array of records, or an object that holds one."""
    if isinstance(value, list):
        return any(isinstance(each, dict | list) for each in value)
    return isinstance(value, dict) and any(map(_is_section, value.values()))


def _add_record(outline: Outline, record: Value, number: int | None) -> None:
    pairs = list(_pairs(record, ""))
    short = [(key, text) for key, text in pairs if not _is_long(text)]
    row = PAIR_SEPARATOR.join(
        f"{key}: {' '.join(text.split())}" if key else text for key, text in short
    )
    outline.add("row", row, Location(row=number))
    for key, text in pairs:
        if _is_long(text):
            outline.add("paragraph", text, Location(row=number, path=(key,) if key else ()))


def _is_long(text: str) -> bool:
    return len(text) > _LONG_CHARACTERS


def _pairs(value: Value, key: str) -> Iterator[tuple[str, str]]:
    """(path, text) for every leaf, in order; arrays of plain values make one text."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _pairs(each, f"{key}.{name}" if key else name)
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for number, each in enumerate(value, start=1):
            yield from _pairs(each, f"{key}[{number}]")
    else:
        shown = [_shown(each) for each in value] if isinstance(value, list) else [_shown(value)]
        text = ", ".join(filter(None, shown))
        if text:
            yield key, text


def _shown(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()
