"""What a plan is made of: figures, each with its range, its unit, and how it was got."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Source = Literal[
    "documents", "probe", "pilots", "earlier runs", "settings", "theory", "assumed", "added up"
]
"""`documents`: counted in those of the scene; `probe`: measured on this machine; `earlier runs`: what
experts of this home took; `theory`: follows from the claim; `added up`: from other lines."""
Unit = Literal["", "rows", "documents", "items", "tokens", "seconds", "MiB", "share", "money"]


@dataclass(frozen=True, slots=True)
class Range:
    """A quantity that is not known exactly: 0 <= low <= value <= high. Both ends of a result take the
    ends of what it is made of: wider than chance would make it, never narrower."""

    low: float
    value: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.value <= self.high:
            raise ValueError(f"not in order from 0 on: {self.low}, {self.value}, {self.high}")

    @classmethod
    def exactly(cls, value: float) -> Range:
        return cls(value, value, value)

    @classmethod
    def around(cls, value: float, share: float) -> Range:
        """By a factor of `1 + share` either way, so that a range of speeds is one of times as well."""
        return cls(value / (1 + share), value, value * (1 + share))

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.value + other.value, self.high + other.high)

    def __mul__(self, other: Range | float) -> Range:
        by = other if isinstance(other, Range) else Range.exactly(other)
        return Range(self.low * by.low, self.value * by.value, self.high * by.high)

    def __truediv__(self, other: Range | float) -> Range:
        """Raises ZeroDivisionError where `other` may be 0."""
        by = other if isinstance(other, Range) else Range.exactly(other)
        return Range(self.low / by.high, self.value / by.value, self.high / by.low)

    def at_most(self, bound: float) -> Range:
        return Range(min(self.low, bound), min(self.value, bound), min(self.high, bound))


class Figure(BaseModel):
    """One line of a plan. `key` names it for good: plans are compared with what came of them by it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str
    low: float
    value: float
    high: float
    unit: Unit
    source: Source
    note: str = ""

    @classmethod
    def of(cls, key: str, found: Range, unit: Unit, source: Source, note: str = "") -> Figure:
        return cls(
            key=key,
            low=found.low,
            value=found.value,
            high=found.high,
            unit=unit,
            source=source,
            note=note,
        )


class Plan(BaseModel):
    """What was planned for a scene, for whom and when. `rows` are those that it wants, `recipe` is how it
    would be trained; `device` on what: "cpu", the name of a graphics card, or "" where nothing here can.
    `measured_at` is when the probe ran. `advice` is what to do about what is short."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scene: str
    actor: str
    made_at: datetime
    code: str
    rows: int
    recipe: Mapping[str, Any]
    device: str
    measured_at: datetime
    currency: str
    figures: tuple[Figure, ...]
    advice: tuple[str, ...] = ()

    def figure(self, key: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.key == key), None)
