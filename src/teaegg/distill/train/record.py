"""What is written beside an adapter: everything that is needed to repeat the run, and its curve."""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
from dataclasses import MISSING, asdict, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import teaegg
from teaegg.core.errors import StorageError
from teaegg.distill.recipe import Recipe
from teaegg.distill.train.base import Training
from teaegg.distill.train.plan import Plan
from teaegg.store.lines import write_text

_LIBRARIES = ("torch", "transformers", "peft", "tokenizers", "gguf")


def write_record(
    training: Training, recipe: Recipe, folder: Path, *, base: str, dataset: str, plan: Plan
) -> None:
    """`training.json` and `loss.png`. Raises StorageError."""
    record = {
        "recipe": recipe.model_dump(),
        "recipe_hash": recipe.hash,
        "rows_hash": dataset,
        "base": base,
        "held_out_rows": plan.held_out_rows,
        "code": teaegg.__version__,
        "versions": _versions(),
        "hardware": _hardware(),
        **asdict(training),
        "adapter": training.adapter.name,
    }
    try:
        write_text(folder / "training.json", json.dumps(record, ensure_ascii=False, indent=2))
        _draw(training, folder / "loss.png")
    except OSError as error:
        raise StorageError(
            f"The record of the run in {folder} cannot be written: {error}.",
            remedy="Free some disk space and run the same command again.",
        ) from error


def finished_run(folder: Path, recipe: Recipe, *, base: str, dataset: str) -> Training | None:
    """The run of just this recipe, base and rows that was finished in `folder`; None where none was."""
    try:
        record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        made_of = (record["recipe_hash"], record["base"], record["rows_hash"])
        adapter = folder / record["adapter"]
        if made_of != (recipe.hash, base, dataset) or not adapter.is_dir():
            return None
        known = {
            field.name: record[field.name]
            for field in fields(Training)
            # What later code notes beside has a default: a run of before is as finished as it was.
            if field.name in record or field.default is MISSING
        }
    except (OSError, ValueError, KeyError, TypeError):
        # Missing, half written by an older program, or edited: the run is simply done again.
        return None
    looks = tuple((int(step), float(loss)) for step, loss in known["held_out_losses"])
    read_back = {"adapter": adapter, "losses": tuple(known["losses"]), "held_out_losses": looks}
    return Training(**{**known, **read_back})


def peak_memory_mib() -> float:
    """The most resident memory this process ever had; on CUDA, the most of the device's."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _draw(training: Training, path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes: Any = figure.add_subplot()
    axes.plot(range(1, training.steps + 1), training.losses, alpha=0.5, label="training")
    if training.held_out_losses:
        axes.plot(*zip(*training.held_out_losses, strict=True), marker="o", label="held out")
    axes.set(xlabel="step", ylabel="loss (nats per answer token)")
    axes.legend()
    figure.savefig(path, format="png", dpi=120)


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def _hardware() -> dict[str, Any]:
    import torch

    cuda = torch.cuda.is_available()
    return {
        "device": torch.cuda.get_device_name() if cuda else "cpu",
        "processor": torch.backends.cpu.get_cpu_capability(),
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
    }
