"""Operations with derivatives written out are those of the base."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")


def compared(one: Callable[..., Any], other: Callable[..., Any], *inputs: Any) -> None:
    """Values and gradients of both are the same for the same inputs."""
    results = []
    for function in (one, other):
        leaves = [value.clone().requires_grad_() for value in inputs]
        outputs = function(*leaves)
        torch.manual_seed(2)
        gradients = torch.autograd.grad(outputs, leaves, torch.randn_like(outputs))
        results.append((outputs, *gradients))
    for mine, theirs in zip(*results, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-5)


def test_the_norm_is_that_of_gemma() -> None:
    from transformers.models.gemma3.modeling_gemma3 import Gemma3RMSNorm

    from teaegg.distill.train.kernels import FrozenNorm

    torch.manual_seed(1)
    norm = Gemma3RMSNorm(24)
    norm.weight.data.normal_()
    norm.requires_grad_(False)
    compared(FrozenNorm(1 + norm.weight, norm.eps), norm, torch.randn(2, 5, 24) * 3)


@pytest.mark.parametrize("key_heads", [1, 2, 4])
def test_attention_is_that_of_torch(key_heads: int) -> None:
    from torch.nn.functional import scaled_dot_product_attention

    from teaegg.distill.train.kernels import attention

    torch.manual_seed(1)
    length, heads = 7, 4
    query = torch.randn(2, heads, length, 8)
    key, value = torch.randn(2, 2, key_heads, length, 8)
    seen = torch.ones(length, length, dtype=torch.bool).tril().expand(2, 1, length, length).clone()
    seen[1, :, 5:, 2:4] = False

    def mine(query: Any, key: Any, value: Any) -> Any:
        return attention(torch.nn.Identity(), query, key, value, ~seen, scaling=0.3)[0]

    def theirs(query: Any, key: Any, value: Any) -> Any:
        wide = [part.repeat_interleave(heads // key_heads, 1) for part in (key, value)]
        return scaled_dot_product_attention(query, *wide, attn_mask=seen, scale=0.3).transpose(1, 2)

    compared(mine, theirs, query, key, value)
