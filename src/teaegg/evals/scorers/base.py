"""What a scorer gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from teaegg.core.exams import ExamItem, Response


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is from 0 to 1; `parts` are measures beside it, each from 0 to 1, by name (f1, exact,
    citation_recall …); `why` says in a few words what was found, for whoever opens the item."""

    value: float
    parts: Mapping[str, float] = field(default_factory=dict)
    why: str = ""


Scorer = Callable[[ExamItem, Response], Score]
"""Pure: the same response always scores the same."""
