"""What a run of learning says: of each file what became of it, and how far the run is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from teaegg.core.documents import Document

Outcome = Literal["learned", "updated", "unchanged", "moved", "quarantined", "kept", "forgotten"]
"""`moved`: the same content under a new name; `kept`: it could not be had now, so nothing changed."""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file. `reason` says why it is in quarantine, or was only kept.

    `document` is empty, and `source` names the whole source, when that could not be reached.
    """

    document: str
    source: str
    outcome: Outcome
    passages: int = 0
    reason: str = ""

    @classmethod
    def of(cls, document: Document, outcome: Outcome) -> FileOutcome:
        """`outcome` of a document as it stands in the records now."""
        return cls(document.id, document.source, outcome, document.passages, document.reason)


@dataclass(frozen=True, slots=True)
class LearnProgress:
    """How far a run is: `done` of `total` files, `passages` searchable so far, the latest outcome."""

    done: int
    total: int
    passages: int
    latest: FileOutcome


@dataclass(slots=True)
class Tally:
    """Counts the files of one run, reports each, and keeps what became of them."""

    report: Callable[[LearnProgress], None]
    total: int = 0
    done: int = 0
    passages: int = 0
    outcomes: list[FileOutcome] = field(default_factory=list)

    @property
    def has_changes(self) -> bool:
        return any(each.outcome not in ("unchanged", "kept") for each in self.outcomes)

    def add(self, outcome: FileOutcome) -> None:
        """One of the files that were expected."""
        self.done += 1
        self.passages += outcome.passages
        self.outcomes.append(outcome)
        self.report(LearnProgress(self.done, self.total, self.passages, outcome))

    def add_unexpected(self, outcome: FileOutcome) -> None:
        """Something that was not among the files to be dealt with."""
        self.total += 1
        self.add(outcome)
