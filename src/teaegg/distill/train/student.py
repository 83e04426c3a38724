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


@dataclass(frozen=True, slots=True)
class Beginning:
    """What many sheets begin with, computed once: keys and values of each layer, both of the shape
    (1, groups, length, width)."""

    length: int
    layers: tuple[tuple[Tensor, Tensor], ...]


class SheetModel:
    """A causal language model of transformers, `model`, that reads sheets. Raises ModelError."""

    def __init__(
        self, folder: Path, *, device: torch.device, precision: torch.dtype | None = None
    ) -> None:
        self.model = load_base(folder, precision or fast_precision(device)).to(device)
        self._inverted = use_kernels(self.model)
        self.device = device
        self.context_tokens = int(self.model.config.max_position_embeddings)
        self._inner = self.model.get_decoder()
        self._embeddings = self.model.get_input_embeddings()
        self.head: Tensor = self.model.get_output_embeddings().weight
        self._scale = float(getattr(self._embeddings, "scalar_embed_scale", 1.0))
        self._window = getattr(self.model.config, "sliding_window", None)
        self._mapped = len(set(getattr(self.model.config, "layer_types", None) or ())) > 1

    def beginning(self, tokens: Sequence[int]) -> Beginning | None:
        """The tokens that sheets have in common; None where there are none."""
        from transformers import DynamicCache

        if not tokens:
            return None
        # Made without the configuration, so that no layer forgets what its window has passed: the
        # masks say who may look where.
        cache: Any = DynamicCache()
        length = len(tokens)
        self._run(
            torch.tensor([list(tokens)], device=self.device),
            torch.arange(length, device=self.device)[None],
            torch.zeros((1, length), dtype=torch.long, device=self.device),
            cache,
        )
        return Beginning(length, tuple((layer.keys, layer.values) for layer in cache.layers))

    def outputs(self, batch: Sequence[Sheet], behind: Beginning | None = None) -> Outputs:
        """Run a micro-batch, each sheet `behind` the same beginning, and keep what stands where an
        answer token is predicted."""
        length = max(sheet.length for sheet in batch)
        hidden = self._run(
            self._padded([sheet.tokens for sheet in batch], length, 0),
            self._padded([sheet.positions for sheet in batch], length, 0),
            self._padded([sheet.branches for sheet in batch], length, -1),
            _continued(behind, len(batch)) if behind else None,
        )
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
        return functional.linear(hidden.to(self.head.dtype), self.head).float()

    def answer_loss(self, outputs: Outputs) -> Tensor:
        """The sum of the negative log-likelihoods of the answer tokens, in nats."""
        return functional.cross_entropy(
            self.logits(outputs.hidden), outputs.targets, reduction="sum"
        )

    def _run(self, tokens: Tensor, positions: Tensor, branches: Tensor, cache: Any) -> Tensor:
        """(sheets, length, width) behind what `cache` holds, which takes in what is computed here."""
        before = cache.get_seq_length() if cache is not None else 0
        positions = positions + before
        hidden: Tensor = self._inner(
            inputs_embeds=self._embedded(tokens),
            attention_mask=self._masks(positions, branches, before),
            position_ids=positions,
            past_key_values=cache,
            use_cache=cache is not None,
        ).last_hidden_state
        return hidden

    def _embedded(self, tokens: Tensor) -> Tensor:
        """Looked up and scaled here: the factor is rounded in the base's own module."""
        looked_up = functional.embedding(tokens, self._embeddings.weight)
        return (looked_up.float() * self._scale).to(looked_up.dtype)

    def _masks(self, positions: Tensor, branches: Tensor, before: int) -> Any:
        """True where a place (row) may look at another (column): earlier, and of its own branch.

        The first `before` columns are the beginning of all."""
        length = positions.shape[1]
        order = torch.arange(before + length, device=self.device)
        earlier = order[before:, None] >= order
        shared = functional.pad(branches, (before, 0))[:, None, :]
        kin = (shared == 0) | (branches[:, :, None] == shared)
        full = (earlier & kin)[:, None]
        if not self._mapped:
            return ~full if self._inverted else full
        begun = order[:before].expand(len(positions), before)
        seen = torch.cat((begun, positions), dim=1)[:, None, :]
        near = (positions[:, :, None] - seen < (self._window or before + length))[:, None]
        masks = {"full_attention": full, "sliding_attention": full & near}
        return {kind: ~mask if self._inverted else mask for kind, mask in masks.items()}

    def _padded(self, lists: Sequence[Sequence[int]], length: int, filler: int) -> Tensor:
        rows = [[*items, *[filler] * (length - len(items))] for items in lists]
        return torch.tensor(rows, device=self.device)


class Student(SheetModel):
    """With LoRA on its projections, which is what learns."""

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        *,
        device: torch.device,
        precision: torch.dtype | None = None,
    ) -> None:
        torch.manual_seed(recipe.seed)
        super().__init__(folder, device=device, precision=precision)
        add_lora(self.model, rank=recipe.rank, alpha=recipe.alpha, dropout=recipe.dropout)

    def save_memory(self) -> None:
        """Keep only what stands between layers and compute the rest again (Chen et al. 2016)."""
        self.model.gradient_checkpointing_enable({"use_reentrant": False})


def _continued(beginning: Beginning, sheets: int) -> Any:
    """A cache that so many sheets go on from. Nothing is copied until a layer adds its own."""
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer

    cache = DynamicCache()
    for keys, values in beginning.layers:
        layer: Any = DynamicLayer()  # type: ignore[no-untyped-call]
        layer.lazy_initialization(keys, values)
        layer.keys, layer.values = (whole.expand(sheets, -1, -1, -1) for whole in (keys, values))
        cache.layers.append(layer)
    return cache


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
