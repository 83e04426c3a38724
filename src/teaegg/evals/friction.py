"""Friction: how hard people had to work for what they got, from their real talks.

A follow-up is any further question of the same talk. A talk is abandoned when its last answer was none
(the documents do not say, or nothing could be verified) and its asker left it at that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from teaegg.store.exams.feedback import AskedTurn, Feedback


@dataclass(frozen=True, slots=True)
class Friction:
    """Counts. `corrected` answers were given another text by a person, `up` and `down` are thumbs."""

    answers: int = 0
    talks: int = 0
    follow_ups: int = 0
    abandoned: int = 0
    up: int = 0
    down: int = 0
    corrected: int = 0

    @property
    def follow_ups_of_a_talk(self) -> float:
        return self.follow_ups / self.talks if self.talks else 0.0

    @property
    def abandoned_share(self) -> float:
        return self.abandoned / self.talks if self.talks else 0.0

    @property
    def down_share(self) -> float:
        """Of the thumbs, not of the answers: who says nothing is neither pleased nor displeased."""
        thumbs = self.up + self.down
        return self.down / thumbs if thumbs else 0.0

    @property
    def corrected_share(self) -> float:
        return self.corrected / self.answers if self.answers else 0.0


def friction(answers: int, turns: Iterable[AskedTurn], feedback: Sequence[Feedback]) -> Friction:
    """Of `answers` in all, those of talks in `turns`, and what people said of any of them."""
    talks: dict[str, list[AskedTurn]] = defaultdict(list)
    for turn in turns:
        talks[turn.conversation].append(turn)
    last = [max(talk, key=lambda turn: turn.ordinal) for talk in talks.values()]
    return Friction(
        answers=answers,
        talks=len(talks),
        follow_ups=sum(len(talk) - 1 for talk in talks.values()),
        abandoned=sum(turn.verdict != "answered" for turn in last),
        up=sum(said.helpful for said in feedback),
        down=sum(not said.helpful for said in feedback),
        corrected=len({said.trace for said in feedback if said.corrected}),
    )
