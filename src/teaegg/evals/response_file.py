"""Responses in a file of JSON lines beside what they examine, where there is no record of a sitting yet."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path

from teaegg.core.errors import StorageError
from teaegg.core.exams import Response
from teaegg.store.lines import append_content


class ResponseFile:
    """What one examinee said to one exam: whoever names the file gives each a file of its own.

    Lines that are no responses count as never said: the last one that a kill tore, and those of older
    versions. Raises StorageError when the file cannot be read or written; what was kept stays.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def known(self) -> dict[str, Response]:
        """Item hash → what was said to it, as `sit_exam` takes it."""
        responses = await asyncio.to_thread(self._read)
        return {response.item: response for response in responses}

    async def keep(self, responses: Sequence[Response]) -> None:
        """On the disk when this returns."""
        text = "".join(f"{response.model_dump_json()}\n" for response in responses)
        await asyncio.to_thread(self._append, text.encode())

    def _read(self) -> list[Response]:
        found = []
        try:
            lines = self._path.read_bytes().split(b"\n") if self._path.exists() else []
        except OSError as error:
            raise self._refused(error) from error
        for line in lines:
            with contextlib.suppress(ValueError):
                found.append(Response.model_validate_json(line))
        return found

    def _append(self, text: bytes) -> None:
        try:
            append_content(self._path, text)
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> StorageError:
        return StorageError(
            f"The answers of the exam cannot be kept in {self._path}: {error.strerror or error}.",
            remedy="Free disk space or check the rights on the folder; the exam then goes on.",
        )
