"""A multiple-choice exam by the likelihood of its letters, beside lm-evaluation-harness.

A thousand items of the forms of C-Eval and CMMLU (non-commercial: asked only), each behind five worked
examples of its subject and with none; the base is Gemma 3 270M. Seconds leave out loading the model, for
all. `--peer` names the interpreter of an environment made from bench/requirements-options.txt: the same
prompts, the settings that are fastest for it on a few of them. Also: what the love of letters costs
(`evals.positions`), and the same items through the engine that serves.

usage: python -m bench.option_exam [--limit N] [--peer PYTHON] [--threads N]
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.data import ROOT, rows, spread
from bench.measuring import arguments, home_folder, report, resident_mib
from teaegg.distill.train.base_weights import base_folder
from teaegg.distill.train.factory import make_option_reader
from teaegg.evals.letters import WorkedChoice, choice_prefix, letter_question
from teaegg.evals.positions import corrected, items_to_rotate, rotated
from teaegg.evals.statistics.intervals import mean_score
from teaegg.models.adapters.options import AdapterOptions
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.options import OptionQuestion, OptionReader, read_all

ITEMS = 1000
SETS = (("ceval/val.jsonl", "ceval/dev.jsonl"), ("cmmlu/test.jsonl", "cmmlu/dev.jsonl"))
LETTERS = "ABCD"
ROTATED_SHARE = 0.05
SERVING_ITEMS = 100
"""Asked of the engine that serves, which is slower: enough for its speed and its agreement."""
PEER_PILOT_ITEMS = 12
PEER_SETTINGS: tuple[dict[str, Any], ...] = (
    {"dtype": "bfloat16", "batch_size": 1},
    {"dtype": "bfloat16", "batch_size": 4},
    {"dtype": "bfloat16", "batch_size": 8},
    {"dtype": "float32", "batch_size": 4},
)
"""Larger batches need more than 10 GB: it computes the whole vocabulary at every token."""
Nats = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    question: str
    options: tuple[str, ...]
    right: int
    examples: tuple[WorkedChoice, ...]

    def asked(self, shift: int = 0, *, examples: bool = True) -> OptionQuestion:
        prefix = choice_prefix(self.examples if examples else (), "zh")
        shown = rotated(self.options, shift)
        return letter_question(self.question, shown, "zh", prefix=prefix)


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--peer", help="python of the environment of lm-evaluation-harness")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    items = spread(exam(), options.limit)
    result = asyncio.run(own(items, options.threads))
    nats = result.pop("nats")
    if options.peer:
        with home_folder(options.home) as home:
            peer = beside(items, nats, options.peer, home)
        times = peer["seconds"] / result["five_examples"]["seconds"]
        result |= {"peer": peer, "times_faster": round(times, 1)}
    report("option_exam", {"items": len(items), "threads": options.threads, **result})


def exam() -> list[Item]:
    """As many of each set, evenly spread over its subjects."""
    found: list[Item] = []
    for asked, worked in SETS:
        examples: dict[str, list[WorkedChoice]] = defaultdict(list)
        for row in rows(worked):
            examples[row["subject"]].append(
                WorkedChoice(row["question"], shown(row), LETTERS.index(row["answer"]))
            )
        found += [
            Item(
                row["id"],
                row["question"],
                shown(row),
                LETTERS.index(row["answer"]),
                tuple(examples[row["subject"]]),
            )
            for row in spread(rows(asked), ITEMS // len(SETS))
        ]
    return found


def shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[letter]) for letter in LETTERS)


async def own(items: Sequence[Item], threads: int) -> dict[str, Any]:
    """All sittings of ours; `nats` are those behind five examples."""
    reader = make_option_reader(None, threads=threads)
    loading = (await timed(reader, [items[0].asked()]))[1]
    nats, seconds = await timed(reader, [item.asked() for item in items])
    bare, bare_seconds = await timed(reader, [item.asked(examples=False) for item in items])
    turning = items_to_rotate([item.id for item in items], ROTATED_SHARE)
    turned = [(name, shift) for name in turning for shift in range(1, len(LETTERS))]
    by_id = {item.id: item for item in items}
    more, more_seconds = await timed(reader, [by_id[name].asked(shift) for name, shift in turned])
    resident = round(resident_mib())
    await reader.close()
    read: dict[str, list[Nats]] = {item.id: [one] for item, one in zip(items, nats, strict=True)}
    for (name, _), one in zip(turned, more, strict=True):
        read[name].append(one)
    unbiased = corrected(read)
    return {
        "nats": nats,
        "loading_seconds": round(loading, 1),
        "resident_mib": resident,
        "subjects": len({item.examples for item in items}),
        "five_examples": told(items, nats, seconds),
        "no_examples": told(items, bare, bare_seconds),
        "without_love_of_letters": {
            "rotated_items": len(turning),
            **told(items, [unbiased[item.id] for item in items], seconds + more_seconds),
        },
        "serving_engine": await serving(items, nats, threads),
    }


async def timed(
    reader: OptionReader, questions: Sequence[OptionQuestion]
) -> tuple[list[Nats], float]:
    began = time.monotonic()
    found = await read_all(reader, questions)
    seconds = time.monotonic() - began
    return [tuple(option.nats for option in options) for options in found], seconds


async def serving(items: Sequence[Item], nats: Sequence[Nats], threads: int) -> dict[str, Any]:
    """The same through llama.cpp, and how often both choose the same."""
    places = spread(range(len(items)), SERVING_ITEMS)
    server = AdapterServer(None, context_tokens=4096, threads=threads, slots=1)
    reader = AdapterOptions(server, None)
    await read_all(reader, [items[0].asked()])
    found, seconds = await timed(reader, [items[place].asked() for place in places])
    await server.close()
    theirs = [nats[place] for place in places]
    return {
        "items": len(places),
        **told([items[place] for place in places], found, seconds),
        **agreement(found, theirs),
    }


def beside(items: Sequence[Item], nats: Sequence[Nats], python: str, home: Path) -> dict[str, Any]:
    """lm-evaluation-harness on the same prompts, in its fastest settings."""
    few = home / "few.jsonl"
    write_items(few, spread(items, PEER_PILOT_ITEMS))
    tried = [
        {**settings, "seconds": round(run(python, few, settings, home)["seconds"], 1)}
        for settings in PEER_SETTINGS
    ]
    best = min(range(len(tried)), key=lambda place: tried[place]["seconds"])
    whole = home / "items.jsonl"
    write_items(whole, items)
    said = run(python, whole, PEER_SETTINGS[best], home)
    found = [tuple(one) for one in said["nats"]]
    return {
        "settings": PEER_SETTINGS[best],
        "tried_on_few": tried,
        "loading_seconds": round(said["loading_seconds"], 1),
        "resident_mib": said["resident_mib"],
        **told(items, found, said["seconds"]),
        **agreement(found, nats),
    }


def write_items(path: Path, items: Sequence[Item]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for item in items:
            asked = item.asked()
            row = {
                "prompt": asked.prefix + asked.prompt,
                "options": list(asked.options),
                "right": item.right,
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def run(python: str, items: Path, settings: Mapping[str, Any], home: Path) -> dict[str, Any]:
    words = [python, "-m", "bench.option_exam_peer", str(items), str(base_folder(None))]
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_CACHE": str(home / "datasets"),
    }
    ended = subprocess.run(
        [*words, json.dumps(settings)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
        check=False,
    )
    if ended.returncode:
        sys.exit(f"bench.option_exam_peer ended with {ended.returncode} at {settings}")
    return dict(json.loads(ended.stdout))


def told(items: Sequence[Item], nats: Sequence[Nats], seconds: float) -> dict[str, Any]:
    """Accuracy in per cent with its 95 % interval, speed, and how often each letter was chosen."""
    picks = list(map(chosen, nats))
    hits = [float(item.right == place) for item, place in zip(items, picks, strict=True)]
    score = mean_score(hits, [""] * len(items))
    return {
        "seconds": round(seconds, 1),
        "items_per_second": round(len(items) / seconds, 2),
        "accuracy": round(100 * score.mean, 1),
        "interval": [round(100 * score.low, 1), round(100 * score.high, 1)],
        "chosen": dict(sorted(Counter(LETTERS[place] for place in picks).items())),
    }


def chosen(nats: Nats) -> int:
    return max(range(len(nats)), key=nats.__getitem__)


def agreement(one: Sequence[Nats], other: Sequence[Nats]) -> dict[str, float]:
    """Share of items with the same choice, and the mean distance of log-likelihoods in nats."""
    same = sum(chosen(a) == chosen(b) for a, b in zip(one, other, strict=True))
    distances = [
        abs(x - y) for a, b in zip(one, other, strict=True) for x, y in zip(a, b, strict=True)
    ]
    return {
        "same_choices": round(same / len(one), 3),
        "nats_apart": round(sum(distances) / len(distances), 3),
    }


if __name__ == "__main__":
    main()
