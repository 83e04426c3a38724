"""The figures of a report, each computed once for page and tables alike."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from teaegg.core.exams import Exam, ExamItem
from teaegg.evals.costs import cost_of
from teaegg.evals.report.base import Compared, Examinee, ExamReport
from teaegg.evals.statistics.intervals import MeanScore, mean_score
from teaegg.evals.statistics.paired import holm, mcnemar, paired_difference
from teaegg.evals.statistics.selective import risk_coverage, sure_answers

PairOutcome = Literal["won", "lost", "both", "neither"]
"""Of one item: the candidate scored higher; lower; as high, half of the score or more; as high, less."""
Standing = Literal["signed", "unsigned", "contaminated"]
HALF = 0.5
_MOST_POINTS = 100
"""Of a curve: more cannot be told apart on a screen."""


@dataclass(frozen=True, slots=True)
class Result:
    """One examinee's figures over the items that count. `score` is None where it answered none of
    them. `seconds` is the median wait; tokens and `price` are means of an item; None: not measured."""

    name: str
    score: MeanScore | None
    unanswered: int
    seconds: float | None
    tokens: float | None
    price: float | None


@dataclass(frozen=True, slots=True)
class Group:
    """Items that share something, and each examinee's mean over them, in the report's order."""

    name: str
    items: int
    scores: tuple[MeanScore | None, ...]


def standing(item: ExamItem, signed: frozenset[str], contaminated: frozenset[str]) -> Standing:
    """How an item counts: one that was taught is never the examinee's merit, signed or not."""
    if item.hash in contaminated:
        return "contaminated"
    return "signed" if item.hash in signed else "unsigned"


def counted_items(
    exam: Exam, signed: frozenset[str], contaminated: frozenset[str]
) -> tuple[ExamItem, ...]:
    """The signed items; where nobody has signed any, the unsigned ones. Never contaminated ones."""
    stands = [(standing(item, signed, contaminated), item) for item in exam.items]
    found = tuple(item for how, item in stands if how == "signed")
    return found or tuple(item for how, item in stands if how == "unsigned")


def compare_with(
    exam: Exam,
    baseline: Examinee,
    candidates: Sequence[Examinee],
    items: Sequence[ExamItem],
    *,
    seed: int,
) -> tuple[Compared, ...]:
    """Each candidate beside the baseline on those of `items` that both answered; a candidate that
    shares none is left out. All p values hold together (Holm)."""
    found = [_compare(baseline, candidate, items, seed) for candidate in candidates]
    pairs = [pair for pair in found if pair]
    together = holm([pair.p_value for pair in pairs])
    return tuple(
        Compared(pair.candidate, pair.baseline, pair.difference, p_value, pair.p_exact)
        for pair, p_value in zip(pairs, together, strict=True)
    )


def results(report: ExamReport) -> tuple[Result, ...]:
    """In the report's order."""
    items = counted_items(report.exam, report.signed, report.contaminated)
    return tuple(_result(examinee, items) for examinee in report.examinees)


def groups(report: ExamReport, of: Callable[[ExamItem], str]) -> tuple[Group, ...]:
    """The items that count by what `of` says of them, the largest group first."""
    by_name: dict[str, list[ExamItem]] = defaultdict(list)
    for item in counted_items(report.exam, report.signed, report.contaminated):
        by_name[of(item)].append(item)
    names = sorted(by_name, key=lambda name: (-len(by_name[name]), name))
    return tuple(_group(name, by_name[name], report.examinees) for name in names)


def apart(report: ExamReport) -> Mapping[Standing, Group]:
    """The items by how they stand; only those that there are."""
    by_standing: dict[Standing, list[ExamItem]] = defaultdict(list)
    for item in report.exam.items:
        by_standing[standing(item, report.signed, report.contaminated)].append(item)
    return {how: _group(how, items, report.examinees) for how, items in by_standing.items()}


def risk_curve(report: ExamReport, examinee: Examinee) -> tuple[tuple[float, float], ...]:
    """(share of items answered when the surest come first, what is lacking of these), both from 0 to 1,
    by growing coverage; of the items that count and whose options were read. () where there are none.
    """
    hashes = {
        item.hash for item in counted_items(report.exam, report.signed, report.contaminated)
    } & examinee.answered.keys()
    answers = sure_answers(
        {name: examinee.answered[name].score for name in hashes},
        {name: examinee.answered[name].response for name in hashes},
    )
    if not answers:
        return ()
    points = risk_coverage(answers).points
    every = math.ceil(len(points) / _MOST_POINTS)
    return tuple((point.coverage, point.risk) for point in (*points[:-1:every], points[-1]))


def pair_counts(report: ExamReport, pair: Compared) -> Mapping[PairOutcome, int]:
    """On how many of the items that count the candidate won, lost, or neither."""
    ours, theirs = (
        next(one for one in report.examinees if one.name == name)
        for name in (pair.candidate, pair.baseline)
    )
    items = counted_items(report.exam, report.signed, report.contaminated)
    return Counter(_outcome(a, b) for a, b, _ in _pairs(ours, theirs, items))


def _outcome(ours: float, theirs: float) -> PairOutcome:
    if ours == theirs:
        return "both" if ours >= HALF else "neither"
    return "won" if ours > theirs else "lost"


def _pairs(
    ours: Examinee, theirs: Examinee, items: Sequence[ExamItem]
) -> Iterator[tuple[float, float, str]]:
    for item in items:
        a, b = ours.answered.get(item.hash), theirs.answered.get(item.hash)
        if a and b:
            yield a.score.value, b.score.value, item.document or item.hash


def _compare(
    baseline: Examinee, candidate: Examinee, items: Sequence[ExamItem], seed: int
) -> Compared | None:
    pairs = list(_pairs(candidate, baseline, items))
    if not pairs:
        return None
    ours, theirs, documents = zip(*pairs, strict=True)
    difference = paired_difference(ours, theirs, documents, seed=seed)
    p_value, p_exact = difference.p_value, None
    if {*ours, *theirs} <= {0, 1}:
        p_exact = mcnemar([score == 1 for score in ours], [score == 1 for score in theirs])
        # The exact test knows no documents, the bootstrap no rare events: both must agree.
        p_value = max(p_value, p_exact)
    return Compared(candidate.name, baseline.name, difference, p_value, p_exact)


def _group(name: str, items: Sequence[ExamItem], examinees: Sequence[Examinee]) -> Group:
    return Group(name, len(items), tuple(_mean(examinee, items) for examinee in examinees))


def _mean(examinee: Examinee, items: Sequence[ExamItem]) -> MeanScore | None:
    answered = [item for item in items if item.hash in examinee.answered]
    if not answered:
        return None
    scores = [examinee.answered[item.hash].score.value for item in answered]
    return mean_score(scores, [item.document for item in answered])


def _result(examinee: Examinee, items: Sequence[ExamItem]) -> Result:
    said = [
        examinee.answered[item.hash].response for item in items if item.hash in examinee.answered
    ]
    cost = cost_of(said)
    tokens = cost.prompt_tokens + cost.answer_tokens
    return Result(
        name=examinee.name,
        score=_mean(examinee, items),
        unanswered=len(items) - len(said),
        seconds=cost.seconds_median,
        tokens=tokens / len(said) if tokens else None,
        price=None if cost.price is None else cost.price / cost.priced,
    )
