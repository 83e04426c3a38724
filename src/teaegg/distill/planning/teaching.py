"""What a larger model is asked, and what that costs, before it is asked anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from teaegg.distill.data.asking import OF_A_KIND
from teaegg.distill.planning.figures import Range
from teaegg.distill.rows import RowKind

YIELD = Range(0.4, 0.7, 1.0)
"""Assumed: of the questions that a lesson asks for, the share that a teacher writes."""
KEPT = Range(0.5, 0.7, 0.9)
"""Assumed: of the questions that it writes, the share that is proved, and no copy."""
_JSON_TOKENS = 40
"""Names, brackets and marks around one question in the answer."""
OTHER_TOKENIZER = 0.25
"""Tokens are counted with the base's tokenizer; the teacher's may make so many more or fewer."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """Calls, questions and tokens of one dataset, its exam included."""

    calls: Range
    sent: Range
    answered: Range

    def __add__(self, other: Teaching) -> Teaching:
        return Teaching(
            self.calls + other.calls, self.sent + other.sent, self.answered + other.answered
        )


def lessons_for(wanted: int, lessons: int, a_lesson: float) -> int:
    """How many of the lessons are given until there are `wanted` questions of a kind, `a_lesson` each."""
    return lessons if lessons * a_lesson <= wanted else ceil(wanted / a_lesson)


def teaching(
    wanted: Mapping[RowKind, int],
    lessons: int,
    *,
    lesson_tokens: float,
    question_tokens: float,
) -> Teaching:
    """`wanted` of the kinds of `data.shares.ASKED`; `question_tokens` are those of question, answer and
    quote. A kind is asked for until there are enough; a follow-up is a call of its own."""
    # The more a lesson yields, the fewer are given: what is asked for costs most where little comes.
    given = [_taught(wanted, lessons, share) for share in _shares()]
    calls = _ordered(*(float(each) for each, _ in given))
    # A kind that the documents hardly hold is asked for to the end.
    to_the_end = lessons * (2 if wanted.get("follow_up", 0) else 1)
    calls = Range(calls.low, calls.value, max(calls.high, to_the_end))
    answered = _ordered(*(questions for _, questions in given))
    other = Range.around(1.0, OTHER_TOKENIZER)
    return Teaching(
        calls,
        calls * lesson_tokens * other,
        answered * (question_tokens + _JSON_TOKENS) * other,
    )


def _shares() -> tuple[float, float, float]:
    return YIELD.low, YIELD.value, YIELD.high


def _taught(wanted: Mapping[RowKind, int], lessons: int, share: float) -> tuple[int, float]:
    """(calls, questions) when a lesson yields that share of what it asks for."""
    first = {
        kind: lessons_for(count, lessons, OF_A_KIND * share)
        for kind, count in wanted.items()
        if kind != "follow_up"
    }
    again = lessons_for(wanted.get("follow_up", 0), lessons, share)
    questions = sum(given * OF_A_KIND * share for given in first.values()) + again * share
    return max(first.values(), default=0) + again, questions


def _ordered(low: float, value: float, high: float) -> Range:
    return Range(min(low, value, high), value, max(low, value, high))
