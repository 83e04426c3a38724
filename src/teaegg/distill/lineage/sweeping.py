"""Rows deleted from the files of a dataset, so that a kill at any moment leaves each file whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection
from pathlib import Path

from teaegg.core.errors import StorageError
from teaegg.core.ids import content_hash
from teaegg.store.lines import replace_content

RUNS = "runs"
"""Beside the rows: the folders of runs that are not finished, whose weights have learned from them."""
ANSWERS = "answers"
"""Among the runs: what experts and bases said in exams, so that nobody sits one twice."""


def sweep_rows(file: Path, documents: Collection[str]) -> int:
    """Delete the lines that name one of `documents` from `file` and the other JSON Lines beside it.

    The stages of a dataset write a file each into one folder, and every line names the documents that
    it tells of, by their ids. Records in the folder that hold the hash of a file (its manifest) get
    the new one, since nobody edited it by hand. Unfinished runs go whole. Returns how many lines went;
    0 when the folder is not there. Raises StorageError when the disk refuses; doing it again goes on.
    """
    names = [json.dumps(document).encode() for document in documents]
    try:
        if (file.parent / RUNS).is_dir():
            shutil.rmtree(file.parent / RUNS)
        return sum(_sweep(path, names) for path in sorted(file.parent.glob("*.jsonl")))
    except OSError as error:
        raise StorageError(
            f"Rows of a forgotten document cannot be deleted from {file.parent}: "
            f"{error.strerror or error}.",
            remedy="Check the rights on the folder and free disk space; it is tried again at the "
            "next start.",
        ) from error


def _sweep(path: Path, names: Collection[bytes]) -> int:
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    kept = [line for line in lines if not any(name in line for name in names)]
    if len(kept) == len(lines):
        return 0
    swept = b"".join(kept)
    # The record first: killed in between, the next try finds the lines again and the record right.
    for record in sorted(path.parent.glob("*.json")):
        before = record.read_bytes()
        after = before.replace(content_hash(content).encode(), content_hash(swept).encode())
        if after != before:
            replace_content(record, after)
    replace_content(path, swept)
    return len(lines) - len(kept)
