"""Files of JSON lines: one record a line, for people to open and edit, checked when they are read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from teaegg.core.errors import InvalidRequestError, StorageError

Record = TypeVar("Record", bound=BaseModel)


def read_lines(path: Path, kind: type[Record], *, shape: str = "") -> Iterator[Record]:
    """The records of `path`; empty lines are passed over. `shape` says what a line looks like.

    Raises InvalidRequestError with file and line number.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield parse_line(line, kind, f"{path.name}, line {number}", shape=shape)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequestError(
            f"{path} cannot be read: {error}.", remedy="Name a file of JSON lines in UTF-8."
        ) from error


def parse_line(line: str, kind: type[Record], place: str, *, shape: str = "") -> Record:
    """The record of one line. Raises InvalidRequestError naming `place` and the field."""
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        raise InvalidRequestError(
            f"{place}: {first_mistake(error)}.",
            remedy=shape or f"Its fields are {', '.join(kind.model_fields)}.",
        ) from error


def first_mistake(error: ValidationError) -> str:
    """The first thing that is wrong with a record: the field and what was expected of it."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"])) or "the line"
    return f"{field}: {first['msg'].removeprefix('Value error, ')}"


def write_lines(path: Path, records: Iterable[BaseModel]) -> None:
    """Written beside and renamed: a killed process leaves the file of before.

    Raises StorageError when the disk refuses.
    """
    write_text(path, "".join(f"{record.model_dump_json()}\n" for record in records))


def write_text(path: Path, text: str) -> None:
    """`text` as the content of `path`, as `write_lines` writes."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_content(path, text.encode())
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}.",
            remedy="Free some space or name another folder; what was there before is unchanged.",
        ) from error


def append_content(path: Path, content: bytes) -> None:
    """Whole lines behind those that are there; on the disk when this returns. Raises OSError.

    A last line without its line end was torn by a kill or a full disk, and is cut off: it would spoil
    the next one. Looked for each time, since the file may have been written anew in between.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        if size and file.read(1) != b"\n":
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_content(path: Path, content: bytes) -> None:
    """Beside, to the disk, then in its place. Raises OSError; what was there before stays."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
