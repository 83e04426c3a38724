"""cmrc2018 and laws-zh through the whole pipeline in quote mode: is the answer inside the quotes?

Everything is learned into one workspace and nothing is told: 779 cmrc passages beside 350 statutes.
The answers go to bench/out/quotes.jsonl, where `bench.check_quotes` examines them independently.

usage: python -m bench.quotes [--limit N] [--home FOLDER] [--jobs N]
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from bench.check_quotes import check
from bench.data import data_folder, half_of, rows, spread
from bench.harness import answer, learn_folder, workspace_in, write_texts
from bench.measuring import OUT, Progress, arguments, home_folder, milliseconds, report
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER

LAW_QUESTIONS = 500


async def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--jobs", type=int, default=1, help="processes that ask, one thread each")
    options = parser.parse_args()
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
        measure(home, options.limit, options.jobs)


def measure(home: Path, limit: int, jobs: int) -> None:
    # One question of the data is empty: there is nothing to ask.
    cmrc = [row for row in rows("cmrc2018/questions.jsonl") if row["question"].strip()]
    questions = [("cmrc", row["question"], row) for row in spread(cmrc, limit)]
    laws = spread(rows("laws-zh/queries.jsonl"), min(limit, LAW_QUESTIONS) or LAW_QUESTIONS)
    questions += [("laws", row["query"], row) for row in laws]
    # Several engines on few cores: one thread each, so that they do not wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // jobs)))
    # Neighbours stay together: the questions of one passage share its sentences' vectors.
    most = -(-len(questions) // jobs)
    slices = [questions[start : start + most] for start in range(0, len(questions), most)]
    OUT.mkdir(parents=True, exist_ok=True)
    parts = [OUT / f"quotes.part{number}.jsonl" for number in range(len(slices))]
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        told = pool.map(ask_all, [home] * len(slices), slices, parts)
        asked = [record for part in told for record in part]
    path = OUT / "quotes.jsonl"
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in asked)
    path.write_text("".join(lines), encoding="utf-8")
    cmrc_asked = [record for record in asked if record["set"] == "cmrc"]
    held_out = [record for record in cmrc_asked if record["held_out"]]
    report(
        "quotes",
        {**summary(cmrc_asked), "held_out_half": summary(held_out), "checker": check(path)},
    )


def ask_all(
    home: Path, questions: list[tuple[str, str, dict[str, Any]]], part: Path
) -> list[dict[str, Any]]:
    """One process's share of the questions; each record is in `part` as soon as it is there."""

    async def work() -> list[dict[str, Any]]:
        async with workspace_in(home / "workspace") as workspace:
            documents = await workspace.documents(LOCAL_OWNER)
            sources = {document.id: _path(home, document.source) for document in documents}
            asked = []
            with part.open("w", encoding="utf-8", buffering=1) as file:
                for name, question, row in _steps(questions):
                    asked.append(await ask(workspace, name, question, row, sources))
                    file.write(json.dumps(asked[-1], ensure_ascii=False) + "\n")
            return asked

    return asyncio.run(work())


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
            {"source": sources[citation.document], "text": citation.quote} for citation in citations
        ],
        "found": any(
            gold.strip() in citation.quote
            for gold in row.get("answers", [])
            for citation in citations
        ),
    }


def _path(home: Path, source: str) -> str:
    """Where the source file lies: a source is named from the folder that was learned."""
    parents = (home / "sources", data_folder() / "laws-zh")
    return str(next(parent / source for parent in parents if (parent / source).is_file()))


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
