"""One examinee beside several: in each area better, not worse, worse, or too few items to say.

Each pair is judged as the gate judges it; then Holm's correction holds over all claims of all pairs
together, so that any of them may be quoted by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from teaegg.evals.gate.judging import gate
from teaegg.evals.gate.policy import Criterion, Policy
from teaegg.evals.gate.verdict import Finding, GateVerdict
from teaegg.evals.records import ScoredItem
from teaegg.evals.statistics.paired import holm


def compare(
    candidate: Sequence[ScoredItem],
    baselines: Mapping[str, Sequence[ScoredItem]],
    policy: Policy,
) -> dict[str, GateVerdict]:
    """Baseline → findings of the policy's criteria that the items examine. Where no item is signed, the
    unsigned ones count. Raises InvalidRequestError for records that cannot be compared.
    """
    verdicts = {
        name: gate(candidate, _fitting(policy, candidate, baseline), baseline)
        for name, baseline in baselines.items()
    }
    findings = [finding for verdict in verdicts.values() for finding in verdict.findings]
    better = holm([finding.p_better for finding in findings])
    worse = holm([finding.p_worse for finding in findings])
    judged = iter(
        _again(finding, policy.error, *p_values)
        for finding, p_values in zip(findings, zip(better, worse, strict=True), strict=True)
    )
    return {
        name: replace(verdict, findings=tuple(next(judged) for _ in verdict.findings))
        for name, verdict in verdicts.items()
    }


def _fitting(
    policy: Policy, candidate: Sequence[ScoredItem], baseline: Sequence[ScoredItem]
) -> Policy:
    """Only criteria that some item examines: of an exam without safety items nothing is demanded."""
    areas = {item.area for item in candidate}
    timed = all(any(item.seconds is not None for item in one) for one in (candidate, baseline))

    def is_examined(criterion: Criterion) -> bool:
        return timed if criterion.subject == "speed" else criterion.subject in areas

    criteria = tuple(criterion for criterion in policy.criteria if is_examined(criterion))
    signed = any(item.signed for item in candidate)
    return replace(
        policy,
        criteria=criteria or tuple(Criterion(area, "better", 0.1) for area in sorted(areas)),
        unsigned=policy.unsigned if signed else "count",
    )


def _again(finding: Finding, error: float, p_better: float, p_worse: float) -> Finding:
    """With p values that hold for all claims together. Whoever is no longer shown to be better is still
    not worse; whoever is no longer shown to be worse needs more items."""
    corrected = replace(finding, p_better=p_better, p_worse=p_worse)
    if finding.outcome == "better" and p_better > error:
        return replace(corrected, outcome="not worse")
    if finding.outcome == "worse" and p_worse > error:
        more = max(1, finding.needed - finding.items)
        return replace(corrected, outcome="too few", more=more)
    return corrected
