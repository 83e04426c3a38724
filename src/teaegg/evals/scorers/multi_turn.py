"""A conversation: what was said to the last question counts, which only makes sense with those before."""

from __future__ import annotations

from teaegg.core.exams import ExamItem, Response
from teaegg.evals.scorers.base import Score
from teaegg.evals.scorers.grounded import score_grounded
from teaegg.evals.scorers.short import score_short


def score_multi_turn(item: ExamItem, response: Response) -> Score:
    """As a grounded question where the item has gold passages, else as a short answer."""
    if any(passage.gold for passage in item.passages):
        return score_grounded(item, response)
    return score_short(item, response)
