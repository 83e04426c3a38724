"""What the gate found, what was released, and what answers beside a release."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Double, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from teaegg.store.schema.base import Base


class GateVerdictRow(Base):
    """What the gate said of an expert against what was in use (`baseline`, "" for the bare base): by
    which sittings (`exams`), under which policy, and every finding in `record`."""

    __tablename__ = "gate_verdicts"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    expert: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"), index=True)
    baseline: Mapped[str] = mapped_column(String(64))
    exams: Mapped[list[dict[str, Any]]]
    policy: Mapped[str] = mapped_column(String(64))
    passes: Mapped[bool]
    record: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]


class ReleaseRow(Base):
    """Who let which expert answer for a scene, when, why, and by which verdict. Never changed.

    `number` counts from 1 within a scene: the order holds whatever the clock said. `restores` is the
    number of the release that was gone back to. Without either it was released before there was a gate.
    """

    __tablename__ = "releases"
    scene: Mapped[str] = mapped_column(String(100), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    expert: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    verdict: Mapped[str | None] = mapped_column(ForeignKey("gate_verdicts.id"))
    restores: Mapped[int | None]
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500))


class CanaryRow(Base):
    """A candidate that answers beside the current release: a `share` of the askers (0 to 1), or none of
    them (`shadow`), until `ended_at`. `verdict` is what a person approved, None for a shadow."""

    __tablename__ = "canaries"
    number: Mapped[int] = mapped_column(primary_key=True)
    scene: Mapped[str] = mapped_column(String(100))
    expert: Mapped[str] = mapped_column(ForeignKey("experts.id", ondelete="CASCADE"))
    shadow: Mapped[bool]
    share: Mapped[float] = mapped_column(Double)
    verdict: Mapped[str | None] = mapped_column(ForeignKey("gate_verdicts.id"))
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500))
    ended_by: Mapped[str] = mapped_column(String(100), default="")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    __table_args__ = (
        Index(
            "one_canary_of_a_scene",
            "scene",
            "shadow",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class ShadowAnswerRow(Base):
    """One real question as the current release (`baseline`) and its shadow (`expert`) answered it, by
    the traces of both; `question` is its hash. What they said stands in the traces alone."""

    __tablename__ = "shadow_answers"
    expert: Mapped[str] = mapped_column(
        ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True
    )
    baseline: Mapped[str] = mapped_column(String(64), primary_key=True)
    question: Mapped[str] = mapped_column(String(64), primary_key=True)
    trace: Mapped[str] = mapped_column(String(40))
    baseline_trace: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
