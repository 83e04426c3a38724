"""Tokens per second, memory and loss of training beside plain TRL and plain transformers.

The same reading rows (cmrc2018), the same base, rank, learning rate and rows to a step; every trainer
in a process of its own, one after the other, round after round. Speed counts the tokens of the rows
as they are, without padding; the loss is that of held-out passages, computed by one program for all.
Their environment is made from bench/requirements-training.txt; `--peers` names the interpreter in it.

usage: python -m bench.training --peers PYTHON [--rows N] [--rounds N] [--threads N]
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.data import ROOT, spread
from bench.measuring import arguments, home_folder, report
from bench.reading_expert import learning_rows, parted
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, write_rows
from teaegg.distill.train.base_weights import base_folder
from teaegg.distill.train.tokens import Tokenizer, TokenRow, tokenise

ROWS_PER_STEP = 8
HELD_OUT_ROWS = 60
RECIPE = Recipe(epochs=1, held_out_share=0, patience=0, looks=1, batch_tokens=1280)
"""As many computed tokens as eight rows of these take when they share their passages."""


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--peers", required=True, help="python of the peers' environment")
    parser.add_argument("--rows", type=int, default=24, help="rows that each trainer learns")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    learned, held_out = chosen_rows(options.rows)
    base = base_folder(None)
    encoded = tokenise(learned, RECIPE, Tokenizer(base))[0]
    runs: dict[str, list[dict[str, Any]]] = {"teaegg": [], "trl": [], "transformers": []}
    with home_folder(options.home) as home:
        write_inputs(home, learned, encoded)
        for number in range(options.rounds):
            for name, kept in runs.items():
                out = home / f"{name}-{number}"
                kept.append(run(command(name, home, out, base, options), options.threads))
                kept[-1]["held_out_loss"] = held_out_loss(base, out / "adapter", held_out)
    tokens = sum(row.length for row in encoded)
    report("training", {"rows": len(encoded), "tokens": tokens, **compared(runs, tokens)})


def chosen_rows(count: int) -> tuple[list[Row], list[Row]]:
    """Rows of whole passages to learn from, and others of passages that are not among them."""
    passages, learned, _ = parted()
    rows = list(learning_rows(passages, learned))
    documents = sorted({row.documents[0] for row in rows})
    wanted = set(spread(documents, -(-count * len(documents) // len(rows))))
    first = [row for row in rows if row.documents[0] in wanted]
    return first[:count], spread(
        [row for row in rows if row.documents[0] not in wanted], HELD_OUT_ROWS
    )


def write_inputs(home: Path, learned: Sequence[Row], encoded: Sequence[TokenRow]) -> None:
    """The rows for `teaegg train`, and as token ids for the others: no tokeniser can differ."""
    write_rows(home / "rows.jsonl", learned)
    (home / "recipe.json").write_text(RECIPE.model_dump_json(), encoding="utf-8")
    with (home / "tokens.jsonl").open("w", encoding="utf-8") as file:
        for row in encoded:
            mask = [0] * len(row.prompt) + [1] * len(row.answer)
            ids = [*row.prompt, *row.answer]
            file.write(json.dumps({"input_ids": ids, "completion_mask": mask}) + "\n")


def command(name: str, home: Path, out: Path, base: Path, options: Any) -> list[str]:
    if name == "teaegg":
        rows, recipe = str(home / "rows.jsonl"), str(home / "recipe.json")
        words = ["train", rows, "--out", str(out), "--recipe", recipe, "--json"]
        return [sys.executable, "-m", "teaegg", *words, "--threads", str(options.threads)]
    settings = {
        "rank": RECIPE.rank,
        "alpha": RECIPE.alpha,
        "learning_rate": RECIPE.learning_rate,
        "warmup_share": RECIPE.warmup_share,
        "rows_per_step": ROWS_PER_STEP,
        "seed": RECIPE.seed,
    }
    peer = [options.peers, "-m", "bench.training_peers", name, str(home / "tokens.jsonl")]
    return [*peer, str(base), str(out), json.dumps(settings)]


def run(words: list[str], threads: int) -> dict[str, Any]:
    """What a trainer said of itself, the processor seconds it took, and its largest memory."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    output = process.stdout.read() if process.stdout else ""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words[:4])} ended with {process.returncode}")
    said = json.loads(output)
    return {
        "seconds": round(said["seconds"], 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "resident_mib": used.ru_maxrss // 1024,
        "steps": said["steps"],
    }


def held_out_loss(base: Path, adapter: Path, rows: Sequence[Row]) -> float:
    """Mean nats per answer token of rows whose passages were not learned."""
    import torch
    from safetensors.torch import load_file

    from teaegg.distill.train.lora import load_adapter_tensors
    from teaegg.distill.train.methods.answers import Answers
    from teaegg.distill.train.sheets import make_sheets
    from teaegg.distill.train.student import Student
    from teaegg.distill.train.workers import Workers

    student = Student(base, RECIPE, device=torch.device("cpu"))
    load_adapter_tensors(student.model, load_file(adapter / "adapter_model.safetensors"))
    sheets = make_sheets(tokenise(rows, RECIPE, Tokenizer(base))[0], most_tokens=768)
    with Workers(student, Answers(), 1) as workers:
        return round(workers.look([(sheet,) for sheet in sheets]), 4)


def compared(runs: dict[str, list[dict[str, Any]]], tokens: int) -> dict[str, Any]:
    """Every run, the medians, and how many times faster ours is than each other in the same round."""
    found: dict[str, Any] = {"runs": runs, "medians": {}, "times_faster": {}}
    for name, kept in runs.items():
        seconds = statistics.median(one["seconds"] for one in kept)
        found["medians"][name] = {
            "tokens_per_second": round(tokens / seconds, 1),
            "resident_mib": statistics.median(one["resident_mib"] for one in kept),
            "held_out_loss": statistics.median(one["held_out_loss"] for one in kept),
        }
        ratios = [
            theirs["seconds"] / ours["seconds"]
            for theirs, ours in zip(kept, runs["teaegg"], strict=True)
        ]
        if name != "teaegg":
            found["times_faster"][name] = round(statistics.median(ratios), 2)
    return found


if __name__ == "__main__":
    main()
