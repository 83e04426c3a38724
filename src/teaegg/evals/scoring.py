"""Scoring a sitting: items and what was said to them → what comparisons, the gate and reports are built on.

Pure. What was kept of a sitting can be scored again at any time, with newer scorers or grades.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import Exam, ExamItem, ItemForm, Response
from teaegg.evals.records import ScoredItem
from teaegg.evals.scorers.base import Score, Scorer
from teaegg.evals.scorers.choice import score_choice
from teaegg.evals.scorers.drafting import Graded, score_drafting
from teaegg.evals.scorers.grounded import score_grounded
from teaegg.evals.scorers.multi_turn import score_multi_turn
from teaegg.evals.scorers.number import score_number
from teaegg.evals.scorers.refusal import score_refusal
from teaegg.evals.scorers.safety import score_safety
from teaegg.evals.scorers.shape import score_shape
from teaegg.evals.scorers.short import score_short

_SCORERS: dict[ItemForm, Scorer] = {
    "choice": score_choice,
    "short": score_short,
    "number": score_number,
    "grounded": score_grounded,
    "refusal": score_refusal,
    "out_of_scope": score_refusal,
    "format": score_shape,
    "multi_turn": score_multi_turn,
}
_NO_GRADES: Mapping[str, Graded] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ScoredExam:
    """A sitting scored: `records` in the exam's order, `scores` by item hash. `left_out`: item hash →
    why there is no score (nobody answered, nobody graded, the item cannot be scored as it is)."""

    records: tuple[ScoredItem, ...]
    scores: Mapping[str, Score]
    left_out: Mapping[str, str]


def score(item: ExamItem, response: Response, grade: Graded | None = None) -> Score:
    """By the scorer of the item's form; a draft needs a `grade`.

    Raises InvalidRequestError for a draft without one and for an item that cannot be scored as it is.
    """
    if item.form == "drafting":
        return score_drafting(item, grade)
    if item.form == "safety":
        return score_safety(item, response, grade)
    return _SCORERS[item.form](item, response)


def score_exam(
    exam: Exam,
    responses: Mapping[str, Response],
    *,
    signed: Collection[str],
    contaminated: Collection[str] = (),
    grades: Mapping[str, Graded] = _NO_GRADES,
) -> ScoredExam:
    """Everything by item hash. An item without a score is left out and named, it never fails the rest."""
    records, scores, left_out = [], {}, {}
    for item in exam.items:
        name = item.hash
        response = responses.get(name)
        if response is None:
            left_out[name] = "nobody answered it"
            continue
        try:
            scores[name] = score(item, response, grades.get(name))
        except InvalidRequestError as error:
            left_out[name] = str(error)
            continue
        records.append(
            ScoredItem(
                item=name,
                area=item.area,
                kind=item.kind or item.form,
                document=item.document,
                score=scores[name].value,
                seconds=_measured(response.seconds),
                signed=name in signed,
                contaminated=name in contaminated,
            )
        )
    return ScoredExam(tuple(records), scores, left_out)


def scored_items(
    exam: Exam,
    responses: Mapping[str, Response],
    *,
    signed: Collection[str],
    contaminated: Collection[str] = (),
    grades: Mapping[str, Graded] = _NO_GRADES,
) -> tuple[ScoredItem, ...]:
    """The records of `score_exam` alone: what the gate and comparisons take."""
    return score_exam(
        exam, responses, signed=signed, contaminated=contaminated, grades=grades
    ).records


def unanswered(exam: Exam, responses: Mapping[str, Response]) -> tuple[ExamItem, ...]:
    """The items to which nothing was said yet, in the exam's order."""
    return tuple(item for item in exam.items if item.hash not in responses)


def _measured(seconds: float | None) -> float | None:
    """A clock that stood still or jumped back measured nothing."""
    return seconds if seconds is not None and 0 < seconds < math.inf else None
