"""Where a projection of transformers stands in a GGUF base, and how llama.cpp orders its rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.distill.export.peft_folder import LowRank, Matrix, PeftAdapter
from teaegg.distill.export.writing import gguf_library
from teaegg.models.gguf import GgufHeader

_ROWS_REORDERED = {"gemma3": False, "qwen2": False, "qwen3": False, "llama": True}
"""Whether llama.cpp's converter reorders the rows of q and k (`LlamaModel.permute`), because its
rotary embedding turns neighbouring numbers where transformers turns the two halves."""


def place_in(base: GgufHeader, adapter: PeftAdapter) -> dict[str, LowRank]:
    """The adapter's factors by the base's tensor names ("blk.0.attn_q.weight"), rows in its order.

    Raises InvalidRequestError for an architecture that is not known here, ModelError where a
    projection is not in the base or has another shape there.
    """
    architecture = base.text("general.architecture")
    if architecture not in _ROWS_REORDERED:
        raise InvalidRequestError(
            f"{base.path} is of the architecture {architecture!r}; "
            f"adapters can be exported for {', '.join(sorted(_ROWS_REORDERED))}.",
            remedy="Train on a base of one of these.",
        )
    name_of = _names(architecture, base.number(f"{architecture}.block_count"))
    placed = {}
    for module, factors in adapter.factors.items():
        name = name_of(module)
        _check_shape(base, name, module, adapter, factors)
        heads = _heads(base, architecture, name) if _ROWS_REORDERED[architecture] else 0
        placed[name] = LowRank(factors.a, _reorder(factors.b, heads)) if heads else factors
    return placed


def _names(architecture: str, blocks: int) -> Callable[[str], str]:
    gguf = gguf_library()
    kind = {name: kind for kind, name in gguf.MODEL_ARCH_NAMES.items()}[architecture]
    names = gguf.get_tensor_name_map(kind, blocks)

    def name_of(module: str) -> str:
        return f"{names.get_name(module) or module}.weight"

    return name_of


def _check_shape(
    base: GgufHeader, name: str, module: str, adapter: PeftAdapter, factors: LowRank
) -> None:
    wanted = base.tensors[name].shape if name in base.tensors else None
    found = (factors.a.shape[1], factors.b.shape[0])
    if wanted != found:
        there = f"{wanted[0]} inputs and {wanted[1]} outputs" if wanted else "no such projection"
        raise ModelError(
            f"{adapter.folder} was not trained on {base.path.name}: its {module} has {found[0]} "
            f"inputs and {found[1]} outputs, the base has {there}.",
            remedy="Export with the base it was trained on.",
        )


def _heads(base: GgufHeader, architecture: str, name: str) -> int:
    if name.endswith("attn_q.weight"):
        return base.number(f"{architecture}.attention.head_count")
    if name.endswith("attn_k.weight"):
        return base.number(f"{architecture}.attention.head_count_kv")
    return 0


def _reorder(b: Matrix, heads: int) -> Matrix:
    """The two halves of each head's rows become neighbours."""
    rows, rank = b.shape
    halves = b.reshape(heads, 2, rows // heads // 2, rank)
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows, rank))
