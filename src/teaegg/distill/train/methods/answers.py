"""The answers themselves: supervised fine-tuning and sequence-level distillation."""

from __future__ import annotations

from torch import Tensor

from teaegg.distill.train.methods.base import Batch
from teaegg.distill.train.student import Student


class Answers:
    """The negative log-likelihood of the answer tokens, in nats."""

    def weight(self, batch: Batch) -> int:
        return sum(len(sheet.targets) for sheet in batch)

    def loss(self, student: Student, batch: Batch, step: int) -> Tensor:
        return student.answer_loss(student.outputs(batch))
