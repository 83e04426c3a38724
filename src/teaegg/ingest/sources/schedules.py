"""When a source is to be looked at again: `every 30m`, `every 2h`, `daily 03:30`. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from teaegg.core.errors import InvalidRequestError

_EVERY = re.compile(r"^every\s+(\d{1,5})\s*(m|min|minutes?|h|hours?|d|days?)$", re.I)
_DAILY = re.compile(r"^daily\s+(?:at\s+)?(\d{1,2})[:：](\d{2})$", re.I)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Schedule:
    """Every `interval`, or daily at a time of day where the machine stands."""

    interval: timedelta | None = None
    at: time | None = None

    def is_due(self, last: datetime | None, now: datetime) -> bool:
        """`last`: when it was begun the last time. Both are aware of their time zone."""
        return last is None or self.next_after(last.astimezone(now.tzinfo)) <= now

    def next_after(self, last: datetime) -> datetime:
        """The first moment after `last`, in its time zone."""
        if self.interval is not None:
            return last + self.interval
        same_day = datetime.combine(last.date(), self.at or time(), tzinfo=last.tzinfo)
        return same_day if same_day > last else same_day + timedelta(days=1)


def parse_schedule(text: str) -> Schedule:
    """Raises InvalidRequestError for a schedule that cannot be understood."""
    said = text.strip()
    if (found := _EVERY.match(said)) and int(found[1]) > 0:
        unit = _UNITS[found[2][0].lower()]
        return Schedule(interval=timedelta(**{unit: int(found[1])}))
    if (found := _DAILY.match(said)) and int(found[1]) < 24 and int(found[2]) < 60:
        return Schedule(at=time(int(found[1]), int(found[2])))
    raise InvalidRequestError(
        f"The schedule {text[:40]!r} cannot be understood.",
        remedy="Write `every 30m`, `every 2h`, `every 1d` or `daily 03:30`.",
    )
