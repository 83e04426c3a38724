"""How far the items of an exam go: what they can show, and how many more that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from teaegg.core.exams import Area, ExamItem
from teaegg.evals.gate.planning import expected_spread, items_needed
from teaegg.evals.gate.policy import Policy

USUAL = Policy()


@dataclass(frozen=True, slots=True)
class Shortage:
    """`area` has so many items of so many documents; the policy's claim about it takes `needed`."""

    area: Area
    items: int
    documents: int
    needed: int
    claim: str


def shortages(items: Sequence[ExamItem], policy: Policy = USUAL) -> tuple[Shortage, ...]:
    """The areas in which there are items, but too few for what the policy demands, as it plans before
    anything was sat. Items without a document are documents by themselves."""
    found = []
    for criterion in policy.criteria:
        own = [item for item in items if item.area == criterion.subject]
        if not own or criterion.subject == "speed":
            continue
        documents = len({item.document or item.hash for item in own})
        spread = expected_spread(criterion, policy.planning, len(own) / documents)
        needed = items_needed(criterion, policy, spread)
        points = f"{100 * criterion.margin:g} points"
        claim = f"a gain of {points}" if criterion.claim == "better" else f"no loss of {points}"
        if len(own) < needed:
            found.append(Shortage(criterion.subject, len(own), documents, needed, claim))
    return tuple(found)
