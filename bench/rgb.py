"""RGB: answer when the evidence is there, say nothing when it is missing (zh_refine and en_fact).

Each question is asked twice, once over its own positive and negative documents, once over the
negative ones alone: the same search, judgement and quoting as for users, over passages cut as in
learning. Vectors are not made: the documents are so few that full text finds them all. The data is
non-commercial: it is measured on here, never trained on, and no threshold was chosen by it.

usage: python -m bench.rgb [--limit N]
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bench.data import rows, spread
from bench.harness import answer, workspace_in
from bench.measuring import Progress, arguments, home_folder, report
from teaegg.app.workspace import Workspace
from teaegg.core.documents import Block, ParsedDocument
from teaegg.core.settings import IngestSettings
from teaegg.ingest.passages import cut_passages
from teaegg.store.lance.index import open_lance_index

SETS = {"zh": "rgb/zh_refine.jsonl", "en": "rgb/en_fact.jsonl"}


async def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    result = {}
    for language, name in SETS.items():
        with home_folder(None) as home:
            result[language] = await measure(home, spread(rows(name), options.limit), language)
    report("rgb", result)


async def measure(home: Path, items: list[dict[str, Any]], language: str) -> dict[str, Any]:
    outcomes: dict[str, list[tuple[float, bool, bool]]] = {"with": [], "without": []}
    (home / "workspace").mkdir()
    await index_documents(home / "workspace" / "index", items)
    async with workspace_in(home / "workspace") as workspace:
        progress = Progress(len(items), f"rgb {language}")
        for number, item in enumerate(items):
            for kind, asked in outcomes.items():
                asked.append(await ask(workspace, item, f"{number}-{kind}"))
            progress.step()
    return {
        "items": len(items),
        "refused_when_missing": _rate([not said for _, said, _ in outcomes["without"]]),
        "answered_when_there": _rate([said for _, said, _ in outcomes["with"]]),
        "gold_inside_quotes": _rate([right for _, _, right in outcomes["with"]]),
        "risk_coverage": risk_coverage(outcomes),
    }


async def index_documents(folder: Path, items: list[dict[str, Any]]) -> None:
    """Cut every item's texts into passages, a collection for each item with and without answer."""
    index = await open_lance_index(str(folder), dimensions=384)
    documents = {}
    for number, item in enumerate(items):
        for kind, texts in (
            ("with", item["positive"] + item["negative"]),
            ("without", item["negative"]),
        ):
            collection = f"{number}-{kind}"
            for i, text in enumerate(texts):
                name = f"{collection}-{i}"
                blocks = tuple(
                    Block("paragraph", line) for line in text.splitlines() if line.strip()
                )
                passages = cut_passages(
                    ParsedDocument("", blocks),
                    document=name,
                    version="1",
                    collection=collection,
                    target_characters=IngestSettings().passage_characters,
                )
                documents[name] = (f"collection:{collection}", passages)
    await index.replace(documents)
    await index.optimize()


async def ask(
    workspace: Workspace, item: dict[str, Any], collection: str
) -> tuple[float, bool, bool]:
    """(confidence, answered, gold answer inside the quotes)."""
    result = await answer(workspace, item["query"], collections=[collection])
    quoted = "".join("".join(c.quote.split()) for s in result.sentences for c in s.citations)
    golds = _flat(item["answer"])
    right = any("".join(gold.split()).lower() in quoted.lower() for gold in golds)
    return result.confidence, result.verdict == "answered", right


def risk_coverage(outcomes: dict[str, list[tuple[float, bool, bool]]]) -> list[dict[str, float]]:
    """For thresholds from 0 to 1: answered with evidence, and wrongly answered without."""
    return [
        {
            "threshold": threshold / 20,
            "answered_when_there": _rate([c >= threshold / 20 for c, _, _ in outcomes["with"]]),
            "refused_when_missing": _rate([c < threshold / 20 for c, _, _ in outcomes["without"]]),
        }
        for threshold in range(21)
    ]


def _rate(flags: list[bool]) -> float:
    return round(sum(flags) / len(flags), 4) if flags else 0.0


def _flat(answers: Any) -> list[str]:
    if isinstance(answers, list):
        return [text for item in answers for text in _flat(item)]
    return [str(answers)]


if __name__ == "__main__":
    asyncio.run(main())
