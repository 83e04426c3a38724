"""Learning as seen at a terminal: progress bars while it goes on, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from teaegg.app.cli.output import note, say, screen
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.documents import Document

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace
    from teaegg.ingest.learning import FileEvent
    from teaegg.ingest.vectors import VectorProgress

OnDocument = Callable[[Document], Awaitable[None]]
_SHOWN_FAILURES = 20


@dataclass(slots=True)
class LearnReport:
    """What became of the files; `failures` are (source, reason)."""

    collection: str
    learned: int = 0
    updated: int = 0
    unchanged: int = 0
    forgotten: int = 0
    passages: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def files(self) -> int:
        return self.learned + self.updated + self.unchanged + len(self.failures)

    @property
    def nothing_could_be_read(self) -> bool:
        return bool(self.failures) and self.files == len(self.failures)

    def count(self, event: FileEvent, *, known_before: bool) -> None:
        match event.outcome:
            case "learned":
                self.updated += known_before
                self.learned += not known_before
                self.passages += event.document.passages if event.document else 0
            case "unchanged":
                self.unchanged += 1
            case "forgotten":
                self.forgotten += 1
            case "quarantined":
                self.failures.append((event.source, event.reason))

    def record(self) -> dict[str, Any]:
        return {
            "collection": self.collection,
            "files": self.files,
            "learned": self.learned,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "forgotten": self.forgotten,
            "passages": self.passages,
            "quarantined": [{"source": s, "reason": reason} for s, reason in self.failures],
        }

    def show(self) -> None:
        """One line of counts, then the files that could not be read."""
        say(
            f"{self.collection}: {self.learned} learned, {self.updated} updated, "
            f"{self.unchanged} unchanged, {self.forgotten} forgotten, "
            f"{len(self.failures)} unreadable; {self.passages} new passages."
        )
        for source, reason in self.failures[:_SHOWN_FAILURES]:
            say(f"  unreadable: {source}: {reason}")
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
        paths: Sequence[Path],
        collection: str,
        *,
        restricted: bool = False,
        on_document: OnDocument | None = None,
    ) -> LearnReport:
        """Learn `paths`; each document that is there afterwards is handed to `on_document` at once."""
        report = LearnReport(collection)
        before = await workspace.documents(LOCAL_OWNER, collection=collection)
        readable = {document.id for document in before if document.state != "quarantined"}
        bar = self._progress.add_task(f"Reading {collection}", total=None, told="")
        events = workspace.learner.learn(paths, collection=collection, restricted=restricted)
        async for event in events:
            document = event.document
            report.count(event, known_before=document is not None and document.id in readable)
            if on_document is not None and document is not None and event.outcome != "forgotten":
                await on_document(document)
            told = f"{report.passages} passages"
            self._progress.update(bar, completed=event.done, total=event.total, told=told)
        self._progress.update(bar, total=report.files + report.forgotten)
        return report

    async def fill_vectors(self, workspace: Workspace) -> None:
        """Make the vectors that are missing; questions are answered from full text meanwhile."""
        bar = self._progress.add_task("Vectors", total=None, told="")
        total = 0
        async for progress in workspace.vectors.fill():
            total = progress.total
            self._progress.update(
                bar, completed=progress.done, total=progress.total, told=_pace(progress)
            )
        self._progress.update(bar, completed=total, total=total)


def _pace(progress: VectorProgress) -> str:
    rate = f"{progress.passages_per_second:.1f} passages/s"
    if not progress.seconds_left:
        return rate
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return f"{rate}, {minutes}:{seconds:02d} left"
