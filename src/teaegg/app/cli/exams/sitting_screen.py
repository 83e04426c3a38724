"""How a sitting looks at a terminal: while it goes on, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

from teaegg.app.cli.output import bar, note, say, screen, write_table
from teaegg.app.exams.examining import Sat, asked_how, report_of
from teaegg.evals.report.figures import Result, apart, groups, results
from teaegg.evals.statistics.intervals import MeanScore

_DIGITS = 4
_NOTED_SHARE = 0.1
"""Without a terminal a line is written this often, for logs."""


class SittingScreen:
    """A bar on stderr where there is a terminal; else a line now and then."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._live = screen(stderr=True).is_terminal
        self._noted = 0.0
        self._progress = bar()
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> SittingScreen:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def tell(self, done: int, total: int) -> None:
        """So many of all items are answered."""
        text = f"{self._target}: {done} of {total} items"
        self._progress.update(self._task, description=text, completed=done, total=total)
        share = done / total if total else 1.0
        if not self._live and (done == total or share - self._noted >= _NOTED_SHARE):
            self._noted = share
            note(text)


def show_sat(sat: Sat) -> None:
    """Points of 100 with their interval, in all and by form; what it took; what does not count."""
    report = report_of({sat.sitting.target: sat}, sat.sitting.started_at)
    exam, (result,) = report.exam, results(report)
    say(f"{exam.name}, version {sat.exam.version.version}: {sat.sitting.target}")
    say(f"  {_points(result.score)}{_mark(result.score, exam.pass_mark)}")
    for group in groups(report, lambda item: item.form):
        say(f"    {group.name}: {_points(group.scores[0])}")
    say(f"  {took(result)}")
    standings = apart(report)
    unsigned = standings.get("unsigned")
    if unsigned and len(standings) > 1:
        say(f"  apart, {unsigned.items} unsigned items: {_points(unsigned.scores[0])}")
    elif unsigned:
        note("Nobody has signed the items: teaegg exam sign")
    if sat.unanswered:
        note(f"{sat.unanswered} items are not answered yet; the same command goes on.")
    failed = {name: why for name, why in sat.scored.left_out.items() if name in sat.responses}
    if failed:
        note(f"{len(failed)} answers could not be scored, such as: {next(iter(failed.values()))}")
    note(f"sitting {sat.sitting.id[:12]}")


def show_sittings(found: Sequence[Sat]) -> None:
    """One line each, the newest first."""
    rows = []
    for sat in found:
        (result,) = results(report_of({sat.sitting.target: sat}, sat.sitting.started_at))
        answered = f"{len(sat.responses)} of {len(sat.exam.version.exam.items)}"
        asked = asked_how(sat.sitting.settings)
        started = f"{sat.sitting.started_at:%Y-%m-%d %H:%M}"
        line = (sat.sitting.target, _points(result.score), answered, took(result), asked, started)
        rows.append((sat.sitting.id[:12], *line))
    columns = ("sitting", "who", "points of 100", "answered", "an item took", "asked", "begun")
    write_table(columns, rows, empty="Nobody has sat this version: teaegg exam sit")


def sat_record(sat: Sat) -> dict[str, Any]:
    """A sitting as JSON: scores from 0 to 1."""
    report = report_of({sat.sitting.target: sat}, sat.sitting.started_at)
    (result,) = results(report)
    sitting = sat.sitting
    return {
        "sitting": sitting.id,
        "exam": sitting.exam,
        "target": sitting.target,
        "fingerprint": sitting.fingerprint,
        "expert": sitting.expert,
        "settings": dict(sitting.settings),
        "by": sitting.by,
        "started_at": sitting.started_at.isoformat(),
        "finished_at": sitting.finished_at.isoformat() if sitting.finished_at else None,
        "answered": len(sat.responses),
        "unanswered": sat.unanswered,
        "score": mean_record(result.score),
        "passed": bool(result.score and result.score.mean >= report.exam.pass_mark),
        "by_form": {
            group.name: mean_record(group.scores[0])
            for group in groups(report, lambda item: item.form)
        },
        "apart": {how: mean_record(group.scores[0]) for how, group in apart(report).items()},
        "seconds": result.seconds,
        "tokens": result.tokens,
        "price": result.price,
        "not_scored": dict(sat.scored.left_out),
    }


def mean_record(score: MeanScore | None) -> dict[str, Any] | None:
    """A mean with its 95 % interval, each from 0 to 1."""
    if score is None:
        return None
    return {
        "mean": round(score.mean, _DIGITS),
        "low": round(score.low, _DIGITS),
        "high": round(score.high, _DIGITS),
        "items": score.items,
        "documents": score.documents,
    }


def took(result: Result) -> str:
    """What an item took: seconds, tokens and price, as far as somebody measured."""
    parts = (
        f"{result.seconds:.2f} s" if result.seconds is not None else "",
        f"{result.tokens:.0f} tokens" if result.tokens else "",
        f"price {result.price:.2g}" if result.price is not None else "",
    )
    return ", ".join(part for part in parts if part) or "not timed item by item"


def _points(score: MeanScore | None) -> str:
    if score is None:
        return "nothing scored"
    low, high = (f"{100 * end:.1f}" for end in (score.low, score.high))
    return f"{100 * score.mean:.1f} (95 % between {low} and {high}, {score.items} items)"


def _mark(score: MeanScore | None, pass_mark: float) -> str:
    if score is None:
        return ""
    reached = "reaches" if score.mean >= pass_mark else "is below"
    return f", {reached} the pass mark of {100 * pass_mark:.0f}"
