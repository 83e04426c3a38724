"""What one call of a teacher came to, with its cost: kept in recordings, so that nothing is paid twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from teaegg.core.errors import LessonError, TeachingStoppedError
from teaegg.distill.rows import TaughtPiece
from teaegg.distill.teachers.base import Lesson, Taught, Teacher

Reason = Literal[
    "timeout",
    "unreachable",
    "busy",
    "quota",
    "key",
    "no_model",
    "redirect",
    "refused_request",
    "refused",
    "protocol",
    "empty",
    "cut",
    "no_json",
    "wrong_shape",
    "budget",
    "model_changed",
    "failures",
]
"""Why a call came to nothing. `refused`: the model would not; `refused_request`: the endpoint;
`protocol`: no answer of the OpenAI protocol; `cut`: longer than was allowed; `failures`: too many
in a row."""


Pieces = Mapping[tuple[str, str], tuple[TaughtPiece, ...]]
"""(question, answer) → the tokens in which a teacher wrote the answer."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more calls. `assumed` of them nobody counted: the most it can have been."""

    sent: int = 0
    answered: int = 0
    assumed: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.answered

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.sent + other.sent, self.answered + other.answered, self.assumed + other.assumed
        )


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class TokenChances:
    """One token of an answer, its logarithmic probability (nats), and the likeliest in its place.

    `size` is its length in bytes of UTF-8: tokens may be pieces of a character, and then `token`
    cannot spell them.
    """

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...]
    size: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call came to nothing; with `stops` no further call would come to anything."""

    reason: Reason
    message: str
    remedy: str = ""
    stops: bool = False

    def error(self) -> LessonError | TeachingStoppedError:
        kind = TeachingStoppedError if self.stops else LessonError
        return kind(self.message, reason=self.reason, remedy=self.remedy)


@dataclass(frozen=True, slots=True)
class Reply:
    """`model` is who answered, by its own word. `chances` has one entry for each of `taught`, with
    the tokens of its answer, where they were asked for; else it is empty."""

    taught: tuple[Taught, ...] = ()
    model: str = ""
    usage: Usage = NO_USAGE
    chances: tuple[tuple[TokenChances, ...], ...] = ()
    failure: Failure | None = None

    def usable(self) -> tuple[Taught, ...]:
        """Raises LessonError or TeachingStoppedError for a call that came to nothing."""
        if self.failure:
            raise self.failure.error()
        return self.taught


@runtime_checkable
class ReplyingTeacher(Teacher, Protocol):
    """A teacher whose calls have a cost that must be kept, failed ones included."""

    async def reply(self, lesson: Lesson) -> Reply:
        """Raises TeachingStoppedError only where nothing was sent."""
        ...


@runtime_checkable
class RememberingTeacher(Teacher, Protocol):
    """A teacher that knows how likely it found what it answered."""

    def pieces(self) -> Pieces:
        """Of every answer whose probabilities were asked for."""
        ...
