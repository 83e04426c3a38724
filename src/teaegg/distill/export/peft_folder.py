"""A PEFT folder read without torch: the low-rank factors of every projection, and their scale."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teaegg.core.errors import InvalidRequestError, ModelError

Matrix = NDArray[np.float32]

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
_TENSOR = re.compile(r"^base_model\.model\.(?P<module>.+)\.lora_(?P<factor>[AB])\.weight$")
_PLAIN: dict[str, tuple[Any, ...]] = {
    "use_dora": (False, None),
    "fan_in_fan_out": (False, None),
    "bias": ("none", None),
    "modules_to_save": (None, []),
    "rank_pattern": ({}, None),
    "alpha_pattern": ({}, None),
    "trainable_token_indices": (None, []),
}
"""What an export can carry: anything else in these fields would be lost without a word."""


@dataclass(frozen=True, slots=True)
class LowRank:
    """A weight of shape (outputs, inputs) is changed by `scale * b @ a`.

    `a` has the shape (rank, inputs), `b` (outputs, rank).
    """

    a: Matrix
    b: Matrix


@dataclass(frozen=True, slots=True)
class PeftAdapter:
    """`factors` by the module's name in transformers ("model.layers.0.self_attn.q_proj").

    `alpha` is such that the change is `alpha / rank * b @ a`, rank-stabilised adapters included.
    """

    folder: Path
    rank: int
    alpha: float
    factors: dict[str, LowRank]


def read_peft(folder: Path) -> PeftAdapter:
    """Raises InvalidRequestError for what an export cannot carry, ModelError for unreadable files."""
    config = _config(folder / "adapter_config.json")
    for field, plain in _PLAIN.items():
        if config.get(field) not in plain:
            raise InvalidRequestError(
                f"{folder}: {field} is {config[field]!r}, which a GGUF adapter cannot hold.",
                remedy="Train a plain LoRA on attention and MLP projections.",
            )
    rank, alpha = int(config["r"]), float(config["lora_alpha"])
    if config.get("use_rslora"):
        alpha *= math.sqrt(rank)
    factors = _factors(folder / "adapter_model.safetensors", rank)
    return PeftAdapter(folder, rank, alpha, factors)


def _config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        if config["peft_type"] != "LORA":
            raise InvalidRequestError(
                f"{path} describes a {config['peft_type']} adapter.",
                remedy="Export a LoRA adapter.",
            )
        float(config["r"]), float(config["lora_alpha"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is not the configuration of a LoRA adapter: {error!r}.",
            remedy="Name the folder that PEFT wrote (adapter_config.json, adapter_model.safetensors).",
        ) from error
    return dict(config)


def _factors(path: Path, rank: int) -> dict[str, LowRank]:
    halves: dict[str, dict[str, Matrix]] = {}
    for name, matrix in _tensors(path).items():
        found = _TENSOR.match(name)
        module = found["module"] if found else name
        if not found or module.rpartition(".")[2] not in PROJECTIONS:
            raise InvalidRequestError(
                f"{path}: the tensor {name} changes no attention or MLP projection.",
                remedy=f"Train only {', '.join(PROJECTIONS)}; engines drop other changes silently.",
            )
        halves.setdefault(module, {})[found["factor"]] = matrix
    if not halves:
        raise ModelError(f"{path} holds no tensors.", remedy="Train the adapter again.")
    return {module: _pair(path, module, both, rank) for module, both in sorted(halves.items())}


def _pair(path: Path, module: str, both: dict[str, Matrix], rank: int) -> LowRank:
    missing = {"A", "B"} - both.keys()
    if missing:
        raise ModelError(
            f"{path}: {module} has no lora_{missing.pop()}.", remedy="Train the adapter again."
        )
    a, b = both["A"], both["B"]
    if a.ndim != 2 or b.ndim != 2 or a.shape[0] != rank or b.shape[1] != rank:
        raise ModelError(
            f"{path}: {module} has factors of shape {a.shape} and {b.shape}; "
            f"expected ({rank}, inputs) and (outputs, {rank}).",
            remedy="Train the adapter again.",
        )
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ModelError(
            f"{path}: {module} holds numbers that are not finite.",
            remedy="Train again with a lower learning rate.",
        )
    return LowRank(a, b)


def _tensors(path: Path) -> dict[str, Matrix]:
    try:
        import safetensors
    except ImportError as error:
        raise ModelError(
            "Reading a trained adapter needs the library safetensors.",
            remedy="pip install 'teaegg[train]'",
        ) from error
    try:
        found = safetensors.deserialize(path.read_bytes())  # type: ignore[no-untyped-call]
        return {name: _matrix(name, tensor) for name, tensor in found}
    except (OSError, ValueError, safetensors.SafetensorError) as error:
        raise ModelError(
            f"{path} is not a whole safetensors file: {error}.",
            remedy="Copy it again or train the adapter again; it may have been cut off.",
        ) from error


def _matrix(name: str, tensor: dict[str, Any]) -> Matrix:
    kind, data = tensor["dtype"], bytes(tensor["data"])
    if kind == "BF16":
        # A bfloat16 is the upper half of a float32.
        values = (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
    elif kind in ("F16", "F32"):
        values = np.frombuffer(data, {"F16": "<f2", "F32": "<f4"}[kind]).astype(np.float32)
    else:
        raise ValueError(f"tensor {name} is of kind {kind}, expected F32, F16 or BF16")
    return values.astype(np.float32).reshape(tensor["shape"])
