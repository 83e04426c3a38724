"""What people thought of answers, and how their talks went on: where exams and readiness look first.

The scene of an answer is that of the expert that gave it; answers without an expert are of none.
Every function is one transaction. Raises StorageError when the database refuses.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from teaegg.store.database import Database
from teaegg.store.schema.answers import FeedbackRow, TraceRow, TurnRow
from teaegg.store.schema.experts import ExpertRow

_EXPERT = TraceRow.record["expert"].as_string()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What `user` thought of the answer of `trace`; `corrected` is what it should have said ("": not
    said). One person's newer feedback on an answer replaces the older."""

    trace: str
    user: str
    helpful: bool
    at: datetime
    comment: str = ""
    corrected: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """Feedback beside what it is about. `scene` is "" where no expert answered."""

    feedback: Feedback
    question: str
    answer: str
    scene: str


@dataclass(frozen=True, slots=True)
class AskedTurn:
    """One turn of a talk: which talk, when, and the verdict of the answer."""

    conversation: str
    ordinal: int
    asked_at: datetime
    verdict: str


class FeedbackRecords:
    """Feedback by trace. Whoever calls has asked whether the trace may be read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, feedback: Feedback) -> None:
        async with self._database.session() as session:
            await session.merge(
                FeedbackRow(
                    trace=feedback.trace,
                    user=feedback.user,
                    helpful=feedback.helpful,
                    comment=feedback.comment,
                    corrected=feedback.corrected,
                    at=feedback.at,
                )
            )

    async def take_back(self, trace: str, *, user: str) -> None:
        async with self._database.session() as session:
            await session.execute(
                delete(FeedbackRow).where(FeedbackRow.trace == trace, FeedbackRow.user == user)
            )

    async def of(self, traces: Collection[str], *, user: str) -> Mapping[str, Feedback]:
        """The user's own feedback on these answers, by trace."""
        statement = select(FeedbackRow).where(
            FeedbackRow.trace.in_(traces), FeedbackRow.user == user
        )
        async with self._database.session() as session:
            return {row.trace: _feedback(row) for row in await session.scalars(statement)}

    async def list(
        self, *, helpful: bool | None = None, scene: str | None = None, limit: int | None = None
    ) -> tuple[Judged, ...]:
        """Newest first; of all where `helpful` and `scene` are None. `scene` "" asks for answers that
        no expert gave."""
        found = func.coalesce(ExpertRow.scene, "")
        statement = (
            select(FeedbackRow, TraceRow.record, found)
            .join(TraceRow, TraceRow.id == FeedbackRow.trace)
            .outerjoin(ExpertRow, ExpertRow.id == _EXPERT)
            .order_by(FeedbackRow.at.desc(), FeedbackRow.trace)
            .limit(limit)
        )
        if helpful is not None:
            statement = statement.where(FeedbackRow.helpful == helpful)
        if scene is not None:
            statement = statement.where(found == scene)
        async with self._database.session() as session:
            return tuple(
                Judged(_feedback(row), record["question"], record["answer"], of_scene)
                for row, record, of_scene in await session.execute(statement)
            )

    async def answers(self, scene: str) -> int:
        """How many answers the scene's experts have given."""
        statement = select(func.count()).select_from(TraceRow).where(_is_of(scene))
        async with self._database.session() as session:
            return await session.scalar(statement) or 0

    async def turns(self, scene: str) -> tuple[AskedTurn, ...]:
        """The turns that the scene's experts answered, talk by talk, each in its order."""
        statement = (
            select(
                TurnRow.conversation,
                TurnRow.ordinal,
                TurnRow.asked_at,
                TraceRow.record["verdict"].as_string(),
            )
            .join(TraceRow, TraceRow.id == TurnRow.trace)
            .where(_is_of(scene))
            .order_by(TurnRow.conversation, TurnRow.ordinal)
        )
        async with self._database.session() as session:
            return tuple(AskedTurn(*row) for row in await session.execute(statement))


def _is_of(scene: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = _EXPERT.in_(
        select(ExpertRow.id).where(ExpertRow.scene == scene)
    )
    return condition


def _feedback(row: FeedbackRow) -> Feedback:
    return Feedback(row.trace, row.user, row.helpful, row.at, row.comment, row.corrected)
