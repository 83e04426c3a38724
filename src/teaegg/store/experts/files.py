"""The files of experts: a folder each, named by the expert's id, written once and checked when opened.

adapter.gguf   what the engine loads      manifest.json   the expert and the hash of every file
peft/          the same for vLLM          parity.json     that the two speak alike
                                          training.json   the recipe and the run
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Collection, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from teaegg.core.errors import InvalidRequestError, NotFoundError, StorageError
from teaegg.core.experts import Expert, expert_id

ADAPTER = "adapter.gguf"
PEFT = "peft"
MANIFEST = "manifest.json"
_WEIGHTS = (ADAPTER, PEFT)
_PARTIAL = ".partial"
_BROKEN = "Make it again: `teaegg distill`; a copy of its folder from a backup also serves."


class ExpertFiles:
    """Folders of experts below one folder. Nothing in them is ever changed, only weights deleted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, expert: str) -> Path:
        return self._folder / expert

    async def check(self, expert: Expert, source: Path) -> None:
        """Raises what `put` would raise for `source`, and changes nothing."""
        await asyncio.to_thread(_check_source, expert, source)

    async def put(self, expert: Expert, source: Path) -> Path:
        """Copy `source`, durably, and return where it lies; putting the same again repairs what is damaged.

        Raises InvalidRequestError when the folder holds another adapter than the expert names, or
        the expert another id than its content gives it; StorageError when the disk refuses.
        """
        return await asyncio.to_thread(self._put, expert, source)

    async def opened(self, expert: Expert) -> Path:
        """The expert's folder, with every file as it was written.

        Raises StorageError when one is missing or changed: such an expert must not speak.
        """
        return await asyncio.to_thread(self._opened, expert)

    async def kept(self, experts: Collection[str]) -> frozenset[str]:
        """Those of `experts` whose files were put to the end: a kill before leaves none."""
        return await asyncio.to_thread(
            lambda: frozenset(each for each in experts if self.place(each).is_dir())
        )

    async def drop_weights(self, expert: str) -> bool:
        """Delete what it learned; the record of how stays. Whether there was anything to delete."""
        return await asyncio.to_thread(self._drop_weights, expert)

    def _put(self, expert: Expert, source: Path) -> Path:
        place = self.place(expert.id)
        _check_source(expert, source)
        if self._is_whole(expert):
            return place
        partial = place.with_name(f"{expert.id[:12]}.{secrets.token_hex(4)}{_PARTIAL}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, partial)
            manifest = {"expert": asdict(expert), "files": _hashes(partial)}
            text = json.dumps(manifest, ensure_ascii=False, indent=2)
            (partial / MANIFEST).write_text(text, encoding="utf-8")
            _flush(partial)
            # What is there is damaged: this export is the same expert, and whole.
            shutil.rmtree(place, ignore_errors=True)
            partial.rename(place)
            _flush_folder(place.parent)
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise StorageError(
                f"The files of expert {expert.id[:12]} cannot be kept: {error.strerror or error}.",
                remedy="Free disk space or check the rights on the folder, then try again.",
            ) from error
        return place

    def _is_whole(self, expert: Expert) -> bool:
        try:
            self._opened(expert)
        except StorageError:
            return False
        return True

    def _opened(self, expert: Expert) -> Path:
        place = self.place(expert.id)
        manifest = _manifest(place)
        if manifest.get("expert") != asdict(expert):
            raise _damaged(expert, MANIFEST, "describes another expert")
        listed = manifest.get("files")
        if not isinstance(listed, dict) or listed.get(ADAPTER) != expert.adapter:
            raise _damaged(expert, MANIFEST, "does not name the adapter")
        for name, expected in listed.items():
            found = _hash(place / name)
            if found != expected:
                raise _damaged(expert, name, "is not what was written" if found else "is missing")
        return place

    def _drop_weights(self, expert: str) -> bool:
        dropped = False
        for name in _WEIGHTS:
            path = self.place(expert) / name
            if path.is_dir():
                shutil.rmtree(path)
            elif path.exists():
                path.unlink()
            else:
                continue
            dropped = True
        return dropped


def _check_source(expert: Expert, source: Path) -> None:
    found = _hash(source / ADAPTER)
    if not found:
        raise NotFoundError(f"{source} holds no {ADAPTER}.", remedy="Export the adapter first.")
    if found != expert.adapter:
        raise InvalidRequestError(
            f"{source / ADAPTER} is not the adapter that the expert names ({expert.adapter[:12]}).",
            remedy="Export it again.",
        )
    if expert.id != expert_id(expert):
        raise InvalidRequestError(
            f"The id {expert.id[:12]} is not the hash of the expert's content.",
            remedy="Make the id with `core.experts.expert_id`.",
        )


def _hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): _hash(path)
        for path in _files(folder)
        if path.relative_to(folder).as_posix() != MANIFEST
    }


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _hash(path: Path) -> str:
    """SHA-256 of a file, "" when there is none."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
    except OSError as error:
        raise StorageError(f"{path.name} cannot be read: {error}.", remedy=_BROKEN) from error


def _manifest(place: Path) -> dict[str, Any]:
    try:
        read = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StorageError(
            f"The files of expert {place.name[:12]} cannot be used: {MANIFEST}: {error}.",
            remedy=_BROKEN,
        ) from error
    return read if isinstance(read, dict) else {}


def _damaged(expert: Expert, name: str, what: str) -> StorageError:
    return StorageError(
        f"The files of expert {expert.id[:12]} ({expert.scene}) cannot be used: {name} {what}.",
        remedy=_BROKEN,
    )


def _flush(folder: Path) -> None:
    for path in _files(folder):
        with path.open("rb") as file:
            os.fsync(file.fileno())
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        _flush_folder(path)


def _flush_folder(folder: Path) -> None:
    """So that the names in it survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
