"""About a minute on this machine: some steps of the real trainer, some answers of the real engine."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError
from teaegg.core.spelling.widths import text_width
from teaegg.distill.examining import CONTEXT_TOKENS
from teaegg.distill.journey import ANSWER_TOKENS
from teaegg.distill.planning.machine import (
    EngineSpeed,
    Machine,
    TrainingSpeed,
    folder_bytes,
    machine_load,
    memory_mib,
)
from teaegg.distill.planning.survey import mean_row_width, row_width
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row
from teaegg.distill.train.base import Progress, Trainer
from teaegg.models.llama.engine import Engine
from teaegg.models.local import bundled_model
from teaegg.models.templates import template_named

FEWEST_ROWS = 8
_PROMPTS = 2
_FEWEST_TOKENS, _TOKENS_A_SECOND = 8, 3
"""Written by the base while it is timed: at least so many, and for each second of the probe."""
_TRAINING_SHARE = 0.6
_ENGINE_SHARE = 0.15
"""Of the probe's time: after so much no further prompt is begun."""
_HELD_OUT_SHARE = 0.25
"""Of the probe's rows: large enough for the look at them to be timed."""
_LOOKS_FASTER = 2.0
"""Assumed where the look was too short to be timed: it goes forward only, and not back."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where and with what the probe measures. `trainer` is None where what trains is not installed,
    and `lack` says so; `seconds` are about as long as it may take."""

    base: Path | None
    threads: int
    trainer: Trainer | None
    lack: str
    seconds: float
    clock: Clock


@dataclass(frozen=True, slots=True)
class Told:
    """What the trainer said after a step, and when."""

    progress: Progress
    at_seconds: float


async def probe(
    rows: Sequence[Row], recipe: Recipe, bench: Bench, folder: Path, key: str
) -> Machine:
    """Measure with `rows` as the scene has them, in the empty `folder`, which may be deleted afterwards.

    Raises InvalidRequestError for fewer than `FEWEST_ROWS` rows, else what trainer and engine raise.
    """
    if len(rows) < FEWEST_ROWS:
        raise InvalidRequestError(
            f"The documents give {len(rows)} rows to measure with; at least {FEWEST_ROWS} are needed.",
            remedy="Learn more documents into the collections of the scene.",
        )
    began, load = bench.clock.monotonic_seconds(), machine_load()
    engine = await asyncio.to_thread(_engine_speed, rows, recipe, bench)
    training = None
    if bench.trainer is not None:
        training = await asyncio.to_thread(
            _training_speed, rows, recipe, bench.trainer, bench, folder, engine.tokens_per_width
        )
    return Machine(
        key=key,
        measured_at=bench.clock.now(),
        seconds=round(bench.clock.monotonic_seconds() - began, 1),
        cores=os.cpu_count() or 1,
        memory_mib=memory_mib(),
        load=load,
        engine=engine,
        training=training,
        lack=bench.lack,
    )


def _engine_speed(rows: Sequence[Row], recipe: Recipe, bench: Bench) -> EngineSpeed:
    template = template_named(recipe.template)
    lines = max(row.answer.count("\n") + 1 for row in rows)
    most = min(ANSWER_TOKENS, max(_FEWEST_TOKENS, round(_TOKENS_A_SECOND * bench.seconds)))
    began = bench.clock.monotonic_seconds()
    threads = bench.threads or os.cpu_count() or 1
    base = bench.base or bundled_model()
    engine = Engine(base, context_tokens=CONTEXT_TOKENS, threads=threads)
    started = bench.clock.monotonic_seconds() - began
    read: list[float] = []
    written: list[float] = []
    stopped: list[float] = []
    per_width: list[float] = []
    try:
        for row in rows[:: -(-len(rows) // _PROMPTS)]:
            if read and bench.clock.monotonic_seconds() - began > _ENGINE_SHARE * bench.seconds:
                break
            prompt = template.prompt(row.messages())
            body = {"prompt": prompt, "max_tokens": most, "temperature": 0.0}
            reply = engine.complete({**body, "cache_prompt": False})
            took, said = reply["timings"], reply["choices"][0]["text"]
            read.append(took["prompt_per_second"])
            if took["predicted_n"] > 1:
                written.append(took["predicted_per_second"])
            share = _share_said(said, lines)
            # One that is still speaking at the end of a short probe goes on until it is cut.
            cut = share == 1 and took["predicted_n"] == most
            stopped.append(ANSWER_TOKENS if cut else took["predicted_n"] * share)
            per_width.append(took["prompt_n"] / text_width(prompt))
    finally:
        engine.close()
    return EngineSpeed(
        start_seconds=started,
        read_tokens_per_second=fmean(read),
        written_tokens_per_second=fmean(written or read),
        base_answer_tokens=max(1.0, fmean(stopped)),
        tokens_per_width=fmean(per_width),
    )


def _share_said(said: str, lines: int) -> float:
    """How much of an answer there is until the exam stops it at the end of so many lines."""
    kept = "\n".join(said.lstrip().split("\n")[:lines])
    return min(1.0, len(kept) / max(1, len(said.strip())))


def _training_speed(
    rows: Sequence[Row],
    recipe: Recipe,
    trainer: Trainer,
    bench: Bench,
    folder: Path,
    tokens_per_width: float,
) -> TrainingSpeed:
    told: list[Told] = []
    short = recipe.model_copy(
        update={
            # What is timed are steps on answers; the other methods need rows that nobody has made yet.
            "method": "sft",
            "minutes": _TRAINING_SHARE * bench.seconds / 60,
            "epochs": 100,
            "looks": 1,
            "held_out_share": _HELD_OUT_SHARE,
            "patience": 0,
        }
    )
    began = bench.clock.monotonic_seconds()

    def tell(progress: Progress) -> None:
        told.append(Told(progress, bench.clock.monotonic_seconds()))

    training = trainer.train(rows, short, folder, tell=tell)
    took = bench.clock.monotonic_seconds() - began
    record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    held_out = float(record.get("held_out_rows", 0)) * mean_row_width(rows) * tokens_per_width
    speeds, look_seconds = step_speeds(told)
    typical = fmean(speeds) if speeds else max(training.tokens_per_second, 1e-9)
    look = held_out / look_seconds if look_seconds > 0 and held_out else _LOOKS_FASTER * typical
    return TrainingSpeed(
        device=str(record.get("hardware", {}).get("device", "cpu")),
        tokens_per_second=typical,
        slowest=min(speeds, default=typical),
        fastest=max(speeds, default=typical),
        look_tokens_per_second=max(typical, look),
        start_seconds=max(0.0, took - training.seconds),
        memory_mib=training.peak_memory_mib,
        longest_row_tokens=max(map(row_width, rows)) * tokens_per_width,
        folder_bytes=folder_bytes(folder),
        adapter_bytes=folder_bytes(training.adapter),
    )


def step_speeds(told: Sequence[Told]) -> tuple[list[float], float]:
    """(row tokens a second of each step that can be timed, seconds of the look after the last step).

    The first step warms up, so it does not count where there are others. A look is not part of its
    step's seconds, but the last step is told only after it.
    """
    tokens = [each.progress.tokens_per_second * each.progress.seconds for each in told]
    seconds = [each.progress.seconds for each in told]
    steps = [
        (tokens[at] - tokens[at - 1], seconds[at] - seconds[at - 1]) for at in range(1, len(told))
    ]
    timed = [learned / took for learned, took in steps if took > 0 and learned > 0]
    if not timed:
        return [], 0.0
    since = told[-1].at_seconds - told[-2].at_seconds
    return timed, max(0.0, since - steps[-1][1])
