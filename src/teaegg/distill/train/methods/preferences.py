"""Preference pairs: DPO (Rafailov et al. 2023) and ORPO (Hong et al. 2024).

Both answers of a pair are branches behind one copy of their prompt.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from teaegg.distill.recipe import Recipe
from teaegg.distill.train.lora import adapter_off
from teaegg.distill.train.methods.base import Batch
from teaegg.distill.train.student import Student


class Preferences:
    """Every sheet holds one pair: the better answer first (owner 0), then the worse one."""

    def __init__(self, recipe: Recipe) -> None:
        self._beta = recipe.beta
        self._odds = recipe.method == "orpo"

    def weight(self, batch: Batch) -> int:
        return len(batch)

    def loss(self, student: Student, batch: Batch, step: int) -> Tensor:
        sums, lengths = _answer_sums(student, batch)
        if self._odds:
            return _orpo(sums / lengths, self._beta)
        with torch.no_grad(), adapter_off():
            reference, _ = _answer_sums(student, batch)
        margins = (sums - reference)[:, 0] - (sums - reference)[:, 1]
        return -functional.logsigmoid(self._beta * margins).sum()


def _answer_sums(student: Student, batch: Batch) -> tuple[Tensor, Tensor]:
    """Log-likelihood and length of each answer, both of shape (pairs, 2)."""
    outputs = student.outputs(batch)
    token_sums = -functional.cross_entropy(
        student.logits(outputs.hidden), outputs.targets, reduction="none"
    )
    places = torch.tensor(
        [2 * pair + owner for pair, sheet in enumerate(batch) for owner in sheet.owners],
        device=token_sums.device,
    )
    empty = torch.zeros(2 * len(batch), device=token_sums.device)
    sums = empty.index_add(0, places, token_sums)
    lengths = empty.index_add(0, places, torch.ones_like(token_sums))
    return sums.view(-1, 2), lengths.view(-1, 2)


def _orpo(means: Tensor, weight: float) -> Tensor:
    """Likelihood of the better answer, and the odds ratio of both; `means` is (pairs, 2) per token."""
    log_odds = means - torch.log1p(-means.exp().clamp(max=1 - 1e-6))
    ratio = log_odds[:, 0] - log_odds[:, 1]
    return (-means[:, 0] - weight * functional.logsigmoid(ratio)).sum()
