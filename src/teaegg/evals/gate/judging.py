"""The gate itself: records of the candidate, policy, records of the baseline → verdict.

The candidate passes when *every* criterion is met, each tested at the policy's full error: that a false
release is then as rare as a single false claim is the intersection-union test (Berger 1982). Which of several
claims to be better may be quoted by itself is another question: there Holm's correction holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from teaegg.evals.gate.pairing import Pair, paired
from teaegg.evals.gate.planning import (
    Spread,
    expected_spread,
    imagined_items,
    items_needed,
    items_to_decide,
    smallest_effect,
)
from teaegg.evals.gate.policy import Criterion, Policy
from teaegg.evals.gate.verdict import Apart, ApartReason, Finding, GateVerdict, Outcome
from teaegg.evals.records import ScoredItem
from teaegg.evals.statistics.paired import Difference, holm, mcnemar, paired_difference


def gate(
    candidate: Sequence[ScoredItem], policy: Policy, baseline: Sequence[ScoredItem]
) -> GateVerdict:
    """Whether the candidate may take the baseline's place, with all reasons. Pure: the same records
    and policy give the same verdict, in whatever order the records come.

    Raises InvalidRequestError for records that cannot be compared (`pairing.paired`).
    """
    pairs = paired(candidate, baseline)
    measured = [_measure(criterion, policy, pairs) for criterion in policy.criteria]
    better = _corrected(measured, [one.p_better for one in measured])
    worse = _corrected(measured, [one.p_worse for one in measured])
    findings = (
        _finding(one, policy, *p_values)
        for one, p_values in zip(measured, zip(better, worse, strict=True), strict=True)
    )
    return GateVerdict(policy, tuple(findings), tuple(_apart(policy, pairs)))


@dataclass(frozen=True, slots=True)
class _Measured:
    """One criterion's figures before they are judged together."""

    criterion: Criterion
    ours: Sequence[float]
    theirs: Sequence[float]
    documents: int
    left_out: int
    difference: Difference | None = None
    exact_better: float = 1.0
    exact_worse: float = 1.0
    spread: Spread | None = None

    @property
    def p_better(self) -> float:
        """Both tests must agree: the exact one knows no documents, the bootstrap no rare events."""
        return max(self.exact_better, self.difference.p_better) if self.difference else 1.0

    @property
    def p_worse(self) -> float:
        return max(self.exact_worse, self.difference.p_worse) if self.difference else 1.0


def _measure(criterion: Criterion, policy: Policy, pairs: Sequence[Pair]) -> _Measured:
    mine = [pair for pair in pairs if _is_about(criterion, pair)]
    counted = [pair for pair in mine if _counts(criterion, policy, pair)]
    ours = [_value(criterion, pair.candidate) for pair in counted]
    theirs = [_value(criterion, pair.baseline) for pair in counted]
    names = [pair.document for pair in counted]
    documents, left_out = len(set(names)), len(mine) - len(counted)
    if len(counted) < policy.least_items or documents < policy.least_documents:
        return _Measured(criterion, ours, theirs, documents, left_out)
    per_document = len(counted) / documents
    difference = paired_difference(
        ours,
        theirs,
        names,
        seed=policy.seed,
        draws=policy.draws,
        confidence=policy.confidence,
        margin=smallest_effect(criterion),
        imagined=imagined_items(criterion, policy, per_document),
    )
    differing, exact_better, exact_worse = _exactly(criterion, ours, theirs)
    return _Measured(
        criterion,
        ours,
        theirs,
        documents,
        left_out,
        difference,
        exact_better,
        exact_worse,
        Spread(difference.variance, differing, per_document),
    )


def _exactly(
    criterion: Criterion, ours: Sequence[float], theirs: Sequence[float]
) -> tuple[float | None, float, float]:
    """Of right and wrong: the share on which both differ, and McNemar's p against "no better" and
    against "no worse". Graded scores and times have none, and nothing against them."""
    if criterion.subject == "speed" or not {*ours, *theirs} <= {0.0, 1.0}:
        return None, 0.0, 0.0
    right, other = [value == 1 for value in ours], [value == 1 for value in theirs]
    differing = sum(one != two for one, two in zip(right, other, strict=True)) / len(right)
    return (
        differing,
        mcnemar(right, other, against="no better"),
        mcnemar(other, right, against="no better"),
    )


def _is_about(criterion: Criterion, pair: Pair) -> bool:
    return criterion.subject in ("speed", pair.candidate.area)


def _counts(criterion: Criterion, policy: Policy, pair: Pair) -> bool:
    """A key that nobody has checked says nothing about the score, but the clock was right."""
    if pair.contaminated:
        return False
    if criterion.subject == "speed":
        return pair.candidate.seconds is not None and pair.baseline.seconds is not None
    return pair.signed or policy.unsigned == "count"


def _value(criterion: Criterion, item: ScoredItem) -> float:
    """Higher is better: the score, or the logarithm of the time with its sign turned."""
    if criterion.subject == "speed":
        return -math.log(item.seconds or math.nan)
    return item.score


def _corrected(measured: Sequence[_Measured], p_values: Sequence[float]) -> list[float]:
    """Holm's correction within the claims to be better and within the claims to be no worse: what
    the policy set out to show is not weakened by what turned out on the side."""
    corrected = [1.0] * len(measured)
    for claim in ("better", "not_worse"):
        places = [at for at, one in enumerate(measured) if one.criterion.claim == claim]
        for at, value in zip(places, holm([p_values[at] for at in places]), strict=True):
            corrected[at] = value
    return corrected


def _finding(measured: _Measured, policy: Policy, p_better: float, p_worse: float) -> Finding:
    criterion, items = measured.criterion, len(measured.ours)
    spread = measured.spread or _expected(measured, policy)
    needed = items_needed(criterion, policy, spread)
    p_lost = measured.difference.p_lost if measured.difference else 1.0
    outcome = _outcome(criterion, policy.error, p_better, p_worse, p_lost, items >= needed)
    more = 0
    if outcome == "too few":
        more = needed - items
        if more <= 0 and measured.difference:
            observed = measured.difference.mean
            more = max(1, items_to_decide(observed, criterion, policy, spread) - items)
    return Finding(
        criterion=criterion,
        outcome=outcome,
        candidate=_mean(criterion, measured.ours),
        baseline=_mean(criterion, measured.theirs),
        difference=measured.difference,
        p_better=p_better,
        p_worse=p_worse,
        items=items,
        documents=measured.documents,
        left_out=measured.left_out,
        needed=needed,
        more=more,
    )


def _expected(measured: _Measured, policy: Policy) -> Spread:
    """What the policy assumes, of documents of the size that is known."""
    items, planning = len(measured.ours), policy.planning
    per_document = items / measured.documents if items else planning.items_per_document
    return expected_spread(measured.criterion, planning, per_document)


def _outcome(
    criterion: Criterion,
    error: float,
    p_better: float,
    p_worse: float,
    p_lost: float,
    enough: bool,
) -> Outcome:
    """A loss within the margin is *not worse* where that was the claim. Where a gain was claimed, it
    is so only of a candidate that had items enough to show the gain."""
    if p_better <= error:
        return "better"
    if criterion.claim == "not_worse" and p_lost <= error:
        return "not worse"
    if p_worse <= error:
        return "worse"
    return "not worse" if enough and p_lost <= error else "too few"


def _mean(criterion: Criterion, values: Sequence[float]) -> float | None:
    if not values:
        return None
    mean = math.fsum(values) / len(values)
    return math.exp(-mean) if criterion.subject == "speed" else mean


def _apart(policy: Policy, pairs: Sequence[Pair]) -> Iterator[Apart]:
    known = [pair for pair in pairs if pair.contaminated]
    unsigned = [pair for pair in pairs if not pair.signed]
    if known:
        yield _counted_apart("contaminated", known, policy.contaminated == "refuse")
    if unsigned:
        yield _counted_apart("unsigned", unsigned, policy.unsigned == "refuse")


def _counted_apart(reason: ApartReason, pairs: Sequence[Pair], refuses: bool) -> Apart:
    return Apart(
        reason=reason,
        items=len(pairs),
        candidate=math.fsum(pair.candidate.score for pair in pairs) / len(pairs),
        baseline=math.fsum(pair.baseline.score for pair in pairs) / len(pairs),
        refuses=refuses,
    )
