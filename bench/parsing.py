"""Fidelity of reading real office files, beside other readers: words, table cells, speed, memory.

python -m bench.parsing --peers PYTHON   (a Python that has markitdown and llama-index-readers-file)

Each reader runs over the same files in a process of its own. How recall is counted: bench/fidelity.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.data import ROOT, data_folder, rows
from bench.fidelity import Share, cell_recall, known_text, text_recall
from bench.measuring import arguments, report

OWN = ("teaegg", "teaegg-without-ocr")
PEERS = ("markitdown", "llamaindex")


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--peers", default="", help="the Python that has the other readers")
    parser.add_argument("--keep", type=Path, help="write here what each reader gave")
    options = parser.parse_args()
    folder = data_folder() / "parsing-fixtures"
    files = rows("parsing-fixtures/manifest.jsonl")
    files = files[: options.limit] if options.limit else files
    readers = [(name, sys.executable) for name in OWN]
    readers += [(name, options.peers) for name in PEERS if options.peers]
    measured = {
        name: _measured(name, python, folder, files, options.keep) for name, python in readers
    }
    report(
        "parsing",
        {
            "files": len(files),
            "files_with_known_text": sum(1 for file in files if file["expected_text"]),
            "where_every_reader_found_text": _on_common_ground(measured),
            "readers": measured,
        },
    )


def _on_common_ground(measured: dict[str, Any]) -> dict[str, Any]:
    """Speed over the files in which every reader found text: one that reads no scans saves their time."""
    common = set.intersection(
        *({*reader["seconds"]} - {*reader["not_read"]} for reader in measured.values())
    )
    return {
        "files": len(common),
        "files_per_second": {
            name: round(len(common) / sum(reader["seconds"][file] for file in common), 2)
            for name, reader in measured.items()
        },
    }


def _measured(
    name: str, python: str, folder: Path, files: list[dict[str, Any]], keep: Path | None
) -> dict[str, Any]:
    outputs, summary = _outputs(name, python, [str(folder / file["file"]) for file in files])
    texts: dict[str, Share] = {}
    cells: dict[str, Share] = {}
    strings = Share(0, 0)
    for file, output in zip(files, outputs, strict=True):
        label = Path(file["file"]).name
        if keep:
            (keep / name).mkdir(parents=True, exist_ok=True)
            (keep / name / f"{label}.txt").write_text(output["text"], encoding="utf-8")
        if file["expected_text"]:
            expected = (folder / file["expected_text"]).read_text(encoding="utf-8")
            known = known_text(expected, is_csv="CSV" in (file["expected_kind"] or ""))
            texts[label] = text_recall(known, output["text"])
            cells[label] = cell_recall(known, output["text"])
        bare = "".join(output["text"].split())
        wanted = ["".join(text.split()) for text in file["must_contain"]]
        strings += Share(sum(text in bare for text in wanted), len(wanted))
    seconds = sum(output["seconds"] for output in outputs)
    return {
        **summary,
        "files_per_second": round(len(files) / seconds, 2),
        "text_recall": _rounded(texts.values()),
        "cell_recall": _rounded(share for share in cells.values() if share.expected),
        "strings_found": f"{strings.found} of {strings.expected}",
        "not_read": {
            Path(o["path"]).name: o["error"] or "nothing found" for o in outputs if not o["text"]
        },
        "seconds": {Path(o["path"]).name: round(max(o["seconds"], 0.001), 3) for o in outputs},
        "per_file": {
            label: {
                "text": round(texts[label].recall, 4),
                "cells": round(cells[label].recall, 4) if cells[label].expected else None,
                "expected_words": texts[label].expected,
                "expected_cells": cells[label].expected,
            }
            for label in texts
        },
    }


def _rounded(shares: Any) -> dict[str, float]:
    """Over all words or cells together, and the mean over files, where a small file weighs as much."""
    known = list(shares)
    together = sum(known, start=Share(0, 0))
    return {
        "all": round(together.recall, 4),
        "mean_of_files": round(sum(share.recall for share in known) / max(len(known), 1), 4),
    }


def _outputs(
    name: str, python: str, paths: list[str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    process = subprocess.run(
        [python, str(ROOT / "bench" / "reading_tool.py"), name],
        input="\n".join(paths),
        capture_output=True,
        text=True,
        env=environment if name in OWN else None,
        check=False,
    )
    if process.returncode:
        sys.exit(f"{name} ended with {process.returncode}: {process.stderr[-2000:]}")
    *records, summary = (json.loads(line) for line in process.stdout.splitlines())
    return records, summary


if __name__ == "__main__":
    main()
