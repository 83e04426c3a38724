"""A sitting as it leaves the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from teaegg.core.exams import Exam, Response
from teaegg.evals.scorers.base import Score
from teaegg.store.exams.sittings import Sitting


@dataclass(frozen=True, slots=True)
class LoggedSitting:
    """`responses` and `scores` are by item hash; an item without a score is written without one."""

    exam: Exam
    version: int
    sitting: Sitting
    responses: Mapping[str, Response]
    scores: Mapping[str, Score]
    signed: frozenset[str] = frozenset()
