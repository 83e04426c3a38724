"""What is known of a scene, and what is asked of it, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from teaegg.core.exams import Area
from teaegg.evals.friction import Friction

AREAS: tuple[Area, ...] = get_args(Area)
Demand = Literal[
    "documents",
    "readable",
    "owner",
    "rows",
    "exam",
    "grounding",
    "refusal",
    "safety",
    "general",
    "signed",
    "expert",
    "gate",
    "released",
    "answers",
    "thumbs",
    "abandoned",
    "follow_ups",
    "corrected",
]


@dataclass(frozen=True, slots=True)
class Limits:
    """What is asked beyond the gate's policy. Starting points that a company may change, not findings.

    `documents`: so few teach nothing that lasts. `answers` to real questions, before which thumbs and
    talks say nothing. Shares are from 0 to 1; `follow_ups` is a mean of a talk.
    """

    documents: int = 10
    answers: int = 30
    down: float = 0.1
    abandoned: float = 0.2
    follow_ups: float = 1.0
    corrected: float = 0.1


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a scene. `file` is its scene file ("": none was named).

    `documents` can be read, `quarantined` ones cannot. `rows` are those of its largest dataset.
    `exams` are the names of its exams; `signed` and `unsigned` count their items by area, `needed` is
    how many the gate's policy asks for. `owner` is the person named in the scene ("": nobody),
    `owner_known` whether that is an account in force. `passed`: the gate let its newest expert pass
    (None: it was not asked).
    """

    scene: str
    file: str = ""
    collections: tuple[str, ...] = ()
    documents: int = 0
    quarantined: int = 0
    rows: int = 0
    rows_wanted: int = 0
    exams: tuple[str, ...] = ()
    signed: Mapping[Area, int] = field(default_factory=dict)
    unsigned: Mapping[Area, int] = field(default_factory=dict)
    needed: Mapping[Area, int] = field(default_factory=dict)
    owner: str = ""
    owner_known: bool = False
    expert: str = ""
    passed: bool | None = None
    released: str = ""
    friction: Friction = field(default_factory=Friction)


@dataclass(frozen=True, slots=True)
class Line:
    """One demand: whether it is met, `weight` of it, the figures that a sentence about it shows, and
    the command that changes it ("": none does)."""

    demand: Demand
    met: bool
    weight: int
    figures: Mapping[str, str]
    command: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """The checklist in the order in which the demands are best met."""

    scene: str
    lines: tuple[Line, ...]

    @property
    def score(self) -> int:
        """From 0 to 100: the weights of the demands that are met, as a share of all weights."""
        total = sum(line.weight for line in self.lines)
        return round(100 * sum(line.weight for line in self.lines if line.met) / total)

    @property
    def next(self) -> Line | None:
        """The first demand that is not met: what comes after builds on it. None: nothing is left."""
        return next((line for line in self.lines if not line.met), None)
