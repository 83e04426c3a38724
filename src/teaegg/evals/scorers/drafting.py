"""A draft: the mean of the points that a person or a judging model gave it by the rubric."""

from __future__ import annotations

from statistics import fmean
from typing import Protocol

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import ExamItem
from teaegg.evals.scorers.base import Score


class Graded(Protocol):
    """A grade of a response: each point of the rubric from 0 to 1, in its order."""

    @property
    def points(self) -> tuple[float, ...]: ...


def score_drafting(item: ExamItem, grade: Graded | None) -> Score:
    """Raises InvalidRequestError where nobody graded it, or a grade does not fit the rubric."""
    if grade is None:
        raise InvalidRequestError(
            f"The draft to item {item.id} has no grade; expected {len(item.rubric)} points.",
            remedy="Have a person or a model grade the sitting.",
        )
    if len(grade.points) != len(item.rubric) or not all(0 <= point <= 1 for point in grade.points):
        raise InvalidRequestError(
            f"The grade of item {item.id} is {list(grade.points)}; expected {len(item.rubric)} points, "
            "each from 0 to 1.",
            remedy="Grade it again.",
        )
    whole = sum(point == 1 for point in grade.points)
    return Score(
        fmean(grade.points),
        {"points_made": whole / len(grade.points)},
        f"{whole} of {len(grade.points)} points made",
    )
