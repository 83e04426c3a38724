"""Where a run stands, on disk: enough to go on as if it had never stopped."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from teaegg.core.errors import StorageError

_NAME = "checkpoint.pt"


@dataclass(slots=True)
class RunState:
    """What changes while a run goes on. `seconds` is the time spent in all its processes."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    losses: list[float] = field(default_factory=list)
    held_out_losses: list[tuple[int, float]] = field(default_factory=list)
    best: dict[str, Tensor] = field(default_factory=dict)
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`identity` names base, rows and recipe: a checkpoint of another run is never gone on from."""

    identity: str
    state: RunState
    adapter: dict[str, Tensor]
    optimiser: dict[str, Any]
    random: Tensor


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Written beside, synced and renamed. Raises StorageError; the checkpoint of before stays."""
    partial = folder / f"{_NAME}.{secrets.token_hex(4)}.partial"
    content = {
        "identity": checkpoint.identity,
        "state": {name: getattr(checkpoint.state, name) for name in RunState.__slots__},
        "adapter": checkpoint.adapter,
        "optimiser": checkpoint.optimiser,
        "random": checkpoint.random,
    }
    try:
        with partial.open("wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / _NAME)
    except (OSError, RuntimeError) as error:
        # torch reports a full disk as a RuntimeError of its archive writer.
        raise StorageError(
            f"The checkpoint in {folder} cannot be written: {error}.",
            remedy="Free some disk space and run the same command; it goes on from the one before.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def read_checkpoint(folder: Path, identity: str) -> Checkpoint | None:
    """None where there is none. Raises StorageError for one that is damaged or of another run."""
    path = folder / _NAME
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        checkpoint = Checkpoint(
            str(content["identity"]),
            RunState(**content["state"]),
            content["adapter"],
            content["optimiser"],
            content["random"],
        )
    except Exception as error:  # zip, pickle and key errors share no narrower class
        raise StorageError(
            f"The checkpoint {path} is damaged: {str(error)[:200]}",
            remedy="Delete this file and run the same command; training then starts from the beginning.",
        ) from error
    if checkpoint.identity != identity:
        raise StorageError(
            f"The folder {folder} holds a run with other rows, another recipe or another base.",
            remedy="Name another folder, or delete this one to start over.",
        )
    return checkpoint


def remove_checkpoint(folder: Path) -> None:
    """Once a run is over, its result is what counts."""
    (folder / _NAME).unlink(missing_ok=True)
