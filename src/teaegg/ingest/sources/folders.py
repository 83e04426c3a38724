"""The files below the paths that a person names, in a stable order and under stable names."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from teaegg.core.errors import NotFoundError, SourceUnavailableError
from teaegg.ingest.readers.base import unreadable
from teaegg.ingest.sources.base import (
    Content,
    Reading,
    SourceFile,
    SourceItem,
    SourceProblem,
    too_large,
)
from teaegg.ingest.sources.names import is_skipped, safe
from teaegg.ingest.sources.permissions import Rights, permissions_of, rights_of

_READ_ATTEMPTS = 3


class FolderSource:
    """A folder or file of this machine, and everything below it.

    `known_readers`: whom of a file's owners and groups TeaEgg knows; None: only note them.
    """

    def __init__(self, path: Path, known_readers: Mapping[str, str] | None = None) -> None:
        self._path = path
        self._known_readers = known_readers
        self.root = _root_name(path)

    async def look(self, known: Mapping[str, str]) -> list[SourceItem]:
        """Raises NotFoundError when the path is not there."""
        return await asyncio.to_thread(self._look)

    async def read(self, file: SourceFile, known_mark: str, *, limit_bytes: int) -> Reading:
        """Raises as `Source.read` says; a file that is still being written is left for later."""
        return await asyncio.to_thread(_read, file, limit_bytes)

    async def close(self) -> None:
        """Nothing is held."""

    def _look(self) -> list[SourceItem]:
        if not os.path.lexists(self._path):
            raise NotFoundError(
                f"There is no file or folder {self._path}.", remedy="Check the path."
            )
        return list(walk([self._path], self._known_readers))


def gone_folders(roots: Iterable[str]) -> set[str]:
    """Those of `roots` that were folders of this machine and are no longer where they were."""
    return {root for root in roots if os.path.isabs(root) and not os.path.lexists(root)}  # noqa: PTH117


def walk(
    paths: Iterable[Path], known_readers: Mapping[str, str] | None = None
) -> Iterator[SourceItem]:
    """Files below `paths` (files or folders), each once, sorted by name within a folder.

    A file is named by its root's own name and the way from there, with "/" on every system, so that
    the name stays the same when the folder moves; undecodable bytes of a name are shown as %xx.
    Hidden, temporary and lock files are left out. Links are followed only as far as they stay below
    their root. Nothing raises: what cannot be looked at becomes a SourceProblem.
    """
    seen: set[str] = set()
    for path in paths:
        root = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the root's own link
        place = _Place(root, root, safe(root.name) or "files", (), known_readers)
        for found in _below(place):
            if isinstance(found, SourceFile):
                if found.identity in seen:
                    continue
                seen.add(found.identity)
            yield found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands; `above` are the rights on the folders from the root down."""

    root: Path
    path: Path
    source: str
    above: tuple[Rights, ...]
    known_readers: Mapping[str, str] | None

    def problem(self, reason: str) -> SourceProblem:
        return SourceProblem(safe(str(self.root)), self.source, reason)


def _below(place: _Place) -> Iterator[SourceItem]:
    path = place.path
    try:
        status = path.stat()
        if path.is_symlink() and not _stays_below(path, place.root):
            yield place.problem("it is a link that leads out of the folder")
        elif stat.S_ISDIR(status.st_mode):
            yield from _in_folder(place, rights_of(path, status))
        elif stat.S_ISREG(status.st_mode):
            if not os.access(path, os.R_OK):
                yield place.problem("this account may not read it")
            else:
                yield _file(place, status)
        else:
            yield place.problem("it is neither a file nor a folder")
    except OSError as error:
        yield place.problem(error.strerror or str(error))


def _in_folder(place: _Place, rights: Rights) -> Iterator[SourceItem]:
    for name in sorted(os.listdir(place.path)):  # noqa: PTH208 - names are enough here
        if is_skipped(name):
            continue
        child = place.path / name
        # A link to a folder is not entered: it could lead back up and never end.
        if child.is_symlink() and child.is_dir():
            continue
        yield from _below(
            replace(
                place,
                path=child,
                source=f"{place.source}/{safe(name)}",
                above=(*place.above, rights),
            )
        )


def _file(place: _Place, status: os.stat_result) -> SourceFile:
    rights = rights_of(place.path, status)
    return SourceFile(
        root=safe(str(place.root)),
        source=place.source,
        address=str(place.path),
        size_bytes=status.st_size,
        mark=_mark(status),
        identity=f"{status.st_dev}:{status.st_ino}",
        permissions=permissions_of(rights, place.above, place.known_readers),
    )


def _read(file: SourceFile, limit_bytes: int) -> Reading:
    for _ in range(_READ_ATTEMPTS):
        try:
            with open(file.address, "rb") as opened:  # noqa: PTH123 - undecodable names stay as they are
                before = _mark(os.fstat(opened.fileno()))
                data = opened.read(limit_bytes + 1)
                after = _mark(os.fstat(opened.fileno()))
        except FileNotFoundError:
            return "gone"
        except OSError as error:
            raise unreadable(
                file.source, error.strerror or str(error), "Check that the file is still there."
            ) from error
        if len(data) > limit_bytes:
            raise too_large(file.source, limit_bytes)
        if before == after:
            return Content(data, after)
    raise SourceUnavailableError(
        f"{file.source} is being written just now.", remedy="Learn it again when it is finished."
    )


def _mark(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns}:{status.st_size}"


def _root_name(path: Path) -> str:
    return safe(os.path.abspath(path))  # noqa: PTH100 - as in `walk`


def _stays_below(path: Path, root: Path) -> bool:
    return path == root or path.resolve().is_relative_to(root.resolve())
