"""What was asked and answered, how each answer came about, and what people thought of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from teaegg.store.schema.base import Base


class ConversationRow(Base):
    __tablename__ = "conversations"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    user: Mapped[str] = mapped_column(String(100), index=True)
    title: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class TurnRow(Base):
    __tablename__ = "turns"
    conversation: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    understood: Mapped[str] = mapped_column(Text)
    trace: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime]


class TraceRow(Base):
    """Everything that led to one answer; `record` is the JSON that `teaegg trace` prints."""

    __tablename__ = "traces"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    user: Mapped[str] = mapped_column(String(100))
    asked_at: Mapped[datetime]
    record: Mapped[dict[str, Any]]
    __table_args__ = (Index("traces_by_user", "user", "asked_at"),)


class FeedbackRow(Base):
    """What somebody thought of the answer of a trace; `corrected` is what it should have said."""

    __tablename__ = "feedback"
    trace: Mapped[str] = mapped_column(
        ForeignKey("traces.id", ondelete="CASCADE"), primary_key=True
    )
    user: Mapped[str] = mapped_column(String(100), primary_key=True)
    helpful: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text, default="")
    corrected: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    __table_args__ = (Index("feedback_by_time", "helpful", "at"),)
