"""RGB: answer when the evidence is there, say nothing when it is missing (zh_refine and en_fact).

Each question is asked twice through the whole pipeline, once over its own positive and negative
documents, once over the negative ones alone; both are so few that full text finds them all. The
data is non-commercial: it is measured on here, never trained on, and no threshold was chosen by it.

usage: python -m bench.rgb [--limit N]
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from bench.data import rows, spread
from bench.harness import answer, learn_folder, workspace_in, write_texts
from bench.measuring import Progress, arguments, home_folder, report
from teaegg.app.workspace import Workspace

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
    async with workspace_in(home / "workspace") as workspace:
        progress = Progress(len(items), f"rgb {language}")
        for number, item in enumerate(items):
            for kind, texts in (
                ("with", item["positive"] + item["negative"]),
                ("without", item["negative"]),
            ):
                collection = f"{number}-{kind}"
                folder = home / "sources" / collection
                write_texts(folder, ((f"{i:02}", text) for i, text in enumerate(texts)))
                await learn_folder(workspace, folder, collection, vectors=False)
                outcomes[kind].append(await ask(workspace, item, collection))
            progress.step()
    return {
        "items": len(items),
        "refused_when_missing": _rate([not said for _, said, _ in outcomes["without"]]),
        "answered_when_there": _rate([said for _, said, _ in outcomes["with"]]),
        "gold_inside_quotes": _rate([right for _, _, right in outcomes["with"]]),
        "risk_coverage": risk_coverage(outcomes),
    }


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
