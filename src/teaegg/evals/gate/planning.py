"""How many items the policy's claims need: before anything was sat, and from what was."""

from __future__ import annotations

import math
from typing import NamedTuple

from teaegg.evals.gate.policy import Criterion, Planning, Policy
from teaegg.evals.statistics.minimum import design_effect, items_for_difference, items_for_mcnemar

_SPEED_VARIANCE = 0.1
"""Assumed until times are measured: of one item the two take times a factor of 1.4 apart."""
_IMAGINED = 1.5
"""Items in each imagined document. Bonett and Price add one: where only losses occur, as with safety, a
true loss of the margin then passes in up to 7 % of exams, with one and a half in up to 3 %."""


class Spread(NamedTuple):
    """What one item brings. `variance` of its difference with what its document shares;
    `disagreement`: the share of items that just one of both gets right, None for graded scores."""

    variance: float
    disagreement: float | None
    items_per_document: float


def expected_spread(criterion: Criterion, planning: Planning, items_per_document: float) -> Spread:
    """What is assumed about items that nobody has sat."""
    shared = design_effect(items_per_document, planning.likeness)
    if criterion.subject == "speed":
        return Spread(_SPEED_VARIANCE * shared, None, items_per_document)
    differing = max(criterion.disagreement, criterion.margin)
    return Spread(differing * shared, differing, items_per_document)


def items_needed(criterion: Criterion, policy: Policy, spread: Spread | None = None) -> int:
    """Items with which a candidate that is as good as planned meets the criterion: better by the
    margin, or equal where no loss is to be shown. The chances of failing add up over the criteria, so
    each gets its part of what the policy's power leaves; the claims to be better share its error
    (Holm's first step). At least the policy's fewest items.
    """
    planning = policy.planning
    found = spread or expected_spread(criterion, planning, planning.items_per_document)
    error = error_of(criterion, policy)
    power = 1 - (1 - policy.power) / len(policy.criteria)
    effect = smallest_effect(criterion)
    items = _for_effect(effect, criterion, policy, found, error, power)
    if criterion.claim == "better" and found.disagreement is not None:
        differing = max(found.disagreement, effect)
        exact = items_for_mcnemar(effect, differing, error=error, power=power)
        # Both tests must agree, which takes about one more item won than either.
        items = max(items, exact) + math.ceil(1 / effect)
    return _at_least(items, policy, found)


def items_to_decide(observed: float, criterion: Criterion, policy: Policy, spread: Spread) -> int:
    """Items with which a true difference as observed would be told from a loss of the margin, or from
    none at all, whichever is farther: where more items than planned still left it open."""
    effect = max(-observed, observed + smallest_effect(criterion))
    error, power = error_of(criterion, policy), policy.power
    return _at_least(_for_effect(effect, criterion, policy, spread, error, power), policy, spread)


def smallest_effect(criterion: Criterion) -> float:
    """The margin on the scale of the differences: for speed that of the logarithms of the times."""
    return math.log1p(criterion.margin) if criterion.subject == "speed" else criterion.margin


def error_of(criterion: Criterion, policy: Policy) -> float:
    """The one-sided error that is sure to be enough: claims to be better share the policy's."""
    if criterion.claim == "not_worse":
        return policy.error
    return policy.error / sum(other.claim == "better" for other in policy.criteria)


def imagined_items(criterion: Criterion, policy: Policy, items_per_document: float) -> float:
    """What each of the two imagined documents weighs, in items: half as much again as a real one tells.
    Times need none: they always differ."""
    if criterion.subject == "speed":
        return 0.0
    return _IMAGINED * design_effect(items_per_document, policy.planning.likeness)


def _for_effect(
    effect: float, criterion: Criterion, policy: Policy, spread: Spread, error: float, power: float
) -> int:
    return items_for_difference(
        effect,
        spread.variance,
        error=error,
        power=power,
        items_per_document=spread.items_per_document,
        imagined=imagined_items(criterion, policy, spread.items_per_document),
    )


def _at_least(items: int, policy: Policy, spread: Spread) -> int:
    documents = math.ceil(policy.least_documents * spread.items_per_document)
    return max(items, policy.least_items, documents)
