"""Learning as seen at a terminal: progress bars while it goes on, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, assert_never

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from teaegg.app.cli.output import note, say, screen
from teaegg.core.actors import Actor

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace
    from teaegg.ingest.learning.outcomes import FileOutcome, LearnProgress
    from teaegg.ingest.sources.base import Source
    from teaegg.ingest.vectors import VectorProgress

OnDocument = Callable[[str], None]
"""Told the id of each document that is there after its file was dealt with."""

_SHOWN_FAILURES = 20


@dataclass(slots=True)
class LearnReport:
    """What became of the files; `failures` and `kept` are (source, reason)."""

    collection: str
    learned: int = 0
    updated: int = 0
    unchanged: int = 0
    moved: int = 0
    forgotten: int = 0
    passages: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)

    @property
    def files(self) -> int:
        read = self.learned + self.updated + self.unchanged + self.moved
        return read + len(self.failures)

    @property
    def nothing_could_be_read(self) -> bool:
        return bool(self.failures) and self.files == len(self.failures)

    @property
    def has_news(self) -> bool:
        changed = self.learned + self.updated + self.moved + self.forgotten
        return bool(changed or self.failures or self.kept)

    @property
    def nothing_answered(self) -> bool:
        return bool(self.kept) and not self.files

    @classmethod
    def of(cls, collection: str, outcomes: Sequence[FileOutcome]) -> LearnReport:
        report = cls(collection)
        for item in outcomes:
            match item.outcome:
                case "learned":
                    report.learned += 1
                case "updated":
                    report.updated += 1
                case "unchanged":
                    report.unchanged += 1
                case "moved":
                    report.moved += 1
                case "forgotten":
                    report.forgotten += 1
                case "kept":
                    report.kept.append((item.source, item.reason))
                case "quarantined":
                    report.failures.append((item.source, item.reason))
                case unreachable:
                    assert_never(unreachable)
            if item.outcome in ("learned", "updated"):
                report.passages += item.passages
        return report

    def record(self) -> dict[str, Any]:
        return {
            "collection": self.collection,
            "files": self.files,
            "learned": self.learned,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "moved": self.moved,
            "forgotten": self.forgotten,
            "passages": self.passages,
            "quarantined": [{"source": s, "reason": reason} for s, reason in self.failures],
            "kept": [{"source": s, "reason": reason} for s, reason in self.kept],
        }

    def show(self) -> None:
        """One line of counts, then the files that could not be read."""
        moved = f"{self.moved} moved, " if self.moved else ""
        say(
            f"{self.collection}: {self.learned} learned, {self.updated} updated, "
            f"{self.unchanged} unchanged, {moved}{self.forgotten} forgotten, "
            f"{len(self.failures)} unreadable; {self.passages} new passages."
        )
        for source, reason in self.failures[:_SHOWN_FAILURES]:
            say(f"  unreadable: {source}: {reason}")
        for source, reason in self.kept[:_SHOWN_FAILURES]:
            say(f"  kept as it was: {source}: {reason}")
        if len(self.failures) > _SHOWN_FAILURES:
            note("All of them: teaegg failures")


class LearningScreen:
    """Bars on stderr for reading files and for making vectors. Use it in a `with` statement."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            console=screen(stderr=True),
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    async def learn(
        self,
        workspace: Workspace,
        sources: Sequence[Path | Source],
        collection: str,
        *,
        restricted: bool = False,
        on_document: OnDocument = lambda _: None,
    ) -> LearnReport:
        """Learn `sources` into `collection`."""
        with self._reading(collection) as tell:

            def tell_all(progress: LearnProgress) -> None:
                tell(progress)
                if progress.latest.document and progress.latest.outcome != "forgotten":
                    on_document(progress.latest.document)

            outcomes = await workspace.learner.learn(
                sources, collection=collection, restricted=restricted, on_progress=tell_all
            )
        return LearnReport.of(collection, outcomes)

    async def sync(self, workspace: Workspace, actor: Actor, name: str) -> LearnReport:
        """Bring the source `name` in step."""
        with self._reading(name) as tell:
            outcomes = await workspace.sources.sync(actor, name, on_progress=tell)
        return LearnReport.of(name, outcomes)

    @contextmanager
    def _reading(self, name: str) -> Iterator[Callable[[LearnProgress], None]]:
        """A bar that follows one run of learning."""
        bar = self._progress.add_task(f"Reading {name}", total=None, told="")

        def tell(progress: LearnProgress) -> None:
            told = f"{progress.passages} passages"
            self._progress.update(bar, completed=progress.done, total=progress.total, told=told)

        yield tell
        done = self._progress.tasks[bar].completed
        self._progress.update(bar, total=done)

    async def fill_vectors(self, workspace: Workspace) -> int:
        """Make the vectors that are missing; returns how many. Full text answers meanwhile."""
        bar = self._progress.add_task("Vectors", total=None, told="")

        def tell(progress: VectorProgress) -> None:
            self._progress.update(
                bar,
                completed=progress.passages_done,
                total=progress.passages_total,
                told=_pace(progress),
            )

        made = await workspace.vectors.fill(on_progress=tell)
        self._progress.update(bar, total=made, completed=made, told="")
        return made


def _pace(progress: VectorProgress) -> str:
    rate = f"{progress.passages_per_second:.1f} passages/s"
    if progress.seconds_left < 1:
        return rate
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return f"{rate}, {minutes}:{seconds:02d} left"
