"""Whether the activations of a run fit into memory, judged before its first step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from teaegg.distill.train.sheets import Sheet

_WIDE, _GATED, _SHARES = 22, 6, 4
"""Numbers kept for the backward pass, per token and layer: this many of the model's width, of its
MLP's, and per head of the sheet's length (a rough figure, from the peak memory of runs on Gemma 3 270M)."""
_SPARE_SHARE = 0.6
"""Part of the free memory that activations may take; logits and the optimiser need some as well."""


def activations_fit(
    config: Any, batches: Sequence[Sequence[Sheet]], *, at_once: int, device: torch.device
) -> bool:
    """False where `at_once` of the largest micro-batches would fill the memory that is free now."""
    largest = max(activation_bytes(config, batch) for batch in batches)
    return largest * at_once <= _SPARE_SHARE * free_bytes(device)


def activation_bytes(config: Any, batch: Sequence[Sheet]) -> int:
    """An estimate of what one micro-batch keeps until its backward pass, in 16 bits a number."""
    length = max(sheet.length for sheet in batch)
    numbers = (
        _WIDE * config.hidden_size
        + _GATED * config.intermediate_size
        + _SHARES * config.num_attention_heads * length
    )
    return int(2 * config.num_hidden_layers * length * len(batch) * numbers)


def free_bytes(device: torch.device) -> int:
    """Memory that can be taken without pushing anything out."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
