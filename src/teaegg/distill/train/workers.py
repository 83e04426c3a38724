"""One micro-batch a core at a time.

On a processor, one operation of a small model spread over all cores spends its time waiting for the
slowest of them (on two busy cores: ten times slower than on one). So each core runs micro-batches of
its own from end to end, and only their gradients meet, always in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

import torch
from torch import Tensor, nn

from teaegg.distill.train.lora import lora_parameters
from teaegg.distill.train.methods.base import Objective
from teaegg.distill.train.sheets import Sheet
from teaegg.distill.train.student import Student

Batch = tuple[Sheet, ...]


class Workers:
    """`count` threads around one student; a context manager."""

    def __init__(self, student: Student, objective: Objective, count: int) -> None:
        self.student = student
        self._objective = objective
        self.parameters: list[nn.Parameter] = lora_parameters(student.model)
        self._threads = ThreadPoolExecutor(
            max_workers=max(1, count), initializer=torch.set_num_threads, initargs=(1,)
        )
        self._op_threads = torch.get_num_threads()

    def __enter__(self) -> Workers:
        torch.set_num_threads(1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._threads.shutdown(cancel_futures=True)
        torch.set_num_threads(self._op_threads)

    def learn(self, step: Sequence[Batch], number: int) -> float:
        """Sets the gradients of step `number`; gives its mean loss."""
        weight = sum(self._objective.weight(batch) for batch in step)

        def learned(batch: Batch) -> tuple[float, tuple[Tensor, ...]]:
            loss = self._objective.loss(self.student, batch, number) / weight
            return float(loss.detach()), torch.autograd.grad(loss, self.parameters)

        total = 0.0
        for parameter in self.parameters:
            parameter.grad = None
        for loss, gradients in self._threads.map(learned, step):
            total += loss
            for parameter, gradient in zip(self.parameters, gradients, strict=True):
                if parameter.grad is None:
                    parameter.grad = gradient
                else:
                    parameter.grad += gradient
        return total

    def look(self, batches: Sequence[Batch]) -> float:
        """The mean loss of rows that are not learned from."""
        self.student.model.eval()
        losses = list(self._threads.map(self._looked, batches))
        self.student.model.train()
        return sum(losses) / sum(self._objective.weight(batch) for batch in batches)

    def _looked(self, batch: Batch) -> float:
        with torch.no_grad():
            return float(self._objective.loss(self.student, batch, 0))
