"""One record of a file → an item, or what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import ValidationError

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import LETTERS, ExamItem, ItemForm
from teaegg.core.quantities.numerals import to_half_width
from teaegg.evals.items.cells import passages_of, text_of, texts_of
from teaegg.evals.items.columns import COLUMNS, Column, area_of, column_of, form_of
from teaegg.store.lines import first_mistake

_WHOLE = frozenset({"questions", "passages", "options"})
"""Keys that only a whole item as JSON has."""
_PLAIN: tuple[Column, ...] = ("id", "document", "shape", "kind", "source")
"""Columns whose cells hold just what the item says."""
_JOINING = " \t\n,，、;；/|和&"


def item_of(fields: Mapping[str, Any]) -> ExamItem:
    """The item of a line of JSON with an item's own keys, or of the row of a sheet.

    Raises InvalidRequestError that says in a few words what is wrong.
    """
    return validated(fields if _WHOLE & fields.keys() else _of_row(fields))


def validated(values: Mapping[str, Any]) -> ExamItem:
    """The item with these values. Raises InvalidRequestError as `item_of`."""
    try:
        return ExamItem.model_validate_json(json.dumps(dict(values)))
    except ValidationError as error:
        raise InvalidRequestError(_wrong(error)) from error


def _of_row(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an item that stand in the cells of a row; what is blank is left out."""
    cells = _cells(fields)
    options = tuple(text_of(cells[letter]) for letter in _letters(cells))
    form = form_of(cells.get("form", "")) or ("choice" if options else "")
    question, right = cells.get("question", ""), cells.get("right", "")
    values: dict[str, Any] = {name: text_of(cells.get(name, "")) for name in _PLAIN}
    values |= {
        "form": form,
        "questions": texts_of(question) if form == "multi_turn" else (text_of(question),),
        "options": options,
        "right": _right_letters(right, options) if form == "choice" else texts_of(right),
        "passages": [p.model_dump() for p in passages_of(cells.get("passage", ""))],
        "rubric": texts_of(cells.get("rubric", "")),
        "examines": area_of(cells.get("examines", "")),
    }
    return {name: value for name, value in values.items() if value}


def _cells(fields: Mapping[str, Any]) -> dict[str, str]:
    """Column → what stands there, of the cells that are not blank."""
    cells: dict[str, str] = {}
    for heading, value in fields.items():
        column = column_of(str(heading))
        if not column:
            raise InvalidRequestError(
                f"there is no column {str(heading)[:40]!r}; there are {', '.join(COLUMNS)} and "
                f"{LETTERS[0]} to {LETTERS[-1]} for options"
            )
        if column in cells:
            raise InvalidRequestError(f"two columns are called {column}")
        if value not in (None, ""):
            cells[column] = _typed(value, str(heading))
    return cells


def _typed(value: object, heading: str) -> str:
    """What a cell holds; several texts may come as a list where a file has such."""
    if isinstance(value, bool | dict):
        raise InvalidRequestError(f"{heading} is no text")
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _letters(cells: Mapping[str, str]) -> list[str]:
    """The options that are there; a gap between them would give the rest other letters."""
    there = [letter for letter in LETTERS if letter in cells]
    if there != list(LETTERS[: len(there)]):
        missing = next(a for a, b in zip(LETTERS, there, strict=False) if a != b)
        raise InvalidRequestError(f"option {missing} is blank, and {there[-1]} is not")
    return there


def _right_letters(right: str, options: tuple[str, ...]) -> tuple[str, ...]:
    """The letters that are called right; the text of an option stands for its letter."""
    if right in options:
        return (LETTERS[options.index(right)],)
    plain = to_half_width(right).strip().upper().rstrip(".。")
    letters = [letter for letter in plain if letter not in _JOINING]
    return tuple(letters) if all(letter in LETTERS for letter in letters) else (right,)


def _wrong(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"]))
    match first["type"]:
        case "extra_forbidden":
            return f"an item has no {field!r}; it has {', '.join(ExamItem.model_fields)}"
        case "missing":
            return f"{field!r} is missing"
        case "literal_error" if field == "form":
            return f"there is no form of that name; there are {', '.join(get_args(ItemForm))}"
        case "value_error":
            return first_mistake(error).removeprefix("the line: ")
        case _:
            return first_mistake(error)
