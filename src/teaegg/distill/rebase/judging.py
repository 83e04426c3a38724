"""May the re-made expert take the place of the one before? What both said, scored, before the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from teaegg.core.exams import ExamItem
from teaegg.distill.exam_items import exam_item
from teaegg.distill.examined import Examined
from teaegg.evals.gate.judging import gate
from teaegg.evals.gate.policy import Criterion, Policy
from teaegg.evals.gate.verdict import GateVerdict
from teaegg.evals.reading import reading_score
from teaegg.evals.reading_comparison import Comparison, compare, mean_reading
from teaegg.evals.records import ScoredItem

USUAL = Policy(
    criteria=(Criterion("exam", "not_worse", 0.1), Criterion("refusal", "not_worse", 0.1)),
    unsigned="count",
)
"""What a rebase demands unless a policy file says otherwise: that nothing was lost. Its items are those
that were made with the rows and that nobody has signed; a release may demand more."""
_SEED = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """Both experts and both bare bases on the same items; means of F1 from 0 to 1.

    `between` compares the expert on the new base (candidate) with the one before (baseline).
    """

    old_base: float
    new_base: float
    between: Comparison
    verdict: GateVerdict


def judge(old: Examined, new: Examined, policy: Policy) -> Judged:
    """The two experts as each was examined beside its base, by the same rows."""
    items = [exam_item(row) for row in new.rows]
    return Judged(
        old_base=mean_reading(items, old.baseline).f1,
        new_base=mean_reading(items, new.baseline).f1,
        between=compare(items, new.candidate, old.candidate, seed=_SEED),
        verdict=gate(scored(items, new.candidate), policy, scored(items, old.candidate)),
    )


def nothing_sat(policy: Policy) -> GateVerdict:
    """The verdict where there are no exam items: how many it would take."""
    return gate((), policy, ())


def scored(items: Sequence[ExamItem], answers: Mapping[str, str]) -> list[ScoredItem]:
    """What cannot be answered is declined in the right words or not; the rest has its F1."""
    found = []
    for item in items:
        score = reading_score(answers[item.id], item.right)
        found.append(
            ScoredItem(
                item=item.id,
                area=item.area,
                kind=item.kind,
                document=item.document,
                score=score.exact if item.area == "refusal" else score.f1,
            )
        )
    return found
