"""Changing a stage file by hand: what does not fit is refused, and the file stays as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from teaegg.core.errors import InvalidRequestError, NotFoundError
from teaegg.distill.data.manifest import STAGES, Stage, stage_file
from teaegg.distill.data.records import Asked, SplitDocument
from teaegg.distill.rows import ROW_SHAPE, Row
from teaegg.store.lines import parse_line, read_lines, write_lines, write_text


def kind_of(stage: Stage) -> type[BaseModel]:
    """What a line of the stage's file is."""
    if stage == "split":
        return SplitDocument
    return Row if stage in ("rows", "exam") else Asked


def stage_named(name: str) -> Stage:
    """Raises InvalidRequestError for a stage that there is not."""
    for stage in STAGES:
        if name == stage:
            return stage
    raise InvalidRequestError(
        f"There is no stage {name[:40]!r}.", remedy=f"There are {', '.join(STAGES)}."
    )


def read_stage(folder: Path, stage: Stage) -> list[Any]:
    """The records of a stage. Raises InvalidRequestError with file and line number."""
    path = folder / stage_file(stage)
    if not path.is_file():
        raise NotFoundError(
            f"{folder.name} has no {path.name} yet.", remedy="Run `teaegg data make` to the end."
        )
    kind = kind_of(stage)
    return list(read_lines(path, kind, shape=ROW_SHAPE if kind is Row else ""))


def name_of(record: Any) -> str:
    """What a record is called: its id, or for the split the document's."""
    return str(record.document if isinstance(record, SplitDocument) else record.id)


def record_text(folder: Path, stage: Stage, name: str) -> str:
    """One record as JSON on several lines, for an editor."""
    record = _found(read_stage(folder, stage), stage, name)
    return json.dumps(record.model_dump(mode="json"), ensure_ascii=False, indent=2) + "\n"


def replace_record(folder: Path, stage: Stage, name: str, text: str) -> None:
    """Put the record that `text` (JSON) describes in the place of the one called `name`."""
    records = read_stage(folder, stage)
    old = _found(records, stage, name)
    new = parse_line(text, kind_of(stage), f"{stage_file(stage)}, {name}", shape=_shape(stage))
    write_lines(
        folder / stage_file(stage), [new if record is old else record for record in records]
    )


def set_field(folder: Path, stage: Stage, name: str, field: str, value: str) -> None:
    """Set one field of a record; `value` is text, or JSON where the field is no text."""
    kind = kind_of(stage)
    if field not in kind.model_fields:
        raise InvalidRequestError(
            f"A line of {stage_file(stage)} has no field {field[:40]!r}.",
            remedy=f"There are {', '.join(kind.model_fields)}.",
        )
    record = _found(read_stage(folder, stage), stage, name).model_dump(mode="json")
    for candidate in _readings(value):
        try:
            kind.model_validate_json(json.dumps({**record, field: candidate}))
        except ValidationError:
            continue
        value = candidate
        break
    replace_record(folder, stage, name, json.dumps({**record, field: value}, ensure_ascii=False))


def drop_record(folder: Path, stage: Stage, name: str) -> None:
    """Take one record out."""
    records = read_stage(folder, stage)
    old = _found(records, stage, name)
    write_lines(folder / stage_file(stage), [record for record in records if record is not old])


def replace_file(folder: Path, stage: Stage, text: str) -> int:
    """Make `text` the stage's file when every line of it fits. Returns how many records it has."""
    kind, path = kind_of(stage), folder / stage_file(stage)
    count = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            parse_line(line, kind, f"{path.name}, line {number}", shape=_shape(stage))
            count += 1
    write_text(path, text if text.endswith("\n") or not text else text + "\n")
    return count


def _shape(stage: Stage) -> str:
    return ROW_SHAPE if kind_of(stage) is Row else ""


def _readings(value: str) -> list[Any]:
    try:
        return [value, json.loads(value)]
    except ValueError:
        return [value]


def _found(records: list[Any], stage: Stage, name: str) -> Any:
    for record in records:
        if name_of(record) == name:
            return record
    raise NotFoundError(
        f"{stage_file(stage)} has no record {name[:80]!r}.",
        remedy="`teaegg data show NAME` shows the ids.",
    )
