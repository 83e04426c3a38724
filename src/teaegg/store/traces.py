"""Traces of answers and the turns of conversations: nothing asked or answered is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from teaegg.store.database import Database
from teaegg.store.schema.answers import ConversationRow, TraceRow, TurnRow


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation, as asked and as understood, and the trace of its answer."""

    question: str
    understood: str
    trace: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    id: str
    title: str
    created_at: datetime


class TraceRecords:
    """Traces belong to the user who asked; nobody else finds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(
        self, trace: str, *, user: str, asked_at: datetime, record: dict[str, Any]
    ) -> None:
        async with self._database.session() as session:
            session.add(TraceRow(id=trace, user=user, asked_at=asked_at, record=record))

    async def get(self, trace: str, *, user: str | None) -> dict[str, Any] | None:
        """The record, or None when there is none or it is another user's; `user` None reads all."""
        statement = select(TraceRow.record).where(TraceRow.id == trace)
        if user is not None:
            statement = statement.where(TraceRow.user == user)
        async with self._database.session() as session:
            return await session.scalar(statement)


class ConversationRecords:
    """Conversations belong to one user; another user's looks as if it were not there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, conversation: str, *, user: str, title: str, created_at: datetime) -> None:
        async with self._database.session() as session:
            session.add(
                ConversationRow(id=conversation, user=user, title=title, created_at=created_at)
            )

    async def exists(self, conversation: str, *, user: str) -> bool:
        statement = select(ConversationRow.id).where(
            ConversationRow.id == conversation, ConversationRow.user == user
        )
        async with self._database.session() as session:
            return await session.scalar(statement) is not None

    async def list(self, *, user: str, limit: int = 50) -> Sequence[Conversation]:
        """Newest first."""
        statement = (
            select(ConversationRow)
            .where(ConversationRow.user == user)
            .order_by(ConversationRow.created_at.desc())
            .limit(limit)
        )
        async with self._database.session() as session:
            rows = (await session.scalars(statement)).all()
        return [Conversation(row.id, row.title, row.created_at) for row in rows]

    async def add_turn(self, conversation: str, turn: Turn) -> None:
        async with self._database.session() as session:
            last = await session.scalar(
                select(func.max(TurnRow.ordinal)).where(TurnRow.conversation == conversation)
            )
            session.add(
                TurnRow(
                    conversation=conversation,
                    ordinal=0 if last is None else last + 1,
                    question=turn.question,
                    understood=turn.understood,
                    trace=turn.trace,
                    asked_at=turn.asked_at,
                )
            )

    async def turns(self, conversation: str, *, user: str) -> Sequence[Turn]:
        """In order; [] when the conversation is another user's or not there."""
        statement = (
            select(TurnRow)
            .join(ConversationRow, ConversationRow.id == TurnRow.conversation)
            .where(TurnRow.conversation == conversation, ConversationRow.user == user)
            .order_by(TurnRow.ordinal)
        )
        async with self._database.session() as session:
            rows = (await session.scalars(statement)).all()
        return [Turn(row.question, row.understood, row.trace, row.asked_at) for row in rows]
