"""The adapter of a PEFT folder on a base that only reads."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from teaegg.core.errors import ModelError
from teaegg.distill.export.peft_folder import read_peft
from teaegg.distill.train.lora import add_lora, lora_modules


def put_on(model: nn.Module, folder: Path) -> None:
    """Raises ModelError where the adapter belongs to another base, and as `read_peft`."""
    adapter = read_peft(folder)
    add_lora(model, rank=adapter.rank, alpha=adapter.alpha, dropout=0.0)
    modules = lora_modules(model)
    for name, change in adapter.factors.items():
        module = modules.get(name)
        if module is None or (
            (module.lora_a.shape, module.lora_b.shape) != (change.a.shape, change.b.shape)
        ):
            raise ModelError(
                f"The adapter {folder} does not belong to this base: {name} is not such a projection.",
                remedy="Name the base it was trained on.",
            )
        with torch.no_grad():
            module.lora_a.copy_(torch.from_numpy(change.a))
            module.lora_b.copy_(torch.from_numpy(change.b))
