"""A file of a company's own questions and answers → rows, and a report of what could not be taken."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from teaegg.core.errors import InvalidRequestError
from teaegg.core.ids import text_hash
from teaegg.distill.exchange.columns import Part
from teaegg.distill.exchange.forms import Draft, draft_of
from teaegg.distill.rows import Row, Turn
from teaegg.ingest.records import Found, read_records

_ID_HEX_DIGITS = 16
_MOST_COLUMNS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that was left out: where it stands, and why."""

    place: str
    what: str


@dataclass(frozen=True, slots=True)
class Imported:
    """`duplicates` counts records that say the same as an earlier one; `notes` are about the file."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    duplicates: int
    notes: tuple[str, ...] = ()


def import_file(
    path: Path, *, columns: Mapping[Part, str] | None = None, instructions: str = ""
) -> Imported:
    """The rows of a file in any known form. `columns` names columns that are not recognised;
    `instructions` is the scene's style, for records that bring a passage.

    Raises NotFoundError and UnreadableDocumentError for the file, InvalidRequestError when a named
    column is not there, or nothing in the file can be taken.
    """
    named = dict(columns or {})
    records = read_records(path)
    found = list(records.found)
    _require_columns(found, named, path)
    rows: dict[str, Row] = {}
    problems = []
    duplicates = 0
    for record in found:
        try:
            row = _row(record, named, instructions)
        except InvalidRequestError as error:
            problems.append(Problem(record.place, error.message))
            continue
        duplicates += row.id in rows
        rows.setdefault(row.id, row)
    if not rows:
        raise _nothing_taken(path, problems)
    return Imported(tuple(rows.values()), tuple(problems), duplicates, records.notes)


def _row(record: Found, named: Mapping[Part, str], instructions: str) -> Row:
    if record.problem:
        raise InvalidRequestError(record.problem)
    draft = draft_of(record.fields, named, instructions)
    turns = tuple(map(Turn.of, draft.turns))
    return Row(
        id=_id(draft), kind="imported", turns=turns, answer=draft.answer, rejected=draft.rejected
    )


def _id(draft: Draft) -> str:
    said = [part for turn in draft.turns for part in (turn.role, turn.content)]
    return text_hash(json.dumps([*said, draft.answer, draft.rejected]))[:_ID_HEX_DIGITS]


def _require_columns(found: Iterable[Found], named: Mapping[Part, str], path: Path) -> None:
    if not named:
        return
    there = {str(name) for record in found for name in record.fields}
    missing = [column for column in named.values() if column not in there]
    if missing:
        shown = ", ".join(sorted(there)[:_MOST_COLUMNS_SHOWN])
        raise InvalidRequestError(
            f"{path} has no column {missing[0]!r}.", remedy=f"It has: {shown or 'none'}."
        )


def _nothing_taken(path: Path, problems: list[Problem]) -> InvalidRequestError:
    if not problems:
        return InvalidRequestError(f"{path} holds no records.", remedy="Name another file.")
    first = problems[0]
    return InvalidRequestError(
        f"Nothing in {path} can be taken; {first.place}: {first.what}",
        remedy="Name the columns: --question COLUMN --answer COLUMN.",
    )
