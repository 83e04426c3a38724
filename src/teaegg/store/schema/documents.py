"""What was learned, from where, and who may read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from teaegg.store.schema.base import Base


class CollectionRow(Base):
    __tablename__ = "collections"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    created_at: Mapped[datetime]


class GrantRow(Base):
    """Group or user `grantee` may read collection or document `target`; the row is the reason."""

    __tablename__ = "grants"
    grantee_kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    grantee: Mapped[str] = mapped_column(String(100), primary_key=True)
    target_kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    target: Mapped[str] = mapped_column(String(100), primary_key=True)
    granted_by: Mapped[str] = mapped_column(String(100))
    granted_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(500), default="")


class DocumentRow(Base):
    """`root` names the source it was found in, so that vanished files are noticed; `mark` what the
    source said of its state, so that unchanged ones are; `permissions` who might read it there.

    `version` names the blob of the original bytes, `parsed` that of what was understood of them.
    """

    __tablename__ = "documents"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    collection: Mapped[str] = mapped_column(String(100), index=True)
    source: Mapped[str] = mapped_column(Text)
    root: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(100))
    version: Mapped[str] = mapped_column(String(64))
    parsed: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(20), index=True)
    restricted: Mapped[bool]
    size_bytes: Mapped[int]
    mark: Mapped[str] = mapped_column(Text, default="")
    permissions: Mapped[str] = mapped_column(Text, default="")
    passages: Mapped[int]
    learned_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[list[str]] = mapped_column(default=list)
    __table_args__ = (
        Index("documents_by_root", "collection", "root"),
        Index("documents_by_version", "version"),
    )


class RevisionRow(Base):
    """How often the records of kind `name` have changed in what is kept in memory of them."""

    __tablename__ = "revisions"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class SourceRow(Base):
    """A source that is kept in step, and how that went last time."""

    __tablename__ = "sources"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    collection: Mapped[str] = mapped_column(String(100))
    schedule: Mapped[str] = mapped_column(String(40), default="")
    permissions: Mapped[str] = mapped_column(String(10), default="record")
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]
    tried_at: Mapped[datetime | None] = mapped_column(default=None)
    succeeded_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(Text, default="")
    remedy: Mapped[str] = mapped_column(Text, default="")
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    paused: Mapped[bool] = mapped_column(default=False)
