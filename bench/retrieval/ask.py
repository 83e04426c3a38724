"""Ask one system all questions of the sets and keep how each came out.

usage: python -m bench.retrieval.ask SYSTEM... [--sets SET...] [--again] [--home FOLDER]
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.measuring import OUT, Progress, commit, home_folder
from bench.retrieval.metrics import score
from bench.retrieval.sets import SETS, RetrievalSet
from bench.retrieval.systems import SYSTEMS, make_system
from bench.retrieval.vectors import CachedEmbedder

OUTCOMES = OUT / "retrieval"


def outcome_path(set_name: str, system: str) -> Path:
    return OUTCOMES / set_name / f"{system}.json"


def ask(system_name: str, data: RetrievalSet, home: Path) -> dict[str, Any]:
    """Question id → its score, with the versions that gave it."""
    system = make_system(system_name, home / system_name / data.name, CachedEmbedder())
    system.learn(data)
    progress = Progress(len(data.questions), f"{system_name} {data.name}")
    scores = {}
    for asked in data.questions:
        scores[asked.id] = score(data, asked, system.search(asked.text))
        progress.step()
    versions = {name: version(name) for name in system.packages}
    system.close()
    when = datetime.now(UTC).isoformat(timespec="seconds")
    return {"versions": versions, "commit": commit(), "when": when, "scores": scores}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("systems", nargs="+", choices=SYSTEMS)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--again", action="store_true", help="also what was asked before")
    parser.add_argument("--home", type=Path, help="keep what the systems store here")
    options = parser.parse_args()
    with home_folder(options.home) as home:
        for set_name in options.sets:
            for system in options.systems:
                path = outcome_path(set_name, system)
                if path.is_file() and not options.again:
                    print(f"{set_name}: {system} was asked before.", file=sys.stderr)
                    continue
                outcome = ask(system, SETS[set_name](), home)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(outcome, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
