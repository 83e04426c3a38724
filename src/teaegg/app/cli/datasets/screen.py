"""How datasets look at a terminal: progress by stage, a record, the counts."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.progress import MofNCompleteColumn

from teaegg.app.cli.output import bar, note, say, write_table

if TYPE_CHECKING:
    from teaegg.distill.data.make import DatasetReport
    from teaegg.distill.data.manifest import Stage
    from teaegg.distill.data.statistics import Lengths, Statistics
    from teaegg.distill.exchange.dataset import ImportedUse

_WORDS = {
    "split": "Dividing documents",
    "asked": "Asking",
    "verified": "Verifying",
    "clean": "Cleaning",
    "brought": "Looking up imported rows",
    "balanced": "Quizzing the student",
    "rows": "Shaping rows",
    "exam": "Making the exam",
}
_SOURCES = 12


class MakingScreen:
    """A line of progress on stderr for the stage at work; nothing where there is no terminal."""

    def __init__(self) -> None:
        self._progress = bar(MofNCompleteColumn())
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> MakingScreen:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, stage: Stage, done: int, total: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(_WORDS[stage], total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)

    def tell(self, report: DatasetReport) -> None:
        """What came of it."""
        rejected = sum(sum(r.rejected.values()) for r in report.manifest.stages.values())
        say(
            f"{report.rows} rows and {report.exam_rows} exam questions in {report.folder}; "
            f"{rejected} questions were left out."
        )
        rows = ((kind, str(count)) for kind, count in sorted(report.kinds.items()))
        write_table(("kind", "rows"), rows, empty="There are no rows.")
        tell_imported(report.imported)
        if report.quizzed:
            say(f"The student was asked {report.quizzed} questions and knew {report.known}.")
        if report.edited:
            note(f"Changed by hand and kept: {', '.join(report.edited)}.")
        for advice in report.advice:
            note(advice)


def tell_imported(use: ImportedUse | None) -> None:
    """How many of the rows that people brought are learned from, and why the others are not."""
    if use is None:
        return
    say(
        f"Imported: {use.brought} rows, {use.used} of them used, "
        f"{sum(use.left_out.values())} left out"
        + (f", {use.waiting} wait for the next `teaegg data make`." if use.waiting else ".")
    )
    for reason, count in use.left_out.items():
        say(f"  {count}: {reason}")


def show_record(record: Any) -> None:
    """One record: a row as its turns, a question with its answer and proof, a document with its side."""
    fields = record.model_dump()
    if "turns" in fields:
        say(f"── {record.id}  {record.kind}")
        for turn in record.turns:
            say(f"[{turn.role}]\n{turn.content}")
        say(f"[answer]\n{record.answer}\n")
    elif "question" in fields:
        say(f"── {record.id}  {record.kind}")
        if record.earlier:
            say(f"Before:   {record.earlier[0]} → {record.earlier[1]}")
        say(f"Question: {record.question}\nAnswer:   {record.answer}")
        for proof in record.proofs:
            say(f"Proof:    {proof.passage}: {proof.text}")
        say()
    else:
        say(f"{record.side:9} {record.document}  {record.title}")


def show_statistics(found: Statistics) -> None:
    rows = ((stage, str(count)) for stage, count in found.records.items())
    write_table(("file", "records"), rows, empty="There are no files yet.")
    tell_imported(found.imported)
    say()
    whole = sum(found.kinds.values()) or 1
    kinds = ((kind, str(count), f"{count / whole:.1%}") for kind, count in found.kinds.items())
    write_table(("kind", "rows", "share"), kinds, empty="There are no rows.")
    say()
    sources = list(found.sources.items())
    shown = ((title, str(count)) for title, count in sources[:_SOURCES])
    write_table(("taught by", "rows"), shown, empty="No document taught them.")
    if len(sources) > _SOURCES:
        say(f"… and {len(sources) - _SOURCES} more documents")
    say(f"\nPrompt:  {_told(found.prompts)}\nAnswer:  {_told(found.answers)}\n")
    rejects = (
        (stage, reason, str(count))
        for stage, reasons in found.rejected.items()
        for reason, count in reasons.items()
    )
    write_table(("left out by", "because", "how many"), rejects, empty="Nothing was left out.")
    say()
    for row in found.sample:
        show_record(row)


def _told(lengths: Lengths) -> str:
    return (
        f"{lengths.median:.0f} characters (median), {lengths.nine_in_ten:.0f} (nine in ten), "
        f"{lengths.longest:.0f} (longest)"
    )
