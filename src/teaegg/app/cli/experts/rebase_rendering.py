"""A rebase for people at a terminal: what is planned, before and after, and how the base is switched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from teaegg.app.cli.experts.rendering import short
from teaegg.app.cli.output import note, say, write_table
from teaegg.app.experts.rebasing import Rebased, RebasePlan
from teaegg.core.settings import ChatModelSettings
from teaegg.distill.rebase.planning import Cannot, Planned, Remake, Stays
from teaegg.evals.gate.verdict import Finding, GateVerdict
from teaegg.store.experts.records import ExpertRecord

_COLUMNS = (
    "scene",
    "items",
    "old base",
    "old expert",
    "new base",
    "new expert",
    "difference (95 %)",
    "gate",
    "new id",
)


def show_plan(plan: RebasePlan) -> None:
    """The new base, its terms, and what becomes of each expert."""
    note(f"New base: {plan.base.name} ({short(plan.base.hash)}), licence: {plan.base.licence}.")
    for one in plan.experts:
        note(f"{one.record.expert.scene} ({short(one.record.id)}): {_becomes(one)}.")
    if not plan.experts:
        note("There are no experts to re-make.")


def show_rebased(done: Sequence[Rebased]) -> None:
    """Before and after, a line each; scores are F1 of 100 on the exam made with the rows."""
    if done:
        write_table(_COLUMNS, (_line(each) for each in done), empty="")
    for each in done:
        learned, before = _rows(each.record), _rows(each.planned.record)
        if learned < before:
            note(
                f"{each.record.expert.scene}: {before - learned} of {before} rows are longer on this "
                "base than the recipe's row_tokens and were not learned."
            )


def show_switch(plan: RebasePlan, done: Sequence[Rebased], settings: ChatModelSettings) -> None:
    """Whether the base can be switched, and how; nothing was."""
    if not done:
        return
    missed = [each for each in done if not each.verdict.passes]
    behind = [one for one in plan.experts if isinstance(one, Cannot)]
    say()
    say(
        f"{len(done) - len(missed)} of {len(done)} pass the gate. Nothing was switched: released "
        "experts answer on their base as before."
    )
    for one in behind:
        say(f"{one.record.expert.scene} would not answer on the new base: {one.why}.")
    if missed or behind:
        say("One base serves all experts: keep the old one until all pass. The switch would be:")
    else:
        say("One base serves all experts. To switch:")
    for number, step in enumerate(_switch(plan, done, settings), start=1):
        say(f"  {number}. {step}")
    say("The way back: the old model, and `teaegg rollback SCENE --why REASON` for each.")


def rebase_record(plan: RebasePlan, done: Sequence[Rebased]) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "base": {
            "name": plan.base.name,
            "path": str(plan.base.path),
            "hash": plan.base.hash,
            "template": plan.base.template.name,
            "licence": plan.base.licence,
        },
        "experts": [_planned_record(one) for one in plan.experts],
        "made": [_rebased_record(each) for each in done],
    }


def _switch(
    plan: RebasePlan, done: Sequence[Rebased], settings: ChatModelSettings
) -> Iterator[str]:
    yield "Stop `teaegg serve`."
    if settings.engine == "openai":
        yield f"Load {plan.base.path} at the endpoint {settings.base_url}."
    else:
        yield f'In teaegg.toml, under [chat]: model = "{plan.base.path}"'
    for each in done:
        if each.record.state != "released":
            yield f"teaegg release {short(each.record.id)} --why REASON"
    yield "Start `teaegg serve`."


def _becomes(one: Planned) -> str:
    match one:
        case Stays():
            return "stands on it already"
        case Cannot():
            return f"cannot be re-made: {one.why}"
        case Remake():
            there = f"is there as {short(one.made.id)}" if one.made else "will be re-made"
            return f"{there} (chat template {one.recipe.template})"


def _line(each: Rebased) -> tuple[str, ...]:
    judged = each.judged
    end = (_outcomes(each.verdict), short(each.record.id))
    if judged is None:
        return (each.record.expert.scene, "0", *"–––––", *end)
    between = judged.between
    points = between.difference
    figures = (
        judged.old_base,
        between.baseline.f1,
        judged.new_base,
        between.candidate.f1,
    )
    return (
        each.record.expert.scene,
        str(points.items),
        *(f"{100 * figure:.1f}" for figure in figures),
        f"{100 * points.mean:+.1f} ({100 * points.low:+.1f} to {100 * points.high:+.1f})",
        *end,
    )


def _outcomes(verdict: GateVerdict) -> str:
    word = "passes" if verdict.passes else "does not pass"
    return f"{word}: " + ", ".join(_outcome(finding) for finding in verdict.findings)


def _outcome(finding: Finding) -> str:
    lacking = f" ({finding.more} more needed)" if finding.outcome == "too few" else ""
    return f"{finding.criterion.subject} {finding.outcome}{lacking}"


def _rows(record: ExpertRecord) -> int:
    return int(record.training.get("rows", 0))


def _planned_record(one: Planned) -> dict[str, Any]:
    return {
        "scene": one.record.expert.scene,
        "id": one.record.id,
        "becomes": type(one).__name__.lower(),
        "why": one.why if isinstance(one, Cannot) else "",
    }


def _rebased_record(each: Rebased) -> dict[str, Any]:
    judged = each.judged
    return {
        "scene": each.record.expert.scene,
        "old": each.planned.record.id,
        "new": each.record.id,
        "seconds": round(each.seconds),
        "old_base_f1": judged.old_base if judged else None,
        "new_base_f1": judged.new_base if judged else None,
        "old_f1": judged.between.baseline.f1 if judged else None,
        "new_f1": judged.between.candidate.f1 if judged else None,
        "difference": asdict(judged.between.difference) if judged else None,
        "passes": each.verdict.passes,
        "gate": [
            {
                "subject": finding.criterion.subject,
                "outcome": finding.outcome,
                "items": finding.items,
                "more": finding.more,
            }
            for finding in each.verdict.findings
        ],
    }
