"""The model that learns: a frozen base, an adapter on it, and outputs only where they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from teaegg.core.errors import ModelError
from teaegg.distill.recipe import Recipe
from teaegg.distill.train.kernels import use_kernels
from teaegg.distill.train.lora import add_lora
from teaegg.distill.train.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Outputs:
    """One row per answer token of a micro-batch: `hidden` (tokens, width), and the `targets` there."""

    hidden: Tensor
    targets: Tensor


class Student:
    """`model` is a causal language model of transformers with LoRA on its projections."""

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        *,
        device: torch.device,
        precision: torch.dtype | None = None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.model = load_base(folder, precision or fast_precision(device)).to(device)
        self._inverted = use_kernels(self.model)
        add_lora(self.model, rank=recipe.rank, alpha=recipe.alpha, dropout=recipe.dropout)
        self.device = device
        self._inner = self.model.get_decoder()
        self._embeddings = self.model.get_input_embeddings()
        self._head = self.model.get_output_embeddings().weight
        self._scale = float(getattr(self._embeddings, "scalar_embed_scale", 1.0))
        self._window = getattr(self.model.config, "sliding_window", None)
        self._mapped = len(set(getattr(self.model.config, "layer_types", None) or ())) > 1

    def save_memory(self) -> None:
        """Keep only what stands between layers and compute the rest again (Chen et al. 2016)."""
        self.model.gradient_checkpointing_enable({"use_reentrant": False})

    def outputs(self, batch: Sequence[Sheet]) -> Outputs:
        """Run a micro-batch and keep what stands where an answer token is predicted."""
        length = max(sheet.length for sheet in batch)
        tokens = self._padded([sheet.tokens for sheet in batch], length, 0)
        positions = self._padded([sheet.positions for sheet in batch], length, 0)
        branches = self._padded([sheet.branches for sheet in batch], length, -1)
        hidden = self._inner(
            inputs_embeds=self._embedded(tokens),
            attention_mask=self._masks(positions, branches),
            position_ids=positions,
            use_cache=False,
        ).last_hidden_state
        places = [
            number * length + source
            for number, sheet in enumerate(batch)
            for source in sheet.sources
        ]
        targets = [target for sheet in batch for target in sheet.targets]
        flat = hidden.reshape(-1, hidden.shape[-1])
        return Outputs(
            flat[torch.tensor(places, device=self.device)],
            torch.tensor(targets, device=self.device),
        )

    def logits(self, hidden: Tensor) -> Tensor:
        """(tokens, vocabulary) in 32 bits."""
        return functional.linear(hidden.to(self._head.dtype), self._head).float()

    def answer_loss(self, outputs: Outputs) -> Tensor:
        """The sum of the negative log-likelihoods of the answer tokens, in nats."""
        return functional.cross_entropy(
            self.logits(outputs.hidden), outputs.targets, reduction="sum"
        )

    def _embedded(self, tokens: Tensor) -> Tensor:
        """Looked up and scaled here: the factor is rounded in the base's own module."""
        looked_up = functional.embedding(tokens, self._embeddings.weight)
        return (looked_up.float() * self._scale).to(looked_up.dtype)

    def _masks(self, positions: Tensor, branches: Tensor) -> Any:
        """True where a place (row) may look at another (column): earlier, and of its own branch."""
        length = positions.shape[1]
        order = torch.arange(length, device=self.device)
        earlier = order[None, :, None] >= order[None, None, :]
        kin = (branches[:, None, :] == 0) | (branches[:, :, None] == branches[:, None, :])
        full = (earlier & kin)[:, None]
        if not self._mapped:
            return ~full if self._inverted else full
        distance = positions[:, :, None] - positions[:, None, :]
        near = (distance < (self._window or length))[:, None]
        masks = {"full_attention": full, "sliding_attention": full & near}
        return {kind: ~mask if self._inverted else mask for kind, mask in masks.items()}

    def _padded(self, lists: Sequence[Sequence[int]], length: int, filler: int) -> Tensor:
        rows = [[*items, *[filler] * (length - len(items))] for items in lists]
        return torch.tensor(rows, device=self.device)


def fast_precision(device: torch.device) -> torch.dtype:
    """bfloat16 where the hardware multiplies it (ten times faster with AMX), else 32 bits."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("amx_bf16") or able.get("avx512_bf16") else torch.float32


def load_base(folder: Path, precision: torch.dtype) -> Any:
    """The base of a folder, to read from only. Raises ModelError."""
    from transformers import AutoModelForCausalLM

    try:
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=precision, attn_implementation="sdpa", local_files_only=True
        )
    except Exception as error:  # safetensors, json and shape errors share no narrower class
        raise ModelError(
            f"The base {folder} cannot be loaded: {str(error)[:300]}",
            remedy="Delete the folder if it is a cache (it is made again), or save the model again.",
        ) from error
    return model.train()
