"""How comparisons and scores look at a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from teaegg.app.cli.output import note, say, write_table
from teaegg.app.exams.examining import Sat
from teaegg.core.scenes import Language
from teaegg.evals.gate import figures
from teaegg.evals.gate.verdict import Finding, GateVerdict
from teaegg.evals.gate.wording import WORDING

_DIGITS = 4
_SHOWN_CHARACTERS = 60


def show_findings(candidate: str, baseline: str, verdict: GateVerdict, language: Language) -> None:
    """One line to an area; the outcome first."""
    words = WORDING[language]
    say(f"{candidate} ↔ {baseline}")
    rows = [
        (
            words[finding.criterion.subject],
            _outcome(finding),
            figures.mean(finding, finding.candidate, words),
            figures.mean(finding, finding.baseline, words),
            figures.difference(finding, words),
            f"{finding.items} ({finding.documents})",
        )
        for finding in verdict.findings
    ]
    columns = ("area", "outcome", "candidate", "baseline", "difference", "items (documents)")
    write_table(columns, rows, empty="")
    for apart in verdict.apart:
        ours, theirs = figures.points(apart.candidate), figures.points(apart.baseline)
        note(f"apart, {apart.items} {apart.reason} items: {ours} ↔ {theirs}")


def finding_record(finding: Finding) -> dict[str, Any]:
    """A finding as JSON. Scores from 0 to 1; of speed the means are seconds, the difference is that of
    logarithms."""
    found = finding.difference
    difference = {"mean": found.mean, "low": found.low, "high": found.high} if found else None
    return {
        "subject": finding.criterion.subject,
        "claim": finding.criterion.claim,
        "margin": finding.criterion.margin,
        "outcome": finding.outcome,
        "candidate": finding.candidate,
        "baseline": finding.baseline,
        "difference": difference,
        "p_better": finding.p_better,
        "p_worse": finding.p_worse,
        "items": finding.items,
        "documents": finding.documents,
        "left_out": finding.left_out,
        "needed": finding.needed,
        "more": finding.more,
    }


def item_scores(sat: Sat, below: float | None) -> list[dict[str, Any]]:
    """Each item that was scored, in the exam's order, with what was said and why it scored so."""
    return [
        {
            "id": item.id,
            "form": item.form,
            "score": round(scored.value, _DIGITS),
            "parts": {name: round(part, _DIGITS) for name, part in scored.parts.items()},
            "why": scored.why,
            "said": sat.responses[item.hash].text,
            "right": list(item.right),
        }
        for item in sat.exam.version.exam.items
        if (scored := sat.scored.scores.get(item.hash)) and (below is None or scored.value < below)
    ]


def show_scores(found: Sequence[Mapping[str, Any]]) -> None:
    """One line to an item."""
    rows = [
        (one["id"], one["form"], f"{100 * one['score']:.0f}", one["why"], _short(one["said"]))
        for one in found
    ]
    write_table(("item", "form", "points", "why", "said"), rows, empty="No such items.")


def _outcome(finding: Finding) -> str:
    more = f": {finding.more} more" if finding.outcome == "too few" else ""
    return f"{finding.outcome}{more}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS]}…"
