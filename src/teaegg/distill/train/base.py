"""The contract of a trainer; no heavy library is imported here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands. Losses are mean nats per answer token; `held_out_loss` is the last look's."""

    step: int
    steps: int
    loss: float
    held_out_loss: float | None
    tokens_per_second: float
    seconds: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class Training:
    """A finished run. `adapter` is a PEFT folder (adapter_config.json, adapter_model.safetensors).

    `held_out_losses` are (step, loss); `left_out` maps row id to why it was not learned from;
    `stopped` says why the run ended: "done", "early" (no more gain) or "minutes". `taught_share` is the
    share of answer tokens (0 to 1) at which a teacher's probabilities were learned; None but for `logits`.
    """

    adapter: Path
    steps: int
    rows: int
    tokens: int
    seconds: float
    tokens_per_second: float
    losses: tuple[float, ...]
    held_out_losses: tuple[tuple[int, float], ...]
    left_out: dict[str, str]
    stopped: str
    peak_memory_mib: float
    taught_share: float | None = None


class Trainer(Protocol):
    """Raises InvalidRequestError for rows or a recipe that cannot be trained on, ModelError for a
    base that cannot be loaded, StorageError when a checkpoint cannot be written."""

    def train(
        self,
        rows: Sequence[Row],
        recipe: Recipe,
        folder: Path,
        *,
        tell: Callable[[Progress], None],
    ) -> Training:
        """Train in `folder`; where it holds checkpoints of the same rows and recipe, go on from there;
        where such a run was finished, give its result.

        The result, the recipe, hashes, seed, versions and hardware are written to
        `folder/training.json`, the loss curve to `folder/loss.png`.
        """
        ...
