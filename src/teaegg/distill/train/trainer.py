"""The trainer: rows and a recipe become an adapter, resumable at every checkpoint."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from teaegg.core.ids import text_hash
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row, rows_hash
from teaegg.distill.train.base import Progress, Training
from teaegg.distill.train.base_weights import base_folder, weights_hash
from teaegg.distill.train.checkpoints import (
    Checkpoint,
    RunState,
    read_checkpoint,
    remove_checkpoint,
    write_checkpoint,
)
from teaegg.distill.train.lora import (
    adapter_tensors,
    load_adapter_tensors,
    save_adapter,
)
from teaegg.distill.train.memory import activations_fit
from teaegg.distill.train.methods.choice import make_objective
from teaegg.distill.train.plan import Plan, Step, make_plan
from teaegg.distill.train.record import finished_run, peak_memory_mib, write_record
from teaegg.distill.train.schedule import learning_rate_share, share_done
from teaegg.distill.train.student import Student
from teaegg.distill.train.tokens import Tokenizer, share_taught, tokenise
from teaegg.distill.train.workers import Workers

_CHECKPOINT_SECONDS = 60.0
_LARGEST_GRADIENT = 1.0
Tell = Callable[[Progress], None]


class LoRATrainer:
    """See `base.Trainer`. Runs on CUDA where there is one, else on `threads` cores (0: all)."""

    def __init__(self, base: Path | None, *, threads: int) -> None:
        self._base = base
        self._threads = threads or os.cpu_count() or 1

    def train(self, rows: Sequence[Row], recipe: Recipe, folder: Path, *, tell: Tell) -> Training:
        base = base_folder(self._base)
        base_hash = weights_hash(self._base)
        dataset = rows_hash(rows)
        if finished := finished_run(folder, recipe, base=base_hash, dataset=dataset):
            return finished
        encoded, left_out = tokenise(rows, recipe, Tokenizer(base))
        taught_share = share_taught(encoded) if recipe.method == "logits" else None
        plan = make_plan(encoded, recipe)
        folder.mkdir(parents=True, exist_ok=True)
        identity = text_hash(f"{base_hash} {dataset} {recipe.hash}")
        # Read first: a folder of another run is refused before minutes go by.
        checkpoint = read_checkpoint(folder, identity)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        student = Student(base, recipe, device=device)
        objective = make_objective(recipe, {row.id: row for row in encoded})
        # Dropout draws from one stream: several threads would draw in another order each time.
        at_once = 1 if device.type == "cuda" or recipe.dropout else self._threads
        if not activations_fit(
            student.model.config, plan.all_batches(), at_once=at_once, device=device
        ):
            student.save_memory()
        with Workers(student, objective, at_once) as workers:
            run = _Run(workers, plan, folder, identity)
            if checkpoint is not None:
                run.go_on_from(checkpoint)
            run.all_steps(tell)
        training = replace(run.finished(left_out), taught_share=taught_share)
        write_record(training, recipe, folder, base=base_hash, dataset=dataset, plan=plan)
        remove_checkpoint(folder)
        return training


class _Run:
    """One run in one process."""

    def __init__(self, workers: Workers, plan: Plan, folder: Path, identity: str) -> None:
        self._workers = workers
        self._student = workers.student
        self._plan = plan
        self._folder = folder
        self._identity = identity
        self._parameters = workers.parameters
        self._optimiser = torch.optim.AdamW(
            self._parameters,
            lr=plan.recipe.learning_rate,
            weight_decay=plan.recipe.weight_decay,
            fused=True,
        )
        self._state = RunState()
        self._before = 0.0
        self._started = time.monotonic()

    def go_on_from(self, checkpoint: Checkpoint) -> None:
        load_adapter_tensors(self._student.model, checkpoint.adapter)
        self._optimiser.load_state_dict(checkpoint.optimiser)
        torch.set_rng_state(checkpoint.random)
        self._state = checkpoint.state
        self._before = checkpoint.state.seconds

    def all_steps(self, tell: Tell) -> None:
        """Every step that is left, with looks at held-out rows and checkpoints in between."""
        self._started = written = time.monotonic()
        state, plan = self._state, self._plan
        epoch, steps = -1, list[Step]()
        while not state.stopped:
            wanted, place = divmod(state.step, plan.steps_per_epoch)
            if wanted != epoch:
                epoch, steps = wanted, plan.epoch(wanted)
            self._step(steps[place % len(steps)])
            state.stopped = self._over()
            looked = state.stopped or state.step % plan.look_every == 0
            if looked:
                self._look()
            tell(self._progress())
            if looked or time.monotonic() - written > _CHECKPOINT_SECONDS:
                self._write()
                written = time.monotonic()

    def finished(self, left_out: dict[str, str]) -> Training:
        """The adapter of the best look, written out."""
        state, recipe = self._state, self._plan.recipe
        adapter = self._folder / "adapter"
        tensors = state.best or adapter_tensors(self._student.model)
        save_adapter(tensors, adapter, rank=recipe.rank, alpha=recipe.alpha, dropout=recipe.dropout)
        return Training(
            adapter=adapter,
            steps=state.step,
            rows=self._plan.rows,
            tokens=state.tokens,
            seconds=state.seconds,
            tokens_per_second=state.tokens / max(state.seconds, 1e-9),
            losses=tuple(state.losses),
            held_out_losses=tuple(state.held_out_losses),
            left_out=left_out,
            stopped=state.stopped,
            peak_memory_mib=peak_memory_mib(),
        )

    def _step(self, step: Step) -> None:
        state, recipe = self._state, self._plan.recipe
        share = learning_rate_share(
            # The middle of the step, so that neither the first nor the last one learns nothing.
            share_done(state.step + 0.5, self._plan.steps, self._seconds(), recipe.minutes),
            recipe.warmup_share,
        )
        for group in self._optimiser.param_groups:
            group["lr"] = recipe.learning_rate * share
        loss = self._workers.learn(step, state.step)
        state.tokens += sum(sheet.learned_tokens for batch in step for sheet in batch)
        torch.nn.utils.clip_grad_norm_(self._parameters, _LARGEST_GRADIENT)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        state.step += 1
        state.losses.append(loss)
        state.seconds = self._seconds()

    def _look(self) -> None:
        """The loss of the held-out rows; the adapter is kept where it is the best so far."""
        if not self._plan.held_out:
            return
        state = self._state
        earlier = [loss for _, loss in state.held_out_losses]
        loss = self._workers.look(self._plan.held_out)
        if loss < min(earlier, default=float("inf")):
            state.best = adapter_tensors(self._student.model)
        state.held_out_losses.append((state.step, loss))
        patience = self._plan.recipe.patience
        if patience and not state.stopped and earlier:
            best = min(range(len(earlier)), key=lambda place: earlier[place])
            if loss >= earlier[best] and len(earlier) - best >= patience:
                state.stopped = "early"

    def _over(self) -> str:
        if self._state.step >= self._plan.steps:
            return "done"
        minutes = self._plan.recipe.minutes
        return "minutes" if minutes and self._seconds() >= 60 * minutes else ""

    def _progress(self) -> Progress:
        state, plan = self._state, self._plan
        done = share_done(state.step, plan.steps, state.seconds, plan.recipe.minutes)
        looks = state.held_out_losses
        return Progress(
            step=state.step,
            steps=plan.steps,
            loss=state.losses[-1],
            held_out_loss=looks[-1][1] if looks else None,
            tokens_per_second=state.tokens / max(state.seconds, 1e-9),
            seconds=state.seconds,
            seconds_left=0.0 if state.stopped else state.seconds * (1 - done) / max(done, 1e-9),
        )

    def _write(self) -> None:
        optimiser: dict[str, Any] = self._optimiser.state_dict()
        write_checkpoint(
            self._folder,
            Checkpoint(
                self._identity,
                self._state,
                adapter_tensors(self._student.model),
                optimiser,
                torch.get_rng_state(),
            ),
        )

    def _seconds(self) -> float:
        return self._before + time.monotonic() - self._started
