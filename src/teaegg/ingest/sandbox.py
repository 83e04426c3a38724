"""Reading in a process of its own: a hostile or broken file may take that process down, never this one.

The process is reused from file to file (starting one and loading the parsers takes seconds) and
replaced after a crash, a timeout, or a number of files.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import struct
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from teaegg.core.documents import ParsedDocument
from teaegg.core.errors import StorageError, UnreadableDocumentError
from teaegg.ingest.readers.base import DEFAULT_LIMITS, ReadLimits, unreadable
from teaegg.store.codec import decode_parsed

_LENGTH = struct.Struct(">Q")
_PARSED_SHARE_OF_TIMEOUT = 0.7
_LOOK_SECONDS = 0.25
# A process that has grown this far is replaced after its file: parsers do not give memory back.
_REPLACED_FROM = 0.5


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one file may take of the machine. `files_per_process` bounds what leaks of parsers add up to.

    `memory_bytes` bounds the address space, which the system refuses to exceed; `resident_bytes` what
    really lies in memory, which is looked at four times a second and ends the process.
    """

    timeout_seconds: float = 300
    memory_bytes: int = 3 * 1024**3
    resident_bytes: int = 2 * 1024**3
    files_per_process: int = 300


class ReadFile(NamedTuple):
    """What was understood of a file, and what kind of file it is."""

    parsed: ParsedDocument
    media_type: str


class _Reply(NamedTuple):
    header: dict[str, Any]
    body: bytes


class ReadingWorker:
    """Reads one file at a time; further calls wait their turn. Close it when done."""

    def __init__(
        self, limits: ReadLimits = DEFAULT_LIMITS, sandbox: SandboxLimits = SandboxLimits()
    ) -> None:
        # Pictures stop being read before the clock runs out, so that a book of scans is learned in part.
        seconds = sandbox.timeout_seconds * _PARSED_SHARE_OF_TIMEOUT
        self._limits = replace(
            limits,
            ocr_seconds=min(limits.ocr_seconds, seconds),
            office_seconds=min(limits.office_seconds, seconds),
        )
        self._sandbox = sandbox
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._files = 0
        self._scratch = ""

    async def read(self, content: Path | bytes, name: str) -> ReadFile:
        """`content` is a path or the bytes themselves; `name` is what people know the file by.

        Raises UnreadableDocumentError with the reason, also when reading took too long, too much
        memory, or crashed the process.
        """
        async with self._turn:
            try:
                reply = await asyncio.wait_for(
                    self._watched(content, name), self._sandbox.timeout_seconds
                )
            except TimeoutError as error:
                await self._stop()
                raise unreadable(
                    name,
                    f"reading it takes longer than {self._sandbox.timeout_seconds:g} seconds",
                    "Split it, or raise ingest.parse_timeout_seconds.",
                ) from error
            except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError) as error:
                raise await self._crashed(name) from error
            except asyncio.CancelledError:
                await self._stop()
                raise
            if self._resident_bytes() > _REPLACED_FROM * self._sandbox.resident_bytes:
                await self._stop()
        return _understood(reply)

    async def close(self) -> None:
        """End the process; a later `read` starts another."""
        await self._stop()

    async def _watched(self, content: Path | bytes, name: str) -> _Reply:
        """The reply to `_ask`, as long as the process stays within its resident memory."""
        asking = asyncio.create_task(self._ask(content, name))
        try:
            while not (await asyncio.wait({asking}, timeout=_LOOK_SECONDS))[0]:
                if self._resident_bytes() > self._sandbox.resident_bytes:
                    raise self._too_large(name)
            return asking.result()
        finally:
            if not asking.done():
                await self._stop()
                asking.cancel()
                await asyncio.wait({asking})

    def _resident_bytes(self) -> int:
        """What the process holds in memory now; 0 where the system does not tell (no /proc)."""
        if self._process is None:
            return 0
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text("ascii").split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def _too_large(self, name: str) -> UnreadableDocumentError:
        return unreadable(
            name,
            f"reading it takes more than {self._sandbox.resident_bytes // 1024**2} MiB of memory",
            "Split it, or raise ingest.parse_resident_bytes.",
        )

    async def _ask(self, content: Path | bytes, name: str) -> _Reply:
        process = await self._running()
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - both are pipes
        header = {
            "name": name,
            "path": os.fsencode(content).hex() if isinstance(content, Path) else None,
            "limits": asdict(self._limits),
            "seconds": self._sandbox.timeout_seconds,
            "memory_bytes": self._sandbox.memory_bytes,
        }
        _send(process.stdin, json.dumps(header).encode())
        if isinstance(content, bytes):
            _send(process.stdin, content)
        await process.stdin.drain()
        self._files += 1
        answer = json.loads(await _receive(process.stdout))
        return _Reply(answer, await _receive(process.stdout) if answer["ok"] else b"")

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._files >= self._sandbox.files_per_process:
            await self._stop()
        if self._process is None:
            try:
                self._scratch = await asyncio.to_thread(tempfile.mkdtemp, prefix="teaegg-reading-")
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    # The same modules as here, wherever this process found them.
                    "-c",
                    f"import sys; sys.path[:] = {sys.path!r}; "
                    "from teaegg.ingest.reading_process import main; main()",
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                    env={**os.environ, "TMPDIR": self._scratch},
                    # A group of its own: what it starts (LibreOffice) ends with it.
                    start_new_session=True,
                )
            except OSError as error:
                raise StorageError(
                    f"The reading process cannot be started: {error}.",
                    remedy="Check free memory and the number of processes allowed.",
                ) from error
            self._files = 0
        return self._process

    async def _crashed(self, name: str) -> UnreadableDocumentError:
        code = await self._stop()
        limit = self._sandbox.memory_bytes // 1024**2
        if code == -signal.SIGXCPU:
            return unreadable(
                name, "reading it takes too much processor time", "Split it into parts."
            )
        return unreadable(
            name,
            f"the reading process ended ({_ending(code)}), maybe for want of memory (limit {limit} MiB)",
            "Save the file again; if it is very large, split it or raise ingest.parse_memory_bytes.",
        )

    async def _stop(self) -> int | None:
        """The exit code; negative for a signal, None when there was no process."""
        process, self._process, self._files = self._process, None, 0
        if process is None:
            return None
        if process.stdin is not None:
            process.stdin.close()
        # One that already died keeps its own exit code.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 0.2)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        code = await process.wait()
        scratch, self._scratch = self._scratch, ""
        await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
        return code


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def _understood(reply: _Reply) -> ReadFile:
    if not reply.header["ok"]:
        raise UnreadableDocumentError(reply.header["message"], remedy=reply.header["remedy"])
    return ReadFile(decode_parsed(reply.body), str(reply.header["media_type"]))


def _send(stream: asyncio.StreamWriter, data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)


async def _receive(stream: asyncio.StreamReader) -> bytes:
    length = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))[0]
    return await stream.readexactly(length)
