"""usage: python -m bench.hostile [--rounds N] [--seed N]  (broken and hostile files through the sandbox)

Reads every file of the hostile corpus in the real reading process and reports what became of them,
the slowest, the processes that were lost, and the memory of the process over the run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from pathlib import Path

from tests.ingest.conftest import Files
from tests.ingest.hostile_files import hostile_files

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.readers.base import DEFAULT_LIMITS
from teaegg.ingest.sandbox import ReadingWorker, SandboxLimits

_SLOWEST = 8
_SAMPLES = 12


def _resident_mib(worker: ReadingWorker) -> int:
    if worker._process is None:
        return 0
    status = Path(f"/proc/{worker._process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


async def measure(seed: int, rounds: int, seconds: float) -> dict[str, object]:
    corpus = list(hostile_files(Files(), seed=seed, rounds=rounds))
    limits = SandboxLimits(timeout_seconds=seconds, files_per_process=len(corpus) + 1)
    worker = ReadingWorker(DEFAULT_LIMITS, limits)
    outcomes: Counter[str] = Counter()
    times: list[tuple[float, str]] = []
    memory: list[int] = []
    lost: list[str] = []
    nameless: list[str] = []
    for number, (name, content) in enumerate(corpus):
        started = time.monotonic()
        try:
            await worker.read(content, name)
            outcomes["read"] += 1
        except UnreadableDocumentError as error:
            outcomes["refused"] += 1
            if repr(name) not in error.message or not error.remedy:
                nameless.append(name)
        times.append((round(time.monotonic() - started, 1), name))
        if worker._process is None:
            lost.append(name)
        if number % max(1, len(corpus) // _SAMPLES) == 0:
            memory.append(_resident_mib(worker))
    await worker.close()
    return {
        "files": len(corpus),
        **outcomes,
        "without_reason_or_remedy": nameless,
        "ended_the_process_or_its_time": lost,
        "memory_mib": memory,
        "median_seconds": sorted(times)[len(times) // 2][0],
        "slowest": sorted(times, reverse=True)[:_SLOWEST],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    result = asyncio.run(measure(chosen.seed, chosen.rounds, chosen.seconds))
    print(json.dumps(result, ensure_ascii=False, indent=1))
