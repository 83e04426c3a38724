"""Seeded adapters of PEFT's form on the bundled base, made without torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from teaegg.distill.export.adapter import write_gguf_adapter
from teaegg.models.gguf import read_header
from teaegg.models.local import bundled_model

PLACES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def made_tensors(
    seed: int, *, rank: int = 8, size: float = 0.01, from_block: int = 0
) -> dict[str, np.ndarray]:
    """Random factors for every projection; `size` is the spread of B's numbers.

    Blocks before `from_block` get a B of zeros: a strong change there is blown up by every block that
    follows, and so is the last bit of every number.
    """
    header = read_header(bundled_model())
    source = np.random.default_rng(seed)
    tensors = {}
    for block in range(header.number("gemma3.block_count")):
        for module, place in PLACES.items():
            inputs, outputs = header.tensors[f"blk.{block}.{place}.weight"].shape
            name = f"base_model.model.model.layers.{block}.{module}"
            a = source.normal(0, inputs**-0.5, (rank, inputs))
            tensors[f"{name}.lora_A.weight"] = a.astype(np.float32)
            b = source.normal(0, size if block >= from_block else 0, (outputs, rank))
            tensors[f"{name}.lora_B.weight"] = b.astype(np.float32)
    return tensors


def made_folder(
    folder: Path, tensors: dict[str, np.ndarray], *, rank: int = 8, **config: Any
) -> Path:
    """Write `tensors` and a configuration as PEFT does."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": rank,
        "lora_alpha": 2 * rank,
        "bias": "none",
        "target_modules": [place.rpartition(".")[2] for place in PLACES],
    }
    (folder / "adapter_config.json").write_text(json.dumps(plain | config), encoding="utf-8")
    save_file(tensors, folder / "adapter_model.safetensors")
    return folder


def made_gguf(folder: Path, seed: int, *, rank: int = 8, size: float = 0.01) -> Path:
    """A GGUF adapter of the bundled base, `adapter-SEED.gguf` in `folder`."""
    peft = made_folder(folder / f"peft-{seed}", made_tensors(seed, rank=rank, size=size), rank=rank)
    target = folder / f"adapter-{seed}.gguf"
    write_gguf_adapter(peft, target)
    return target
