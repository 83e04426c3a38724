"""Exams, who reviewed their items, who sat them, what was said and how it was graded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from teaegg.store.schema.base import Base


class ExamRow(Base):
    """One version of an exam, named by the hash of its content; `record` is that content."""

    __tablename__ = "exams"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(63))
    version: Mapped[int]
    scene: Mapped[str] = mapped_column(String(100), default="", index=True)
    record: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(500), default="")
    __table_args__ = (UniqueConstraint("name", "version", name="one_exam_of_a_version"),)


class ExamDocumentRow(Base):
    """Of which documents an exam tells, by their ids or by what else an imported file calls them."""

    __tablename__ = "exam_documents"
    exam: Mapped[str] = mapped_column(ForeignKey("exams.id", ondelete="CASCADE"), primary_key=True)
    document: Mapped[str] = mapped_column(String(40), primary_key=True)
    __table_args__ = (Index("exams_by_document", "document"),)


class ExamSignatureRow(Base):
    """A person has reviewed an item, named by its hash, and stands for its key."""

    __tablename__ = "exam_signatures"
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(500), default="")


class SittingRow(Base):
    """One examinee at one exam. `expert` is the id of the expert that sat ("": none), `shadow` whether
    it answered real questions beside the one in use; `finished_at` is None while items are missing."""

    __tablename__ = "sittings"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    exam: Mapped[str] = mapped_column(ForeignKey("exams.id"), index=True)
    target: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(200))
    expert: Mapped[str] = mapped_column(String(64), default="", index=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    shadow: Mapped[bool] = mapped_column(default=False)
    by: Mapped[str] = mapped_column(String(100))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None] = mapped_column(default=None)


class SittingResponseRow(Base):
    """What was said to one item (by its hash), as it came."""

    __tablename__ = "sitting_responses"
    sitting: Mapped[str] = mapped_column(
        ForeignKey("sittings.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    record: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class ExamGradeRow(Base):
    """How a judge graded one response: a model by its name, or a person; `record` holds the points."""

    __tablename__ = "exam_grades"
    sitting: Mapped[str] = mapped_column(
        ForeignKey("sittings.id", ondelete="CASCADE"), primary_key=True
    )
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    grader: Mapped[str] = mapped_column(String(200), primary_key=True)
    is_person: Mapped[bool]
    record: Mapped[dict[str, Any]]
    at: Mapped[datetime]
