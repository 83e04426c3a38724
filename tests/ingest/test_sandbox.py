"""The reading process: reused, replaced when it dies, never a danger to this one."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.readers.base import ReadLimits
from teaegg.ingest.sandbox import ReadingWorker, SandboxLimits


@pytest.fixture
async def worker() -> AsyncIterator[ReadingWorker]:
    made = ReadingWorker()
    yield made
    await made.close()


async def test_it_reads_paths_and_bytes(worker: ReadingWorker, files: Any, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xb5\xc1.md")
    path.write_bytes(files.md())
    by_path = await worker.read(path, "手册.md")
    by_bytes = await worker.read(files.md(), "手册.md")
    assert by_path == by_bytes
    assert by_path.media_type == "text/markdown" and by_path.parsed.title == "员工手册"


async def test_a_refusal_comes_back_as_it_was_and_the_next_file_is_read(
    worker: ReadingWorker, files: Any
) -> None:
    with pytest.raises(UnreadableDocumentError, match="empty") as caught:
        await worker.read(b"", "leer.txt")
    assert caught.value.remedy and "leer.txt" in caught.value.message
    with pytest.raises(UnreadableDocumentError, match="No such file"):
        await worker.read(Path("/nowhere/a.txt"), "a.txt")
    assert (await worker.read(files.txt(), "a.txt")).parsed.title == "员工手册"


async def test_too_long_is_refused_and_the_next_file_is_read(files: Any) -> None:
    worker = ReadingWorker(sandbox=SandboxLimits(timeout_seconds=1.5))
    try:
        await worker.read(files.txt(), "a.txt")
        with pytest.raises(UnreadableDocumentError, match=r"longer than 1\.5 seconds"):
            await worker.read(_Stall(files.txt()), "slow.txt")
        assert (await worker.read(files.txt(), "a.txt")).parsed.title == "员工手册"
    finally:
        await worker.close()


class _Stall(bytes):
    """Bytes that claim to be more than are sent: the other side waits for the rest."""

    def __len__(self) -> int:
        return super().__len__() + 10_000_000


async def test_too_much_memory_is_refused(files: Any) -> None:
    worker = ReadingWorker(sandbox=SandboxLimits(memory_bytes=300 * 1024**2))
    try:
        with pytest.raises(UnreadableDocumentError, match="memory"):
            await worker.read(("好，的。" * 12_000_000).encode(), "a.txt")
        assert (await worker.read(files.txt(), "a.txt")).parsed.title == "员工手册"
    finally:
        await worker.close()


async def test_a_crash_is_refused_and_the_next_file_is_read(files: Any) -> None:
    worker = ReadingWorker()
    try:
        await worker.read(files.txt(), "a.txt")
        process = worker._process
        assert process is not None
        os.kill(process.pid, signal.SIGSEGV)
        await asyncio.sleep(0.1)
        with pytest.raises(UnreadableDocumentError, match="SIGSEGV"):
            await worker.read(files.txt(), "a.txt")
        assert (await worker.read(files.txt(), "a.txt")).parsed.title == "员工手册"
    finally:
        await worker.close()


async def test_the_process_is_replaced_after_its_share_of_files(files: Any) -> None:
    worker = ReadingWorker(sandbox=SandboxLimits(files_per_process=2))
    seen = set()
    try:
        for _ in range(4):
            await worker.read(files.txt(), "a.txt")
            assert worker._process is not None
            seen.add(worker._process.pid)
    finally:
        await worker.close()
    assert len(seen) == 2


async def test_limits_reach_the_process(files: Any) -> None:
    worker = ReadingWorker(ReadLimits(max_text_characters=5))
    try:
        with pytest.raises(UnreadableDocumentError, match="more than 5"):
            await worker.read(files.txt(), "a.txt")
    finally:
        await worker.close()


async def test_calls_at_once_wait_their_turn(worker: ReadingWorker, files: Any) -> None:
    texts = [f"第{n}份\n\n内容{n}。" for n in range(5)]
    results = await asyncio.gather(*(worker.read(t.encode(), "a.txt") for t in texts))
    assert [r.parsed.title for r in results] == [f"第{n}份" for n in range(5)]


def test_the_parsers_stay_out_of_this_process() -> None:
    script = (
        "import sys, teaegg.ingest.sandbox, teaegg.ingest.sources.folders, teaegg.ingest.passages\n"
        "heavy = ('lxml', 'docx', 'PIL', 'pypdfium2', 'cv2', 'openpyxl')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


async def test_a_process_that_fills_memory_is_ended_and_the_next_file_is_read(files: Any) -> None:
    worker = ReadingWorker(
        ReadLimits(max_file_bytes=10**9), SandboxLimits(resident_bytes=260 * 1024**2)
    )
    try:
        with pytest.raises(UnreadableDocumentError, match="260 MiB") as caught:
            await worker.read(("好，的。" * 30_000_000).encode(), "a.txt")
        assert "parse_resident_bytes" in (caught.value.remedy or "")
        assert (await worker.read(files.txt(), "a.txt")).parsed.title == "员工手册"
    finally:
        await worker.close()


async def test_a_process_that_has_grown_is_replaced(files: Any) -> None:
    worker = ReadingWorker(sandbox=SandboxLimits(resident_bytes=90 * 1024**2))
    try:
        await worker.read(files.docx(), "a.docx")
        assert worker._process is None
    finally:
        await worker.close()
