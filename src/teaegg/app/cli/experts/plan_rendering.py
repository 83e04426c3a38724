"""How plans, and what came of them, look at a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from teaegg.app.cli.output import note, say, write_json, write_table

if TYPE_CHECKING:
    from teaegg.app.experts.planning import Piloting, Planned, PlanningStep, Reviewed
    from teaegg.distill.planning.comparing import PlannerError
    from teaegg.distill.planning.figures import Figure, Unit
    from teaegg.distill.planning.pilots import PilotRecord

LABELS = {
    "training_documents": "Documents to learn from",
    "exam_documents": "Documents kept for the exam",
    "rows": "Rows",
    "row_tokens": "Tokens of a row",
    "teacher_calls": "Calls of the teacher",
    "teacher_sent": "Tokens sent to the teacher",
    "teacher_answered": "Tokens the teacher answers",
    "teacher_price": "Price of the teacher",
    "rows_seconds": "Making the rows",
    "learned_tokens": "Tokens learned from",
    "training_seconds": "Training",
    "export_seconds": "Export and its proof",
    "exam_seconds": "Exam of expert and base",
    "total_seconds": "In all",
    "machine_price": "Price of the machine",
    "memory_mib": "Memory",
    "disk_mib": "Disk",
    "exam_items": "Exam items there will be",
    "exam_items_needed": "Exam items the claim needs",
    "exam_documents_needed": "Documents for that many",
    "smallest_gain": "Smallest gain the exam can show",
    "questions_seconds": "1,000 questions: this machine",
    "general_sent": "… tokens sent to the general model",
    "general_answered": "… tokens it answers",
    "questions_price": "… price",
    "score": "F1 to expect",
    "gain": "Gain over the base to expect",
}
_MINUTE, _HOUR = 60.0, 3600.0


class Screen:
    """Tells what a command did: for people, or as JSON on stdout."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def step(self, step: PlanningStep) -> None:
        note(f"{step.capitalize()} …")

    @contextmanager
    def piloting(self, minutes: float) -> Iterator[Piloting | None]:
        """Pilots of so many minutes, shown as they go; none where there are no minutes."""
        if not minutes:
            yield None
            return
        from teaegg.app.cli.experts.distill_screen import JourneyScreen
        from teaegg.app.experts.planning import Piloting

        with JourneyScreen() as screen:
            yield Piloting(minutes, screen.rows, screen.telling)

    def planned(self, planned: Planned) -> None:
        plan = planned.plan
        if self._as_json:
            errors = [error.model_dump() for error in planned.errors]
            pilots = planned.pilots.model_dump(mode="json") if planned.pilots else None
            whole = {**plan.model_dump(mode="json"), "pilots": pilots, "earlier_errors": errors}
            write_json(whole)
            return
        processor = {"cpu": "hours of its processor", "": "nothing here trains"}
        on = processor.get(plan.device, f"hours of its {plan.device}")
        say(f"{plan.scene}: planned for this machine ({on}; measured {plan.measured_at:%Y-%m-%d}).")
        write_table(
            ("", "Planned", "Between", "How we know"),
            [_line(figure, plan.currency) for figure in plan.figures],
            empty="Nothing was planned.",
        )
        if planned.pilots:
            show_pilots(planned.pilots)
        for advice in plan.advice:
            note(advice)
        show_errors(planned.errors)

    def reviewed(self, reviewed: Reviewed) -> None:
        outcome = reviewed.outcome
        if self._as_json:
            lines = [
                {**line.model_dump(mode="json"), "ratio": line.ratio, "within": line.within}
                for line in outcome.lines
            ]
            errors = [error.model_dump() for error in reviewed.errors]
            whole = {**outcome.model_dump(mode="json"), "lines": lines, "errors": errors}
            write_json(whole)
            return
        say(
            f"{outcome.scene} ({outcome.expert[:12]}), planned {outcome.planned_at:%Y-%m-%d %H:%M} UTC:"
        )
        write_table(
            ("", "Planned", "Between", "Actual", "Actual by planned"),
            [
                (
                    *_line(line.figure, "")[:3],
                    shown(line.actual, line.figure.unit, ""),
                    f"×{line.ratio:.2f}{'' if line.within else ' (outside)'}"
                    if line.ratio is not None
                    else "",
                )
                for line in outcome.lines
            ],
            empty="Nothing that was planned is on record of this expert.",
        )
        for each in outcome.notes:
            note(each)
        show_errors(reviewed.errors)


def show_pilots(record: PilotRecord) -> None:
    """The runs that the forecast rests on."""
    base = sum(record.base_scores) / max(1, len(record.base_scores))
    say(
        f"Pilots of {record.begun_at:%Y-%m-%d}, {len(record.documents)} items; base F1 {100 * base:.1f}:"
    )
    write_table(
        ("Rows", "Tokens learned", "Minutes", "Held-out loss", "F1"),
        [
            (
                f"{pilot.rows:,}",
                f"{pilot.tokens:,}",
                f"{pilot.seconds / _MINUTE:.1f}",
                "" if pilot.held_out_loss is None else f"{pilot.held_out_loss:.3f}",
                f"{100 * pilot.score:.1f}",
            )
            for pilot in record.pilots
        ],
        empty="No pilots were made.",
    )


def show_errors(errors: Sequence[PlannerError]) -> None:
    """How far off the plans of this home were, in one line."""
    if errors:
        told = "; ".join(
            f"{LABELS.get(error.key, error.key).lower()} ×{error.ratio:.2f} ({error.plans})"
            for error in errors
        )
        note(f"Actual by planned in this home so far (median; how many plans): {told}.")


def shown(value: float, unit: Unit, currency: str) -> str:
    """A quantity as people read it."""
    match unit:
        case "seconds":
            return _time(value)
        case "share":
            return f"{100 * value:.1f} points"
        case "MiB":
            return f"{value:,.0f} MiB"
        case "money":
            return f"{value:,.2f} {currency}".strip()
        case _:
            return f"{value:,.0f}"


def _time(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.1f} min"
    return f"{seconds / _HOUR:.1f} h"


def _line(figure: Figure, currency: str) -> tuple[str, str, str, str]:
    low, value, high = (
        shown(each, figure.unit, currency) for each in (figure.low, figure.value, figure.high)
    )
    between = "" if low == high else f"{low} to {high}"
    known = f"{figure.source}: {figure.note}" if figure.note else figure.source
    return LABELS.get(figure.key, figure.key), value, between, known
