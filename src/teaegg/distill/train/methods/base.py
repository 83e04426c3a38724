"""The contract of a method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from teaegg.distill.train.sheets import Sheet
from teaegg.distill.train.student import Student

Batch = Sequence[Sheet]


class Objective(Protocol):
    """Pure in its arguments: the same step of the same run has the same loss whenever it is computed."""

    def weight(self, batch: Batch) -> int:
        """How much of a step's mean this micro-batch is: answer tokens, or pairs."""
        ...

    def loss(self, student: Student, batch: Batch, step: int) -> Tensor:
        """The sum over the micro-batch; a step's loss is the sum of these by the sum of weights."""
        ...
