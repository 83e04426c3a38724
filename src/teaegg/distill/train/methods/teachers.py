"""A teacher's probabilities: recorded with the rows, or those of the base that is shown the passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import torch
from torch import Tensor

from teaegg.distill.recipe import Recipe
from teaegg.distill.train.lora import adapter_off
from teaegg.distill.train.methods.base import Batch
from teaegg.distill.train.sheets import Sheet, make_sheets
from teaegg.distill.train.student import Student
from teaegg.distill.train.tokens import TokenRow

_ANY_LENGTH = 1 << 30


class TeacherLogits:
    """Kullback-Leibler divergence from the teacher's most likely tokens to the student's (Hinton et
    al. 2015), the teacher's probabilities taken as if these were all."""

    def __init__(self, rows: Mapping[str, TokenRow]) -> None:
        self._rows = rows

    def weight(self, batch: Batch) -> int:
        return sum(len(sheet.targets) for sheet in batch)

    def loss(self, student: Student, batch: Batch, step: int) -> Tensor:
        log_shares = torch.log_softmax(student.logits(student.outputs(batch).hidden), -1)
        taught = [top for sheet in batch for row in sheet.rows for top in self._rows[row].teacher]
        widest = max(len(top) for top in taught)
        tokens = torch.tensor([_filled([t for t, _ in top], widest, 0) for top in taught]).long()
        scores = torch.tensor(
            [_filled([s for _, s in top], widest, float("-inf")) for top in taught]
        )
        return _divergence(scores.to(log_shares.device), tokens.to(log_shares.device), log_shares)


class ContextTeacher:
    """The base that is shown the passages (adapter off) teaches the adapter that is not (context
    distillation, Snell et al. 2022).

    In `on_policy_share` of the rows the student writes the answer itself and is taught on what it
    wrote (on-policy distillation, Agarwal et al. 2023); else the row's answer is used.
    """

    def __init__(self, rows: Mapping[str, TokenRow], recipe: Recipe) -> None:
        self._rows = rows
        self._recipe = recipe

    def weight(self, batch: Batch) -> int:
        # A constant of the row, though the student may write a shorter answer.
        return sum(len(sheet.targets) for sheet in batch)

    def loss(self, student: Student, batch: Batch, step: int) -> Tensor:
        random = Random(f"{self._recipe.seed} {step} {batch[0].rows}")  # noqa: S311
        total = torch.zeros((), device=student.device)
        for row in (self._rows[name] for sheet in batch for name in sheet.rows):
            answer = row.answer
            if random.random() < self._recipe.on_policy_share:
                answer = written(student, row, random)
            total = total + self._row_loss(student, row, answer) * len(row.answer) / len(answer)
        return total

    def _row_loss(self, student: Student, row: TokenRow, answer: tuple[int, ...]) -> Tensor:
        with torch.no_grad(), adapter_off():
            shown = student.logits(student.outputs(_alone(row.shown, answer)).hidden)
            scores, tokens = torch.log_softmax(shown, -1).topk(self._recipe.teacher_tokens)
        logits = student.logits(student.outputs(_alone(row.prompt, answer)).hidden)
        return _divergence(scores, tokens, torch.log_softmax(logits, -1))


def written(student: Student, row: TokenRow, random: Random) -> tuple[int, ...]:
    """What the student itself says, drawn token by token, to its end or as long as the row's answer."""
    answer: tuple[int, ...] = ()
    with torch.no_grad():
        while len(answer) < len(row.answer) and answer[-1:] != row.answer[-1:]:
            hidden = student.outputs(_alone(row.prompt, (*answer, 0))).hidden[-1:]
            shares = torch.softmax(student.logits(hidden)[0], -1).cumsum(0)
            drawn = torch.tensor(random.random() * float(shares[-1]), device=shares.device)
            answer = (*answer, min(int(torch.searchsorted(shares, drawn)), len(shares) - 1))
    return answer


def _alone(prompt: tuple[int, ...], answer: tuple[int, ...]) -> list[Sheet]:
    return make_sheets([TokenRow("", prompt, answer, "")], most_tokens=_ANY_LENGTH)


def _divergence(scores: Tensor, tokens: Tensor, log_shares: Tensor) -> Tensor:
    """Sum over places of KL(teacher ‖ student) over the teacher's tokens; all (places, tokens)."""
    taught = torch.log_softmax(scores, -1)
    weights = taught.exp()
    # A filler has the weight 0, and 0 · -inf must stay 0.
    entropy = torch.where(weights > 0, weights * taught, torch.zeros_like(taught)).sum()
    return entropy - (weights * log_shares.gather(-1, tokens)).sum()


def _filled(items: Sequence[float], length: int, filler: float) -> list[float]:
    return [*items, *[filler] * (length - len(items))]
