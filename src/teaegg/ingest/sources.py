"""The files below the paths that a person names, in a stable order and under stable names."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from teaegg.ingest.cleaning import shown

_SKIPPED_NAMES = frozenset(("thumbs.db", "desktop.ini", "__macosx", "__pycache__", "node_modules"))
_SKIPPED_STARTS = (".", "~$", "._", ".~lock.")
_SKIPPED_ENDS = ("~", ".tmp", ".part", ".crdownload", ".swp")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that can be learned.

    `root` is the absolute path that was named; `source` is the name under which people and records
    know the file: the root's own name and the way from there, with "/" on every system, so that it
    stays the same when the folder moves. Undecodable bytes of a name are shown as %xx.
    """

    path: Path
    root: str
    source: str
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """Something that is there but cannot be learned, with the reason; the rest goes on."""

    path: Path
    root: str
    source: str
    reason: str


def walk(paths: Iterable[Path]) -> Iterator[SourceFile | SourceProblem]:
    """Files below `paths` (files or folders), each once, sorted by name within a folder.

    Hidden, temporary and lock files are left out. Links are followed only as far as they stay below
    their root. Nothing raises: what cannot be looked at becomes a SourceProblem.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        root = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the root's own link
        for found in _below(root, root, root.name or "files"):
            if isinstance(found, SourceFile):
                key = _identity(found.path)
                if key in seen:
                    continue
                seen.add(key)
            yield found


def _below(root: Path, path: Path, source: str) -> Iterator[SourceFile | SourceProblem]:
    try:
        status = path.stat()
        if path.is_symlink() and not _stays_below(path, root):
            yield _problem(root, path, source, "it is a link that leads out of the folder")
        elif stat.S_ISDIR(status.st_mode):
            yield from _in_folder(root, path, source)
        elif stat.S_ISREG(status.st_mode):
            if not os.access(path, os.R_OK):
                yield _problem(root, path, source, "this account may not read it")
            else:
                yield SourceFile(path, safe(str(root)), source, status.st_size, status.st_mtime_ns)
        else:
            yield _problem(root, path, source, "it is neither a file nor a folder")
    except OSError as error:
        yield _problem(root, path, source, error.strerror or str(error))


def _in_folder(root: Path, folder: Path, source: str) -> Iterator[SourceFile | SourceProblem]:
    for name in sorted(os.listdir(folder)):  # noqa: PTH208 - names are enough here
        if is_skipped(name):
            continue
        child = folder / name
        # A link to a folder is not entered: it could lead back up and never end.
        if child.is_symlink() and child.is_dir():
            continue
        yield from _below(root, child, f"{source}/{safe(name)}")


def is_skipped(name: str) -> bool:
    """Names that programs and systems leave behind and nobody means to learn."""
    lowered = name.lower()
    return (
        lowered in _SKIPPED_NAMES
        or lowered.startswith(_SKIPPED_STARTS)
        or lowered.endswith(_SKIPPED_ENDS)
    )


def safe(name: str) -> str:
    """A name that can be stored and shown: undecodable bytes as %xx, no invisible characters."""
    percent = "".join(f"%{ord(c) - 0xDC00:02x}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in name)
    return shown(percent)


def _stays_below(path: Path, root: Path) -> bool:
    return path == root or path.resolve().is_relative_to(root.resolve())


def _problem(root: Path, path: Path, source: str, reason: str) -> SourceProblem:
    return SourceProblem(path, safe(str(root)), source, reason)


def _identity(path: Path) -> tuple[int, int]:
    # Gone meanwhile: let the reader find out and say so.
    try:
        status = path.stat()
    except OSError:
        return (0, hash(path))
    return (status.st_dev, status.st_ino)
