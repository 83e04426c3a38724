"""The gate's verdict as a page in Markdown: each reason with its figures, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from teaegg.core.scenes import Language
from teaegg.evals.gate import figures
from teaegg.evals.gate.planning import smallest_effect
from teaegg.evals.gate.policy import policy_id
from teaegg.evals.gate.verdict import Apart, Finding, GateVerdict
from teaegg.evals.gate.wording import WORDING, Wording


def explain(verdict: GateVerdict, language: Language) -> str:
    """The whole verdict for whoever decides: summary, table, reasons, what was counted apart, and
    what to do. Points are of 100."""
    say = WORDING[language]
    parts = [
        say["passes" if verdict.passes else "fails"],
        _summary(verdict, say),
        _table(verdict, say),
        say["reasons"],
        *(_reason(finding, verdict, say) for finding in verdict.findings),
    ]
    if verdict.apart:
        parts += [say["apart"], *(_apart(apart, verdict, say) for apart in verdict.apart)]
    parts += [say["next"], "\n".join(f"- {step}" for step in _steps(verdict, say))]
    policy = verdict.policy
    parts.append(
        say["policy"].format(
            policy=policy_id(policy)[:12],
            confidence=figures.percent(policy.confidence),
            draws=policy.draws,
        )
    )
    return "\n\n".join(parts) + "\n"


def _summary(verdict: GateVerdict, say: Wording) -> str:
    missed = [finding for finding in verdict.findings if not finding.passed]
    count = len(verdict.findings)
    if missed:
        named = say["list"].join(_missed(finding, say) for finding in missed)
        return say["some met"].format(met=count - len(missed), count=count, missed=named)
    return say["all met"].format(count=count) if verdict.passes else say["refuses"]


def _missed(finding: Finding, say: Wording) -> str:
    shown = finding.shown and not finding.reaches_mark
    why = say["why mark"] if shown else _outcome(finding, say)
    return say["missed one"].format(subject=say[finding.criterion.subject], why=why)


def _table(verdict: GateVerdict, say: Wording) -> str:
    head = say["head"].format(confidence=figures.percent(verdict.policy.confidence))
    rows = [head, "| --- | --- | --- | --- | --- | --- | --- |"]
    for finding in verdict.findings:
        criterion = finding.criterion
        cells = (
            say[f"claims {criterion.claim}"].format(subject=say[criterion.subject]),
            figures.mean(finding, finding.candidate, say),
            figures.mean(finding, finding.baseline, say),
            figures.difference(finding, say),
            str(finding.items),
            _outcome(finding, say),
            say["met" if finding.passed else "missed"],
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _reason(finding: Finding, verdict: GateVerdict, say: Wording) -> str:
    criterion = finding.criterion
    opening = say["open"].format(subject=say[criterion.subject], outcome=_outcome(finding, say))
    told = [_figures(finding, say)]
    if finding.left_out:
        told.append(say["left out"].format(left_out=finding.left_out))
    told += _because(finding, say)
    if not finding.reaches_mark:
        told.append(say["below mark"].format(mark=figures.points(criterion.pass_mark or 0)))
    return opening + say["sentences"].join(told)


def _figures(finding: Finding, say: Wording) -> str:
    if finding.candidate is None:
        return say["nothing"]
    return say["times" if finding.criterion.subject == "speed" else "scores"].format(
        candidate=figures.mean(finding, finding.candidate, say),
        baseline=figures.mean(finding, finding.baseline, say),
        items=finding.items,
        documents=finding.documents,
    )


def _because(finding: Finding, say: Wording) -> Iterator[str]:
    criterion, difference = finding.criterion, finding.difference
    key = f"why {finding.outcome}"
    if finding.outcome in ("not worse", "too few"):
        key += f" {criterion.claim}"
    subject, observed = criterion.subject, difference.mean if difference else 0.0
    yield say[key].format(
        gain=figures.amount(subject, observed, say),
        loss=figures.amount(subject, observed, say),
        worst=figures.signed(subject, difference.low if difference else 0.0, say),
        margin=figures.amount(subject, -smallest_effect(criterion), say),
        needed=finding.needed,
        chance=figures.chance(min(finding.p_better, finding.p_worse), say),
    )
    if finding.outcome == "too few" and finding.items >= finding.needed:
        yield say["still open"].format(more=finding.more)
    if finding.outcome != "better" and difference and difference.low > 0:
        yield say["not clear"]


def _apart(apart: Apart, verdict: GateVerdict, say: Wording) -> str:
    key: str = apart.reason
    if apart.reason == "unsigned":
        key += f" {verdict.policy.unsigned}"
    told = say[key].format(
        items=apart.items,
        candidate=figures.points(apart.candidate),
        baseline=figures.points(apart.baseline),
    )
    return say["sentences"].join([told, say["refuses"]] if apart.refuses else [told])


def _steps(verdict: GateVerdict, say: Wording) -> Iterator[str]:
    """What stands between this candidate and its release, in the order of the page."""
    if verdict.passes:
        yield say["do approve"]
        return
    for finding in verdict.findings:
        subject = say[finding.criterion.subject]
        if finding.outcome == "too few":
            yield say["do more"].format(subject=subject, more=finding.more)
        elif not finding.passed and finding.reaches_mark:
            yield say["do train"].format(subject=subject)
        if not finding.reaches_mark:
            mark = figures.points(finding.criterion.pass_mark or 0)
            yield say["do mark"].format(subject=subject, mark=mark)
    reasons = {apart.reason for apart in verdict.apart}
    if "unsigned" in reasons and verdict.policy.unsigned != "count":
        yield say["do sign"]
    if "contaminated" in reasons:
        yield say["do clean"]


def _outcome(finding: Finding, say: Wording) -> str:
    return say[finding.outcome].format(more=finding.more)
