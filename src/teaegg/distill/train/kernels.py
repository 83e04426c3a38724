"""Operations of the base whose derivatives torch computes slowly on a processor, written out.

Each is the same function as the module it stands for (tests compare values and gradients); only
inputs get gradients, since the base is frozen.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function

ATTENTION = "teaegg_frozen"
"""The name under which transformers finds `attention`."""


class _Norm(Function):
    """Root mean square norm (Zhang and Sennrich 2019) with a frozen weight."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, epsilon: float) -> Tensor:
        wide = inputs.float()
        width = inputs.shape[-1]
        squares = torch.linalg.vector_norm(wide, dim=-1, keepdim=True).square_()
        inverse = squares.div_(width).add_(epsilon).rsqrt_()
        ctx.save_for_backward(inputs, weight, inverse)
        outputs: Tensor = (wide * inverse).mul_(weight).to(inputs.dtype)
        return outputs

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        inputs, weight, inverse = ctx.saved_tensors
        normed = inputs * inverse
        gradient = gradients[0] * weight
        along = torch.linalg.vecdot(gradient, normed).unsqueeze(-1).div_(inputs.shape[-1])
        gradient.addcmul_(normed, along, value=-1).mul_(inverse)
        return gradient.to(inputs.dtype), None, None


class _Attention(Function):
    """softmax(q · kᵀ · scale, where `mask` is True) · v. Heads share keys in groups."""

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, hidden: Tensor, scale: float
    ) -> Tensor:
        batch, heads, length, width = query.shape
        groups, seen = key.shape[1:3]
        # Heads that share a key are more rows of one matrix product.
        folded = query.reshape(batch, groups, heads // groups * length, width)
        scores = torch.matmul(folded * scale, key.transpose(-1, -2))
        scores.view(batch, groups, heads // groups, length, seen).masked_fill_(
            hidden[:, :, None], float("-inf")
        )
        shares = torch.softmax(scores, -1)
        outputs = torch.matmul(shares, value)
        ctx.save_for_backward(folded, key, value, shares)
        ctx.scale = scale
        return outputs.view(batch, heads, length, width)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        folded, key, value, shares = ctx.saved_tensors
        gradient = gradients[0].reshape(folded.shape)
        to_value = torch.matmul(shares.transpose(-1, -2), gradient)
        to_scores = torch._softmax_backward_data(
            torch.matmul(gradient, value.transpose(-1, -2)), shares, -1, shares.dtype
        )
        to_query = torch.matmul(to_scores, key).mul_(ctx.scale)
        to_key = torch.matmul(to_scores.transpose(-1, -2), folded).mul_(ctx.scale)
        return to_query.view(gradients[0].shape), to_key, to_value, None, None


class FrozenNorm(nn.Module):
    def __init__(self, weight: Tensor, epsilon: float) -> None:
        super().__init__()
        self.register_buffer("scale", weight.float(), persistent=False)
        self.epsilon = epsilon

    def forward(self, inputs: Tensor) -> Tensor:
        return _apply(_Norm, inputs, self.scale, self.epsilon)


def attention(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, hidden: Tensor, **options: Any
) -> tuple[Tensor, None]:
    """In the form that transformers calls; `hidden` is True where a place may not look."""
    scale = options.get("scaling") or query.shape[-1] ** -0.5
    return _apply(_Attention, query, key, value, hidden, scale).transpose(1, 2), None


def use_kernels(model: nn.Module) -> bool:
    """Put them in where the base is a Gemma 3 on a processor; says whether it did."""
    from transformers import AttentionInterface
    from transformers.models.gemma3.modeling_gemma3 import Gemma3RMSNorm

    config: Any = model.config
    if config.model_type != "gemma3_text" or next(model.parameters()).is_cuda:
        return False
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, Gemma3RMSNorm):
                setattr(module, name, FrozenNorm(1 + child.weight.float(), child.eps))
    AttentionInterface.register(ATTENTION, attention)
    config._attn_implementation = ATTENTION
    return True


def _apply(function: type[Function], *arguments: Any) -> Tensor:
    outputs: Tensor = function.apply(*arguments)  # type: ignore[no-untyped-call]
    return outputs
