"""cmrc2018 and laws-zh through the whole pipeline in quote mode: is the answer inside the quotes?

Everything is learned into one workspace and nothing is told: 779 cmrc passages beside 350 statutes.
The answers go to bench/out/quotes.jsonl, where `bench.check_quotes` examines them independently.

usage: python -m bench.quotes [--limit N] [--home FOLDER]
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from bench.check_quotes import check
from bench.data import data_folder, rows, spread
from bench.fit_spans import half_of
from bench.harness import answer, learn_folder, workspace_in, write_texts
from bench.measuring import OUT, Progress, arguments, home_folder, milliseconds, report
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER

LAW_QUESTIONS = 500


async def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    with home_folder(options.home) as home:
        texts = home / "sources" / "cmrc"
        write_texts(
            texts, ((row["doc_id"], row["text"]) for row in rows("cmrc2018/passages.jsonl"))
        )
        async with workspace_in(home / "workspace") as workspace:
            began = time.monotonic()
            await learn_folder(workspace, texts, "cmrc", vectors=True)
            await learn_folder(workspace, data_folder() / "laws-zh" / "docs", "laws", vectors=False)
            print(f"learned in {time.monotonic() - began:.0f} s", file=sys.stderr)
            await measure(workspace, options.limit)


async def measure(workspace: Workspace, limit: int) -> None:
    sources = {document.id: document.source for document in await workspace.documents(LOCAL_OWNER)}
    cmrc = spread(rows("cmrc2018/questions.jsonl"), limit)
    laws = spread(rows("laws-zh/queries.jsonl"), min(limit, LAW_QUESTIONS) or LAW_QUESTIONS)
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / "quotes.jsonl"
    with path.open("w", encoding="utf-8") as file:
        asked = [
            await ask(workspace, "cmrc", row["question"], row, sources) for row in _steps(cmrc)
        ]
        asked += [await ask(workspace, "laws", row["query"], row, sources) for row in _steps(laws)]
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in asked)
    cmrc_asked = [record for record in asked if record["set"] == "cmrc"]
    held_out = [record for record in cmrc_asked if record["held_out"]]
    report(
        "quotes",
        {**summary(cmrc_asked), "held_out_half": summary(held_out), "checker": check(path)},
    )


def _steps(items: list[Any]) -> Any:
    progress = Progress(len(items), "questions")
    for item in items:
        yield item
        progress.step()


async def ask(
    workspace: Workspace, name: str, question: str, row: dict[str, Any], sources: dict[str, str]
) -> dict[str, Any]:
    """One question; an answer that was withheld has no quotes and counts as not found."""
    began = time.perf_counter()
    result = await answer(workspace, question)
    citations = [citation for sentence in result.sentences for citation in sentence.citations]
    return {
        "set": name,
        # The weights were fitted on the other half (see bench.fit_spans).
        "held_out": half_of(row.get("doc_id", "")) == 1,
        "id": row["id"],
        "question": question,
        "verdict": result.verdict,
        "confidence": result.confidence,
        "milliseconds": (time.perf_counter() - began) * 1000,
        "quotes": [
            {"source": _path(sources[citation.document]), "text": citation.quote}
            for citation in citations
        ],
        "found": any(
            gold.strip() in citation.quote
            for gold in row.get("answers", [])
            for citation in citations
        ),
    }


def _path(source: str) -> str:
    return str(Path(source.removeprefix("file://")))


def summary(asked: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of target 0; the median counts answered questions."""
    lengths = [
        sum(len(q["text"]) for q in r["quotes"]) for r in asked if r["verdict"] == "answered"
    ]
    return {
        "questions": len(asked),
        "gold_inside_quotes": round(sum(r["found"] for r in asked) / len(asked), 4),
        "answered": round(sum(r["verdict"] == "answered" for r in asked) / len(asked), 4),
        "median_quoted_characters": statistics.median(lengths) if lengths else 0,
        "mean_quoted_characters": round(statistics.mean(lengths), 1) if lengths else 0,
        "time": milliseconds([r["milliseconds"] for r in asked]),
    }


if __name__ == "__main__":
    asyncio.run(main())
