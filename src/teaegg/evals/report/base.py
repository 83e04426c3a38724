"""What a report is made from. Items are named by their hash, examinees by their name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import Exam, Response
from teaegg.evals.gate.verdict import GateVerdict
from teaegg.evals.scorers.base import Score
from teaegg.evals.statistics.paired import Difference


@dataclass(frozen=True, slots=True)
class Answered:
    """What was said to an item, and what that was worth."""

    response: Response
    score: Score


@dataclass(frozen=True, slots=True)
class Examinee:
    """Who sat. `asked` says in words how it was asked (prompt form, examples, evidence).

    `answered` maps item hashes to what was said; an item that is missing there was not answered and
    counts nowhere.
    """

    name: str
    fingerprint: str
    answered: Mapping[str, Answered]
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A figure (0 to 1) that others have published for this exam, and where."""

    name: str
    score: float
    source: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two examinees on the items that both answered. `p_value` is two-sided and holds for all of a
    report's comparisons together; `p_exact` is McNemar's, None where answers are not right or wrong."""

    candidate: str
    baseline: str
    difference: Difference
    p_value: float
    p_exact: float | None = None


@dataclass(frozen=True, slots=True)
class ExamReport:
    """An exam, who sat it, and what was found.

    `signed` items were reviewed by a person, `contaminated` ones found in what an examinee was taught
    (both by hash). `currency` is that of the responses' prices. `withheld`: figures only, for whoever
    may not read what items ask and what was said to them.
    Raises InvalidRequestError for two examinees of one name, and for a comparison of somebody else.
    """

    exam: Exam
    examinees: tuple[Examinee, ...]
    at: datetime
    signed: frozenset[str] = frozenset()
    contaminated: frozenset[str] = frozenset()
    published: tuple[Published, ...] = ()
    compared: tuple[Compared, ...] = ()
    verdict: GateVerdict | None = None
    currency: str = "USD"
    withheld: bool = False

    def __post_init__(self) -> None:
        names = [examinee.name for examinee in self.examinees]
        if not names:
            raise InvalidRequestError(
                f"Nobody has sat the exam {self.exam.name!r}; expected at least one examinee.",
                remedy="Let somebody sit it first: `teaegg exam sit`.",
            )
        if len(set(names)) < len(names):
            raise InvalidRequestError(
                f"Two examinees of the report on {self.exam.name!r} have the same name.",
                remedy="Give each of them a name of its own.",
            )
        pairs = ((pair.candidate, pair.baseline) for pair in self.compared)
        if strangers := {name for pair in pairs for name in pair} - set(names):
            raise InvalidRequestError(
                f"Compared are examinees that the report does not hold: {sorted(strangers)}.",
                remedy="Put them into the report, or leave the comparison out.",
            )
