"""How a source stands and when it is looked at again. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from teaegg.ingest.learning.outcomes import LearnProgress
from teaegg.ingest.sources.schedules import parse_schedule
from teaegg.store.sources import UNFINISHED, SourceRecord

SourceStatus = Literal["running", "unfinished", "failed", "paused", "new", "fine"]

_RETRY_AFTER = timedelta(minutes=15)
# Longer than most runs: a second process beside one that still goes on would only do the work twice.
_INTERRUPTED_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source at the moment `at`.

    What is `unfinished` goes on in another process, or was killed with it. `next_run` is None when
    nobody but a person will start it; `progress` is that of a run of this process, None before it
    has listed what is there.
    """

    record: SourceRecord
    at: datetime
    status: SourceStatus
    next_run: datetime | None
    progress: LearnProgress | None

    @property
    def is_due(self) -> bool:
        """Whether its schedule says that it is time."""
        return self.next_run is not None and self.next_run <= self.at


def state_of(
    record: SourceRecord, now: datetime, runs: bool, progress: LearnProgress | None
) -> SourceState:
    """`runs`: this very process is bringing it in step."""
    next_run = None if runs else _next_run(record)
    return SourceState(record, now, _status(record, runs), next_run, progress)


def _status(record: SourceRecord, runs: bool) -> SourceStatus:
    if runs:
        return "running"
    if record.error == UNFINISHED:
        return "unfinished"
    if record.error:
        return "failed"
    if record.paused:
        return "paused"
    return "fine" if record.succeeded_at else "new"


def _next_run(record: SourceRecord) -> datetime | None:
    """By its schedule, or sooner after an error: a daily source must not lose a day to a short outage."""
    if record.paused or not record.schedule:
        return None
    if record.tried_at is None:
        return record.added_at
    scheduled = parse_schedule(record.schedule).next_after(record.tried_at.astimezone())
    if not record.error:
        return scheduled
    wait = _INTERRUPTED_AFTER if record.error == UNFINISHED else _RETRY_AFTER
    return min(scheduled, record.tried_at + wait)
