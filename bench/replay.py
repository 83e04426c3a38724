"""530 questions in a row, as in the China Mobile pilot: how long does a user wait, and for what?

Half are asked of 350 statutes, half of 779 encyclopedia passages, all in one workspace.

usage: python -m bench.replay [--limit N] [--home FOLDER]
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from typing import Any

from bench.data import data_folder, rows, spread
from bench.harness import answer, learn_folder, workspace_in, write_texts
from bench.measuring import Progress, arguments, home_folder, milliseconds, report, resident_mib
from teaegg.app.workspace import Workspace

QUESTIONS = 530
STAGES = ("search", "rank", "prefill", "decode")


async def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    total = options.limit or QUESTIONS
    questions = [row["query"] for row in spread(rows("laws-zh/queries.jsonl"), total // 2)]
    cmrc = spread(rows("cmrc2018/questions.jsonl"), total - len(questions))
    questions += [row["question"] for row in cmrc]
    with home_folder(options.home) as home:
        texts = home / "sources" / "cmrc"
        write_texts(
            texts, ((row["doc_id"], row["text"]) for row in rows("cmrc2018/passages.jsonl"))
        )
        async with workspace_in(home / "workspace") as workspace:
            await learn_folder(workspace, texts, "cmrc", vectors=True)
            await learn_folder(workspace, data_folder() / "laws-zh" / "docs", "laws", vectors=False)
            report("replay", await measure(workspace, questions))


async def measure(workspace: Workspace, questions: list[str]) -> dict[str, Any]:
    waits: list[float] = []
    stages: dict[str, float] = defaultdict(float)
    verdicts: dict[str, int] = defaultdict(int)
    await answer(workspace, "试用期最长多久？")  # loads the models: the service is running
    progress = Progress(len(questions), "replay")
    for question in questions:
        began = time.perf_counter()
        result = await answer(workspace, question)
        waits.append((time.perf_counter() - began) * 1000)
        verdicts[result.verdict] += 1
        for stage in STAGES:
            stages[stage] += result.timings_ms.get(stage, 0.0)
        progress.step()
    total = sum(waits)
    return {
        "questions": len(questions),
        **milliseconds(waits),
        "over_one_minute": sum(wait > 60_000 for wait in waits),
        "shares": {stage: round(spent / total, 3) for stage, spent in stages.items()},
        "verdicts": dict(verdicts),
        "resident_mib": round(resident_mib()),
    }


if __name__ == "__main__":
    asyncio.run(main())
