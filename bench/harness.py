"""What every measurement shares: the data, a workspace of its own, timing, and the written result."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.answers import Answer
from teaegg.core.settings import AnswerSettings, SearchSettings, Settings
from teaegg.retrieval.events import AnswerReady

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench" / "out"


def data_folder() -> Path:
    """The public data, from TEAEGG_DATA or beside the repository; leaves with a message if absent."""
    folder = Path(os.environ.get("TEAEGG_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        sys.exit(f"The benchmark data is not in {folder}. Set TEAEGG_DATA to its folder.")
    return folder


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one .jsonl file of the data."""
    text = (data_folder() / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def arguments(description: str) -> argparse.ArgumentParser:
    """The options that every measurement has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--limit", type=int, default=0, help="ask only so many questions (0: all)")
    parser.add_argument("--home", type=Path, help="keep the workspace here and reuse it")
    return parser


def spread(items: Sequence[Any], limit: int) -> list[Any]:
    """`limit` items evenly spread over `items`; all of them when `limit` is 0 or larger."""
    if not 0 < limit < len(items):
        return list(items)
    return [items[i * len(items) // limit] for i in range(limit)]


@contextmanager
def home_folder(kept: Path | None) -> Iterator[Path]:
    """A folder for a workspace: `kept`, or a temporary one that is removed afterwards."""
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="teaegg-bench-") as folder:
        yield Path(folder)


@asynccontextmanager
async def workspace_in(
    home: Path,
    *,
    search: SearchSettings | None = None,
    answers: AnswerSettings | None = None,
) -> AsyncIterator[Workspace]:
    """A workspace with the default engines and settings, save for what is handed in."""
    settings = Settings(
        home=home, search=search or SearchSettings(), answers=answers or AnswerSettings()
    )
    async with open_workspace(settings) as workspace:
        yield workspace


def write_texts(folder: Path, texts: Iterable[tuple[str, str]]) -> None:
    """One text file per (name, text), as a company would have them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts:
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


async def answer(workspace: Workspace, question: str, *, collections: Sequence[str] = ()) -> Answer:
    """Ask through the same door as every user and wait for the whole answer."""
    async for event in workspace.ask(LOCAL_OWNER, question, collections=collections):
        if isinstance(event, AnswerReady):
            return event.answer
    raise AssertionError("the answer never came")


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of `values` do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered) + 0.5) - 1))]


def milliseconds(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and largest of durations in milliseconds."""
    return {
        "median_ms": round(statistics.median(values), 1),
        "p95_ms": round(percentile(values, 0.95), 1),
        "max_ms": round(max(values), 1),
    }


def resident_mib() -> float:
    """Largest resident memory of this process so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(name: str, result: dict[str, Any]) -> None:
    """Write bench/out/NAME.json with what is needed to judge it, and print it."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    ).stdout.strip()
    record = {
        "measurement": name,
        "command": "python -m " + " ".join(["bench." + name, *sys.argv[1:]]),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        **result,
    }
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, ensure_ascii=False, indent=2)
    (OUT / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)


class Progress:
    """A line on the error stream every few seconds, so that a long run can be watched."""

    def __init__(self, total: int, label: str, every_seconds: float = 15) -> None:
        self._total, self._label, self._every = total, label, every_seconds
        self._done, self._began, self._said = 0, time.monotonic(), 0.0

    def step(self) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._said > self._every or self._done == self._total:
            self._said = now
            left = (now - self._began) / self._done * (self._total - self._done)
            print(f"{self._label}: {self._done}/{self._total}, {left:.0f} s left", file=sys.stderr)
