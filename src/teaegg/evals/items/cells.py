"""Text in the cells of a sheet: what people type, and nothing lost of what no cell takes as it is.

A cell holds one text, or one a line. What would not come back so (a text of several lines in a list,
blanks at its ends, characters that XML forbids) is written as `json:` and its JSON, and read so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import ItemPassage
from teaegg.store.lines import first_mistake

LONGEST_CELL = 32_767
"""Characters that a cell takes, by Excel's own limits."""

_MARK = "json:"
_TEXT = TypeAdapter(str)
_TEXTS = TypeAdapter(tuple[str, ...])
_PASSAGES = TypeAdapter(tuple[ItemPassage, ...])
# What XML 1.0 cannot hold, the carriage return that it drops, and "_x", with which Excel's escapes begin.
_LOST = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|_x")
Value = TypeVar("Value")


def text_of(cell: str) -> str:
    """The one text of a cell. Raises InvalidRequestError for wrong JSON, as all of these."""
    return _json(_TEXT, cell) if cell.startswith(_MARK) else cell


def texts_of(cell: str) -> tuple[str, ...]:
    """The texts of a cell, one a line."""
    if cell.startswith(_MARK):
        return _json(_TEXTS, cell)
    return tuple(line.strip() for line in cell.split("\n") if line.strip())


def passages_of(cell: str) -> tuple[ItemPassage, ...]:
    """The passages of a cell: plain text is one that holds the answer."""
    if cell.startswith(_MARK):
        return _json(_PASSAGES, cell)
    return (ItemPassage(text=cell),) if cell else ()


def cell_of_text(text: str) -> str:
    return _cell(text, text, text_of)


def cell_of_texts(texts: Sequence[str]) -> str:
    return _cell("\n".join(texts), tuple(texts), texts_of)


def cell_of_passages(passages: Sequence[ItemPassage]) -> str:
    return _cell(passages[0].text if passages else "", tuple(passages), passages_of)


def _cell(typed: str, value: Any, read: Callable[[str], Any]) -> str:
    """`typed` where it is read as `value`, without the blanks that no cell keeps at its ends."""
    if not typed.startswith(_MARK) and not _LOST.search(typed) and read(typed.strip()) == value:
        return typed
    data = TypeAdapter(Any).dump_python(value, mode="json", exclude_defaults=True)
    # A blank cell is no value, and JSON spells every character.
    written = json.dumps(data, ensure_ascii=False).replace("_x", "_\\u0078")
    return _MARK + (json.dumps(data) if _LOST.search(written) else written)


def _json(kind: TypeAdapter[Value], cell: str) -> Value:
    try:
        return kind.validate_json(cell.removeprefix(_MARK))
    except ValidationError as error:
        raise InvalidRequestError(
            f"what stands behind {_MARK} is wrong: {first_mistake(error)}",
            remedy=f"Write plain text, without {_MARK}.",
        ) from error
