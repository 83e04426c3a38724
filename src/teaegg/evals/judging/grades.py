"""Grades of several graders: which count, and how far a judge agrees with people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from teaegg.evals.statistics.agreement import Agreement, agreement
from teaegg.store.exams.sittings import Grade


@dataclass(frozen=True, slots=True)
class SettledGrade:
    """The mean of its `graders` at each point of the rubric; `by_people`: none of them is a model."""

    points: tuple[float, ...]
    graders: tuple[str, ...]
    by_people: bool


def settled(grades: Iterable[Grade]) -> Mapping[str, SettledGrade]:
    """Item hash → the grade that counts: where people graded an item, judges do not count."""
    found = {}
    for item, given in _by_item(grades).items():
        people = [grade for grade in given if grade.is_person]
        counted = people or given
        found[item] = SettledGrade(
            _mean_points(counted), tuple(grade.grader for grade in counted), bool(people)
        )
    return found


def agreement_with_people(grades: Iterable[Grade], judge: str, *, seed: int) -> Agreement | None:
    """Of the judge with the mean of the people, on the items that both graded; None for no such item."""
    ours, theirs = [], []
    for given in _by_item(grades).values():
        mine = [grade for grade in given if grade.grader == judge and not grade.is_person]
        people = [grade for grade in given if grade.is_person]
        if mine and people and len(mine[0].points) == len(people[0].points):
            ours.append(mine[0].points)
            theirs.append(_mean_points(people))
    return agreement(ours, theirs, seed=seed) if ours else None


def _by_item(grades: Iterable[Grade]) -> dict[str, list[Grade]]:
    found: dict[str, list[Grade]] = defaultdict(list)
    for grade in sorted(grades, key=lambda grade: (grade.item, grade.grader)):
        found[grade.item].append(grade)
    return found


def _mean_points(grades: list[Grade]) -> tuple[float, ...]:
    """Of the graders who marked as many points as the first."""
    many = len(grades[0].points)
    fitting = [grade.points for grade in grades if len(grade.points) == many]
    return tuple(fmean(point) for point in zip(*fitting, strict=True))
