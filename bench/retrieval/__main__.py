"""Put together what `bench.retrieval.ask` kept: every system on every set, both halves, into one record.

usage: python -m bench.retrieval
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from bench.measuring import report
from bench.retrieval.ask import outcome_path
from bench.retrieval.metrics import Score, by_kind
from bench.retrieval.sets import SETS, Asked, RetrievalSet
from bench.retrieval.systems import SYSTEMS

HALVES = ("fitted", "reported")
"""The names of halves 0 and 1: only on the second is anything judged."""


def figures(data: RetrievalSet, scores: dict[str, Score]) -> dict[str, Any]:
    """Of both halves and of all questions; sets with kinds of questions get figures for each kind."""
    found = {
        half: _figures([asked for asked in data.questions if asked.half == number], scores)
        for number, half in enumerate(HALVES)
    }
    return {**found, "all": _figures(data.questions, scores)}


def _figures(asked: Sequence[Asked], scores: dict[str, Score]) -> dict[str, Any]:
    kinds = by_kind(asked, [scores[one.id] for one in asked])
    mean = kinds.pop("mean")
    return {**mean, "kinds": kinds} if len(kinds) > 1 else mean


def read_set(name: str) -> dict[str, Any]:
    """What is known of set `name`; no systems when nobody was asked."""
    data = SETS[name]()
    systems, versions = {}, {}
    for system in SYSTEMS:
        path = outcome_path(name, system)
        if not path.is_file():
            continue
        outcome = json.loads(path.read_text(encoding="utf-8"))
        scores = {key: Score(*values) for key, values in outcome["scores"].items()}
        # What is no longer asked (an empty question was) does not count.
        if not scores.keys() >= {asked.id for asked in data.questions}:
            print(f"{path} does not hold today's questions: ask again.", file=sys.stderr)
            continue
        systems[system] = figures(data, scores)
        versions[system] = {**outcome["versions"], "commit": outcome["commit"]}
    return {"documents": len(data.documents), "systems": systems, "versions": versions}


def main() -> None:
    sets = {name: found for name in SETS if (found := read_set(name))["systems"]}
    report("retrieval", {"sets": sets})


if __name__ == "__main__":
    main()
