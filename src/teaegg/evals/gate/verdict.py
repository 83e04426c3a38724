"""What the gate found, with every figure that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from teaegg.evals.gate.policy import Criterion, Policy
from teaegg.evals.statistics.paired import Difference

Outcome = Literal["better", "not worse", "worse", "too few"]
ApartReason = Literal["contaminated", "unsigned"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One criterion. Means are of the score (0 to 1), for speed geometric means in seconds.

    `difference` is candidate minus baseline; for speed that of the logarithms, above 0 where the
    candidate is faster. None: too few items to say. `p_better` and `p_worse` hold for all criteria of
    one claim together (Holm). `needed` items show the claim with the policy's power; `more` are
    lacking, 0 unless the outcome is "too few". `left_out`: its items that did not count.
    """

    criterion: Criterion
    outcome: Outcome
    candidate: float | None
    baseline: float | None
    difference: Difference | None
    p_better: float
    p_worse: float
    items: int
    documents: int
    left_out: int
    needed: int
    more: int

    @property
    def reaches_mark(self) -> bool:
        """Whether the candidate's mean is at least the criterion's pass mark, where it has one."""
        mark = self.criterion.pass_mark
        return mark is None or (self.candidate is not None and self.candidate >= mark)

    @property
    def shown(self) -> bool:
        """Whether the items show what the criterion claims."""
        return self.outcome == "better" or (
            self.outcome == "not worse" and self.criterion.claim == "not_worse"
        )

    @property
    def passed(self) -> bool:
        """Whether the claim is shown and the pass mark reached."""
        return self.shown and self.reaches_mark


@dataclass(frozen=True, slots=True)
class Apart:
    """Items that are counted apart, why, and how both did on them (mean scores, 0 to 1).

    `refuses`: the policy refuses any candidate while there are such items.
    """

    reason: ApartReason
    items: int
    candidate: float
    baseline: float
    refuses: bool


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """The gate's whole answer: by criterion in the order of the policy, and what was counted apart."""

    policy: Policy
    findings: tuple[Finding, ...]
    apart: tuple[Apart, ...]

    @property
    def passes(self) -> bool:
        """Whether every criterion is met and nothing refuses the candidate."""
        met = all(finding.passed for finding in self.findings)
        return met and not any(apart.refuses for apart in self.apart)
