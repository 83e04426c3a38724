"""Which method a recipe names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from teaegg.distill.recipe import Recipe
from teaegg.distill.train.methods.answers import Answers
from teaegg.distill.train.methods.base import Objective
from teaegg.distill.train.methods.preferences import Preferences
from teaegg.distill.train.methods.teachers import ContextTeacher, TeacherLogits
from teaegg.distill.train.tokens import TokenRow


def make_objective(recipe: Recipe, rows: Mapping[str, TokenRow]) -> Objective:
    """The method of the recipe over these rows (by id)."""
    match recipe.method:
        case "sft":
            return Answers()
        case "logits":
            return TeacherLogits(rows)
        case "context":
            return ContextTeacher(rows, recipe)
        case "dpo" | "orpo":
            return Preferences(recipe)
        case unreachable:
            assert_never(unreachable)
