"""Plan against actual, line by line, and how far off the planner has been so far. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import Any

from pydantic import BaseModel, ConfigDict

from teaegg.distill.planning.figures import Figure, Plan

_MIB = 2**20


class Compared(BaseModel):
    """One line: what was planned, and what came. `actual` may be beside the range or within it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    figure: Figure
    actual: float

    @property
    def ratio(self) -> float | None:
        """Actual by planned: 2 is twice as much as planned. None where nothing was planned."""
        return self.actual / self.figure.value if self.figure.value else None

    @property
    def within(self) -> bool:
        return self.figure.low <= self.actual <= self.figure.high


class Outcome(BaseModel):
    """A plan and the expert that was made after it; `notes` say what makes lines hard to compare."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scene: str
    expert: str
    planned_at: datetime
    lines: tuple[Compared, ...]
    notes: tuple[str, ...] = ()


class PlannerError(BaseModel):
    """Of one line over all plans: the median of actual by planned, how many there were, and the share
    that lay within the range."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    ratio: float
    plans: int
    within: float


def actual_figures(facts: Mapping[str, Any]) -> dict[str, float]:
    """Plan line → what the record of an expert says of it. Older records say less."""
    stages = facts.get("stages") or {}
    exam = facts.get("exam") or {}
    found: dict[str, Any] = {
        "rows": facts.get("dataset_rows"),
        "exam_items": facts.get("exam_items"),
        "learned_tokens": facts.get("tokens"),
        "memory_mib": facts.get("peak_memory_mib"),
        "disk_mib": facts["disk_bytes"] / _MIB if facts.get("disk_bytes") else None,
        "score": exam.get("candidate", {}).get("f1"),
        "gain": exam.get("difference", {}).get("mean"),
    }
    if not facts.get("resumed"):
        # Of a run that was cut off and gone on with, only the last part was timed.
        found |= {f"{name}_seconds": seconds for name, seconds in stages.items()}
        found["total_seconds"] = sum(stages.values()) or None
    return {key: float(value) for key, value in found.items() if value is not None}


def outcome(plan: Plan, expert: str, facts: Mapping[str, Any]) -> Outcome:
    """`facts` are what is on record of the making of `expert`."""
    actual = actual_figures(facts)
    lines = tuple(
        Compared(figure=figure, actual=actual[figure.key])
        for figure in plan.figures
        if figure.key in actual
    )
    notes = []
    if facts.get("resumed"):
        notes.append("The run was cut off and gone on with: its times are not compared.")
    return Outcome(
        scene=plan.scene,
        expert=expert,
        planned_at=plan.made_at,
        lines=lines,
        notes=tuple(notes),
    )


def plan_of(
    plans: Sequence[Plan], registered_at: datetime, facts: Mapping[str, Any]
) -> Plan | None:
    """The last of `plans` before the expert was registered that planned for these rows and recipe."""
    recipe = _without_seed(facts.get("recipe") or {})
    fitting = [
        plan
        for plan in plans
        if plan.made_at <= registered_at
        and plan.rows == facts.get("rows_wanted", plan.rows)
        and _without_seed(plan.recipe) == recipe
    ]
    return max(fitting, key=lambda plan: plan.made_at, default=None)


def planner_errors(outcomes: Sequence[Outcome]) -> tuple[PlannerError, ...]:
    """Of every line that was ever compared, in the order in which plans show them."""
    ratios: dict[str, list[float]] = defaultdict(list)
    within: dict[str, list[bool]] = defaultdict(list)
    for each in outcomes:
        for line in each.lines:
            if line.ratio is not None:
                ratios[line.figure.key].append(line.ratio)
                within[line.figure.key].append(line.within)
    return tuple(
        PlannerError(
            key=key,
            ratio=median(found),
            plans=len(found),
            within=sum(within[key]) / len(found),
        )
        for key, found in ratios.items()
    )


def earlier_seconds(outcomes: Sequence[Outcome], key: str) -> float | None:
    """The median of what a stage took in earlier runs; None where there were none."""
    took = [line.actual for each in outcomes for line in each.lines if line.figure.key == key]
    return median(took) if took else None


def _without_seed(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """A seed says nothing about costs, and a withdrawn expert's rows take the next one."""
    return {name: value for name, value in recipe.items() if name != "seed"}
