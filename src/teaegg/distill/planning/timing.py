"""How long each stage of the way to an expert took, to be compared with what was planned."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from teaegg.core.clock import Clock
from teaegg.distill.journey import JourneyStep, Telling

TimedStage = Literal["rows", "training", "export", "exam"]
_STAGES: dict[JourneyStep, TimedStage] = {
    "exporting": "export",
    "examining": "exam",
    "examining the base": "exam",
}


class StageTimes:
    """Begins with the rows. A stage lasts until another is entered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stage: TimedStage = "rows"
        self._since = clock.monotonic_seconds()
        self._seconds: dict[TimedStage, float] = defaultdict(float)

    def enter(self, stage: TimedStage) -> None:
        now = self._clock.monotonic_seconds()
        self._seconds[self._stage] += now - self._since
        self._stage, self._since = stage, now

    def heard(self, telling: Telling) -> Telling:
        """`telling`, overheard: its steps enter their stages."""

        def step(name: JourneyStep, done: int, total: int) -> None:
            self.enter(_STAGES[name])
            telling.step(name, done, total)

        return Telling(telling.training, step)

    def ended(self) -> dict[str, float]:
        """Stage → seconds until now."""
        self.enter(self._stage)
        return {stage: round(seconds, 1) for stage, seconds in self._seconds.items()}
