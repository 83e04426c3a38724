"""LoRA (Hu et al. 2021) on the projections of attention and MLP, saved in the form of PEFT."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")

_ADAPTED = ContextVar("adapted", default=True)


class LoRALinear(nn.Module):
    """`weight` is frozen, in the precision of the base; the two factors stay in 32 bits.

    The computation runs in the base's precision: only the sums of the optimiser need more.
    """

    def __init__(self, base: nn.Linear, *, rank: int, alpha: float, dropout: float) -> None:
        super().__init__()
        self.weight = base.weight
        self.bias = base.bias
        device = base.weight.device
        self.lora_a = nn.Parameter(torch.empty(rank, base.in_features, device=device))
        self.lora_b = nn.Parameter(torch.zeros(base.out_features, rank, device=device))
        nn.init.kaiming_uniform_(self.lora_a, a=math.sqrt(5))
        self.scale = alpha / rank
        self.dropout = dropout

    def forward(self, inputs: Tensor) -> Tensor:
        inputs = inputs.to(self.weight.dtype)
        if not _ADAPTED.get():
            return functional.linear(inputs, self.weight, self.bias)
        if self.dropout and self.training:
            dropped = functional.dropout(inputs, self.dropout)
            frozen = functional.linear(inputs, self.weight, self.bias)
            narrow = functional.linear(dropped, self.lora_a.to(inputs.dtype))
            return frozen + functional.linear(narrow, (self.lora_b * self.scale).to(inputs.dtype))
        flat = inputs.reshape(-1, inputs.shape[-1])
        outputs: Tensor = _Adapted.apply(  # type: ignore[no-untyped-call]
            flat, self.weight, self.bias, self.lora_a, self.lora_b, self.scale
        )
        return outputs.view(*inputs.shape[:-1], -1)


class _Adapted(Function):
    """x · Wᵀ + scale · (x · Aᵀ) · Bᵀ and its derivatives, each sum added in place.

    On a processor that takes a fifth to a third less time than separate operations."""

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        factor_a: Tensor,
        factor_b: Tensor,
        scale: float,
    ) -> Tensor:
        narrowing = factor_a.to(inputs.dtype)
        widening = (factor_b * scale).to(inputs.dtype)
        narrow = inputs @ narrowing.t()
        ctx.save_for_backward(inputs, weight, narrowing, widening, narrow)
        ctx.scale = scale
        return functional.linear(inputs, weight, bias).addmm_(narrow, widening.t())

    @staticmethod
    def backward(
        ctx: Any, *gradients: Tensor
    ) -> tuple[Tensor | None, None, None, Tensor, Tensor, None]:
        inputs, weight, narrowing, widening, narrow = ctx.saved_tensors
        gradient = gradients[0]
        to_narrow = gradient @ widening
        to_a = (to_narrow.t() @ inputs).float()
        to_b = (gradient.t() @ narrow).float() * ctx.scale
        if not ctx.needs_input_grad[0]:
            return None, None, None, to_a, to_b, None
        return (gradient @ weight).addmm_(to_narrow, narrowing), None, None, to_a, to_b, None


def add_lora(model: nn.Module, *, rank: int, alpha: float, dropout: float) -> None:
    """Freeze `model` and put an adapter that changes nothing yet on each of its projections."""
    model.requires_grad_(False)
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if name in PROJECTIONS and isinstance(child, nn.Linear):
                adapted = LoRALinear(child, rank=rank, alpha=alpha, dropout=dropout)
                setattr(module, name, adapted)


def lora_modules(model: nn.Module) -> dict[str, LoRALinear]:
    return {
        name: module for name, module in model.named_modules() if isinstance(module, LoRALinear)
    }


def lora_parameters(model: nn.Module) -> list[nn.Parameter]:
    modules = lora_modules(model).values()
    return [factor for module in modules for factor in (module.lora_a, module.lora_b)]


@contextmanager
def adapter_off() -> Iterator[None]:
    """The bare base, as a teacher or a reference, in this thread only."""
    token = _ADAPTED.set(False)
    try:
        yield
    finally:
        _ADAPTED.reset(token)


def adapter_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Name in PEFT's files → a copy of the factor."""
    return {
        f"base_model.model.{name}.lora_{letter}.weight": factor.detach().cpu().clone()
        for name, module in lora_modules(model).items()
        for letter, factor in (("A", module.lora_a), ("B", module.lora_b))
    }


def load_adapter_tensors(model: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Raises KeyError for a factor that is not there, RuntimeError for one of another shape."""
    with torch.no_grad():
        for name, module in lora_modules(model).items():
            for letter, factor in (("A", module.lora_a), ("B", module.lora_b)):
                factor.copy_(tensors[f"base_model.model.{name}.lora_{letter}.weight"])


def save_adapter(
    tensors: dict[str, Tensor], folder: Path, *, rank: int, alpha: float, dropout: float
) -> None:
    """A folder that `peft.PeftModel.from_pretrained` loads. Raises OSError."""
    from peft import LoraConfig
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    config = LoraConfig(
        r=rank,
        # PEFT keeps a whole number here; recipes that are released use one.
        lora_alpha=int(alpha) if float(alpha).is_integer() else alpha,  # type: ignore[arg-type]
        lora_dropout=dropout,
        target_modules=sorted(PROJECTIONS),
        task_type="CAUSAL_LM",
        inference_mode=True,
    )
    config.save_pretrained(str(folder))
    save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})
