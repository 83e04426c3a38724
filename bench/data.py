"""The public data that measurements run on, wherever it lies on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


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


def spread(items: Sequence[Any], limit: int) -> list[Any]:
    """`limit` items evenly spread over `items`; all of them when `limit` is 0 or larger."""
    if not 0 < limit < len(items):
        return list(items)
    return [items[i * len(items) // limit] for i in range(limit)]


def half_of(key: str) -> int:
    """The half of the data that the passage or document `key` is in: 0 is fitted on, 1 is reported."""
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % 2
