"""How many exam items the claim needs, and what can be claimed with those that there are."""

from __future__ import annotations

import math
from dataclasses import dataclass

from teaegg.evals.gate.planning import Spread, items_needed
from teaegg.evals.gate.policy import Criterion, Planning, Policy

_DISAGREEMENT = 0.3
"""As the gate's usual policy assumes of a scene's exam: items that just one of both gets right."""
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Claim:
    """`needed` items for the claim, of `documents`; `shown` is the smallest gain that the items that are
    there can show (None: none can)."""

    needed: int
    documents: int
    shown: float | None


def claim(
    gain: float,
    power: float,
    *,
    items: int,
    documents: int,
    measured: Spread | None = None,
) -> Claim:
    """For a gain of `gain` seen with a chance of `power` by an exam of `items` of `documents`.

    Before anything was sat, what the gate's policy assumes of documents holds; `measured` takes its
    place where pilots sat the exam.
    """
    of_one = items / documents if items and documents else Planning().items_per_document

    def needed(effect: float) -> int:
        criterion = Criterion("exam", "better", effect, disagreement=max(_DISAGREEMENT, effect))
        planning = Planning(items_per_document=max(1.0, of_one))
        policy = Policy(criteria=(criterion,), power=power, planning=planning)
        return items_needed(criterion, policy, measured)

    wanted = needed(gain)
    effects = (step / _STEPS for step in range(1, _STEPS + 1))
    shown = next((effect for effect in effects if needed(effect) <= items), None)
    return Claim(wanted, math.ceil(wanted / max(1.0, of_one)), shown)
