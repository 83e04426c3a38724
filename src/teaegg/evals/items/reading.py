"""A file of items → an exam: all of it, or every mistake by its line or row and nothing.

JSON lines, JSON, separated values or a workbook, in any encoding that documents come in. A line or row
that names or titles the exam instead of asking something says what the exam is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import Exam, ExamItem
from teaegg.evals.items.cells import text_of
from teaegg.evals.items.forms import item_of
from teaegg.ingest.records import Found, json_records, read_records
from teaegg.store.lines import first_mistake

REMEDY = (
    "Nothing was taken: correct these and give the file again. A sheet with every column: "
    "`teaegg exam new FILE.xlsx`."
)
_SHOWN = 10
_HEAD = frozenset(Exam.model_fields) - {"items"}


@dataclass(frozen=True, slots=True)
class ItemsRead:
    """`head` is what the file says of the exam itself, `notes` what has to be said of the file."""

    items: tuple[ExamItem, ...]
    head: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_items(path: Path) -> ItemsRead:
    """Raises NotFoundError and UnreadableDocumentError for the file, InvalidRequestError with file and
    line of what is wrong in it."""
    records = read_records(path)
    read = _read(records.found, path.name)
    return ItemsRead(read.items, read.head, records.notes)


def parse_items(text: str, name: str) -> ItemsRead:
    """As `read_items`, for the text of a file of JSON lines that is called `name`."""
    return _read(json_records(text), name)


def exam_of(read: ItemsRead, **said: Any) -> Exam:
    """The exam of these items; what is `said` (name, title, language, scene, pass_mark) wins over what
    the file says. Raises InvalidRequestError."""
    values = {**read.head, **{key: value for key, value in said.items() if value is not None}}
    values.setdefault("title", values.get("name", ""))
    try:
        return Exam.model_validate({**values, "items": read.items})
    except ValidationError as error:
        raise InvalidRequestError(
            f"This makes no exam: {first_mistake(error).removeprefix('the line: ')}.",
            remedy="Names are of a-z, 0-9 and hyphens, pass marks from 0 to 1.",
        ) from error


def _read(found: Iterable[Found], name: str) -> ItemsRead:
    head: dict[str, Any] = {}
    items: dict[str, tuple[ExamItem, str]] = {}
    mistakes: dict[str, list[str]] = defaultdict(list)
    for record in found:
        try:
            if record.problem:
                raise InvalidRequestError(record.problem)
            if record.fields.keys() <= _HEAD:
                head |= _head(record.fields)
                continue
            item = item_of(record.fields)
            if item.id in items:
                raise InvalidRequestError(
                    f"the id {item.id!r} stands at {items[item.id][1]} as well"
                )
            items[item.id] = (item, record.place)
        except InvalidRequestError as error:
            mistakes[error.message.rstrip(".")].append(record.place)
    if mistakes:
        raise _refused(mistakes, name)
    if not items:
        raise InvalidRequestError(f"{name} holds no items.", remedy=REMEDY)
    return ItemsRead(tuple(item for item, _ in items.values()), head)


def _head(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of the exam; cells may be blank, and hold texts as those of items do."""
    said = {
        key: text_of(value) if isinstance(value, str) else value for key, value in fields.items()
    }
    return {key: value for key, value in said.items() if value != ""}


def _refused(mistakes: Mapping[str, Sequence[str]], name: str) -> InvalidRequestError:
    """Each mistake once, where it was first made: a wrong heading is wrong in every row."""
    told = [
        f"{name}, {places[0]}: {what}{f', and {len(places) - 1} more times' if places[1:] else ''}."
        for what, places in mistakes.items()
    ]
    more = [f"… and {len(told) - _SHOWN} more mistakes."] if len(told) > _SHOWN else []
    return InvalidRequestError("\n".join([*told[:_SHOWN], *more]), remedy=REMEDY)
