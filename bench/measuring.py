"""What every measurement shares: options, a folder of its own, timing, and the written result."""

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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.data import ROOT

OUT = ROOT / "bench" / "out"


def arguments(description: str) -> argparse.ArgumentParser:
    """The options that every measurement has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--limit", type=int, default=0, help="ask only so many questions (0: all)")
    parser.add_argument("--home", type=Path, help="keep the workspace here and reuse it")
    return parser


@contextmanager
def home_folder(kept: Path | None) -> Iterator[Path]:
    """A folder for a workspace: `kept`, or a temporary one that is removed afterwards."""
    if kept:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="teaegg-bench-") as folder:
        yield Path(folder)


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


def _command(name: str) -> str:
    """How this was called; where things lie on this machine says nothing to others."""
    words = list(sys.argv[1:])
    for option, meant in (
        ("--home", "FOLDER"),
        ("--peer", "PYTHON"),
        ("--peers", "PYTHON"),
        ("--recipe", "FILE"),
    ):
        if option in words:
            words[words.index(option) + 1] = meant
    return " ".join(["python -m bench." + name, *words])


def commit() -> str:
    """The commit of this code; "+changes" when files differ from it."""

    def git(*words: str) -> str:
        run = ["git", *words]
        return subprocess.run(
            run, capture_output=True, text=True, cwd=ROOT, check=False
        ).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "src", "bench")
    return git("rev-parse", "--short", "HEAD") + ("+changes" if changed else "")


def report(name: str, result: dict[str, Any]) -> None:
    """Write bench/out/NAME.json with what is needed to judge it, and print it."""
    record = {
        "measurement": name,
        "command": _command(name),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
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
