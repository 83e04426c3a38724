"""The contract of a method, and which one a recipe names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, assert_never

from torch import Tensor

from teaegg.distill.recipe import Recipe
from teaegg.distill.train.sheets import Sheet
from teaegg.distill.train.student import Student
from teaegg.distill.train.tokens import TokenRow

Batch = Sequence[Sheet]


class Objective(Protocol):
    """Pure in its arguments: the same step of the same run has the same loss whenever it is computed."""

    def weight(self, batch: Batch) -> int:
        """How much of a step's mean this micro-batch is: answer tokens, or pairs."""
        ...

    def loss(self, student: Student, batch: Batch, step: int) -> Tensor:
        """The sum over the micro-batch; a step's loss is the sum of these by the sum of weights."""
        ...


def make_objective(recipe: Recipe, rows: Mapping[str, TokenRow]) -> Objective:
    """The method of the recipe over these rows (by id)."""
    match recipe.method:
        case "sft":
            from teaegg.distill.train.methods.answers import Answers

            return Answers()
        case "logits":
            from teaegg.distill.train.methods.teachers import TeacherLogits

            return TeacherLogits(rows)
        case "context":
            from teaegg.distill.train.methods.teachers import ContextTeacher

            return ContextTeacher(rows, recipe)
        case "dpo" | "orpo":
            from teaegg.distill.train.methods.preferences import Preferences

            return Preferences(recipe)
        case unreachable:
            assert_never(unreachable)
