"""The rows of a dataset as others see them: those that were made, and those that were brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from teaegg.core.errors import NotFoundError
from teaegg.distill.data.manifest import Stage, rejects_file, stage_file
from teaegg.distill.data.records import Rejected
from teaegg.distill.rows import Row, read_rows, write_rows
from teaegg.store.lines import read_lines

IMPORTED_FILE = "imported.jsonl"
"""Beside the rows that were made, which are made anew at times."""

_LEAVING_OUT: tuple[Stage, ...] = ("brought", "balanced", "rows")


@dataclass(frozen=True, slots=True)
class ImportedUse:
    """Of the rows in `imported.jsonl`: `used` stand among the training rows, `left_out` maps reasons to
    their number, `waiting` have come since the dataset was made last."""

    brought: int
    used: int
    left_out: Mapping[str, int]

    @property
    def waiting(self) -> int:
        return max(0, self.brought - self.used - sum(self.left_out.values()))


def imported_use(folder: Path) -> ImportedUse | None:
    """Counted from the files as they are now; None where nobody brought rows."""
    path, made = folder / IMPORTED_FILE, folder / stage_file("rows")
    if not path.is_file():
        return None
    rows = read_rows(made) if made.is_file() else ()
    files = (folder / rejects_file(stage) for stage in _LEAVING_OUT)
    left_out = Counter(
        rejected.reason
        for file in files
        if file.is_file()
        for rejected in read_lines(file, Rejected)
        if rejected.item.kind == "imported"
    )
    return ImportedUse(
        sum(1 for _ in read_rows(path)),
        sum(row.kind == "imported" for row in rows),
        dict(left_out.most_common()),
    )


def dataset_rows(folder: Path) -> Iterator[Row]:
    """The rows to learn from. Once imported rows were looked at, these are the made ones, in which the
    good ones stand; before, made rows and then imported ones that none of them equals.

    Raises NotFoundError when there is neither file, InvalidRequestError for a line that is no row.
    """
    names = [stage_file("rows")]
    if not (folder / stage_file("brought")).is_file():
        names.append(IMPORTED_FILE)
    files = [path for path in (folder / name for name in names) if path.is_file()]
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
