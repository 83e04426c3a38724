"""Look-ups in a parts catalogue of more than 50,000 rows: by number, by specification, by description.

The catalogue and the questions are generated from a seed, so the right rows are known. `--split dev`
shows what the rules were worked out on, the default is the other half: another seed, other wordings.
Full text and the table look-up only: vectors of 50,000 rows take an hour, and a user asks before.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Any

from bench.data import spread
from bench.harness import learn_folder, workspace_in
from bench.measuring import Progress, arguments, home_folder, milliseconds, report
from bench.parts.questions import Question, Split, questions
from bench.parts.rows import catalogue, write_workbooks
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER

SEEDS: dict[Split, int] = {"dev": 11, "test": 2027}
_PER_KIND = 120
_RETURNED = 5
_SHOWN_MISSES = 40


async def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    options = parser.parse_args()
    split: Split = options.split
    rows = catalogue(SEEDS[split])
    asked = spread(questions(rows, split, SEEDS[split], _PER_KIND), options.limit)
    with home_folder(options.home) as folder:
        if not (folder / "catalogue").exists():
            write_workbooks(rows, folder / "catalogue")
        async with workspace_in(folder / "home") as workspace:
            began = time.monotonic()
            await learn_folder(workspace, folder / "catalogue", "parts", vectors=False)
            learned_seconds = time.monotonic() - began
            results = await _ask(workspace, asked)
    record = {
        "split": split,
        "rows": len(rows),
        "learn_seconds": round(learned_seconds, 1),
        **results,
    }
    report("catalogue" if split == "test" else "catalogue_dev", record)


async def _ask(workspace: Workspace, asked: Sequence[Question]) -> dict[str, Any]:
    progress = Progress(len(asked), "asked")
    waits: list[float] = []
    ranks: dict[str, list[int]] = {}
    shown = 0
    for question in asked:
        began = time.perf_counter()
        found = await workspace.search(LOCAL_OWNER, question.text, limit=_RETURNED)
        waits.append((time.perf_counter() - began) * 1000)
        numbers = [_number_of(item.passage.text) for item in found.evidence]
        right = [at for at, number in enumerate(numbers) if number in question.gold]
        ranks.setdefault(question.kind, []).append(right[0] if right else -1)
        if (not right or right[0]) and shown < _SHOWN_MISSES:
            shown += 1
            first = found.evidence[0].passage.text if found.evidence else "nothing"
            sys.stderr.write(f"missed: {question.text}\n   first: {first}\n")
        progress.step()
    kinds = {
        kind: {
            "questions": len(places),
            "recall_at_1": round(sum(place == 0 for place in places) / len(places), 4),
            "recall_at_5": round(sum(place >= 0 for place in places) / len(places), 4),
        }
        for kind, places in ranks.items()
    }
    every = [place for places in ranks.values() for place in places]
    return {
        "questions": len(every),
        "recall_at_1": round(sum(place == 0 for place in every) / len(every), 4),
        "kinds": kinds,
        "search": milliseconds(waits),
    }


def _number_of(row: str) -> str:
    return row.partition("；")[0].partition(": ")[2]


if __name__ == "__main__":
    asyncio.run(main())
