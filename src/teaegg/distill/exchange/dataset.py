"""The rows of a dataset as others see them: those that were made, and those that were brought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from teaegg.core.errors import NotFoundError
from teaegg.distill.data.manifest import stage_file
from teaegg.distill.rows import Row, read_rows, write_rows

IMPORTED_FILE = "imported.jsonl"
"""Beside the rows that were made, which are made anew at times."""


def dataset_rows(folder: Path) -> Iterator[Row]:
    """Made rows, then imported ones that none of them equals. Raises NotFoundError when there is
    neither file, InvalidRequestError for a line that is no row."""
    files = [
        path for path in (folder / stage_file("rows"), folder / IMPORTED_FILE) if path.is_file()
    ]
    if not files:
        raise NotFoundError(
            f"There is no dataset {folder.name}.",
            remedy="Make it from documents, or import a file of questions and answers.",
        )
    seen: set[str] = set()
    for path in files:
        for row in read_rows(path):
            if row.id not in seen:
                seen.add(row.id)
                yield row


def add_to_dataset(folder: Path, rows: Iterable[Row]) -> int:
    """Put the rows that are not there yet behind those imported before; returns how many."""
    path = folder / IMPORTED_FILE
    known = {row.id: row for row in read_rows(path)} if path.is_file() else {}
    new = {row.id: row for row in rows if row.id not in known}
    if new:
        write_rows(path, [*known.values(), *new.values()])
    return len(new)
