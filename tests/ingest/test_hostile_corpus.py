"""A sample of the hostile corpus through the real reading process: nothing crashes, hangs or leaks.

`python -m bench.hostile` reads the whole corpus.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any

from tests.ingest.hostile_files import hostile_files

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.readers.base import ReadLimits
from teaegg.ingest.sandbox import ReadingWorker, SandboxLimits

PERCENT = 60
MIN_FILES = 200
MAX_GROWTH_MIB = 150
# These take seconds each, nearly all of it in the libraries' own parsers or in LibreOffice.
SLOW = (
    "deep-brackets", "deep-quote", "deep-list", "stars", "quote.csv", "line.csv", "headings.txt",
    "articles.txt", "records.jsonl", "keys.json", "pipes", "parts.eml", "objects.ofd", "columns.csv",
)  # fmt: skip
# The models for pictures stay in memory once loaded: that is no leak of the files.
PICTURES_IN_DISGUISE = ("png-and-",)
OCR_OR_OFFICE = (".png", ".jpg", ".webp", ".tif", ".bmp", ".doc", ".xls")


def resident_mib(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def sample(files: Any) -> list[tuple[str, bytes]]:
    """Most files, by a hash of their names, without the slow ones."""
    return [
        (name, content)
        for name, content in hostile_files(files)
        if zlib.crc32(name.encode()) % 100 < PERCENT
        and not name.startswith((*SLOW, *PICTURES_IN_DISGUISE))
        and not name.endswith(OCR_OR_OFFICE)
    ]


async def test_hostile_files_are_read_or_refused_by_one_process_that_stays_small(
    files: Any,
) -> None:
    corpus = sample(files)
    assert len(corpus) >= MIN_FILES
    worker = ReadingWorker(
        ReadLimits(pictures=0), SandboxLimits(timeout_seconds=60, files_per_process=10_000)
    )
    sizes, processes, refused = [], set(), 0
    own = resident_mib(os.getpid())
    try:
        for name, content in corpus:
            try:
                await worker.read(content, name)
            except UnreadableDocumentError as error:
                refused += 1
                assert repr(name) in error.message and error.remedy, error.message
            assert worker._process is not None, f"{name} ended the reading process"
            processes.add(worker._process.pid)
            sizes.append(resident_mib(worker._process.pid))
    finally:
        await worker.close()
    assert len(processes) == 1
    assert refused >= len(corpus) // 3
    # All readers are loaded by the time half of the files is read.
    assert sizes[-1] - sizes[len(sizes) // 2] < MAX_GROWTH_MIB
    assert resident_mib(os.getpid()) - own < MAX_GROWTH_MIB
