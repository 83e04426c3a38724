"""Contents by their hash: original files and what was understood of them. Written once, never changed."""

from __future__ import annotations

import asyncio
import os
import secrets
import zlib
from pathlib import Path

from teaegg.core.errors import NotFoundError, StorageError
from teaegg.core.ids import content_hash


class BlobStore:
    """A folder of zlib-compressed files named by the SHA-256 of their content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, data: bytes) -> str:
        """Keep `data` durably and return its hash; keeping the same content again changes nothing.

        Raises StorageError when the disk refuses.
        """
        return await asyncio.to_thread(self._put, data)

    async def get(self, name: str) -> bytes:
        """The content called `name`. Raises NotFoundError, or StorageError when it is damaged."""
        return await asyncio.to_thread(self._get, name)

    async def drop(self, name: str) -> None:
        """Forget the content called `name`; nothing happens when it is not there."""
        await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _put(self, data: bytes) -> str:
        name = content_hash(data)
        path = self._path(name)
        if path.exists():
            return name
        # A reader never sees half a file: write beside, flush to disk, then rename into place.
        partial = path.with_name(f"{name}.{secrets.token_hex(4)}.partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(zlib.compress(data, level=3))
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise StorageError(
                f"Could not keep {len(data)} bytes in {self._folder}: {error.strerror or error}.",
                remedy="Free disk space or check the rights on the folder, then run the command again.",
            ) from error
        return name

    def _get(self, name: str) -> bytes:
        try:
            return zlib.decompress(self._path(name).read_bytes())
        except FileNotFoundError as error:
            raise NotFoundError(
                "The content is not there.", remedy="Learn the document again."
            ) from error
        except (OSError, zlib.error) as error:
            raise StorageError(
                f"The content {name[:12]}… cannot be read back: {error}.",
                remedy="Learn the document again, and check the disk.",
            ) from error
