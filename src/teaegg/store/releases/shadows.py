"""What a shadow answered, beside what the current release did: pairs of traces, by question.

Every function is one transaction. Raises StorageError when the database refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from teaegg.core.ids import text_hash
from teaegg.store.database import Database
from teaegg.store.schema.answers import TraceRow
from teaegg.store.schema.releases import ShadowAnswerRow


@dataclass(frozen=True, slots=True)
class ShadowAnswer:
    """A question, told so that it needs no other, as `expert` and the release `baseline` answered it."""

    expert: str
    baseline: str
    question: str
    trace: str
    baseline_trace: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShadowPair:
    """The full records of both answers (`retrieval.tracing`)."""

    candidate: Mapping[str, Any]
    baseline: Mapping[str, Any]


def question_key(question: str) -> str:
    """The same question has the same key, however it is spaced."""
    return text_hash(" ".join(question.split()))


class ShadowRecords:
    """At most one answer to a question of each expert beside each release: the latest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, answer: ShadowAnswer) -> None:
        async with self._database.session() as session:
            await session.merge(
                ShadowAnswerRow(
                    expert=answer.expert,
                    baseline=answer.baseline,
                    question=question_key(answer.question),
                    trace=answer.trace,
                    baseline_trace=answer.baseline_trace,
                    at=answer.at,
                )
            )

    async def pairs(self, expert: str, baseline: str) -> Mapping[str, ShadowPair]:
        """Key of the question → both answers, of those whose traces are still there."""
        ours, theirs = aliased(TraceRow), aliased(TraceRow)
        statement = (
            select(ShadowAnswerRow.question, ours.record, theirs.record)
            .join(ours, ours.id == ShadowAnswerRow.trace)
            .join(theirs, theirs.id == ShadowAnswerRow.baseline_trace)
            .where(ShadowAnswerRow.expert == expert, ShadowAnswerRow.baseline == baseline)
            .order_by(ShadowAnswerRow.at)
        )
        async with self._database.session() as session:
            found = await session.execute(statement)
            return {question: ShadowPair(one, other) for question, one, other in found}
