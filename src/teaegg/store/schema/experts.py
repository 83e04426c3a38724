"""Experts, the rows and documents that taught them, and what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from teaegg.store.schema.base import Base


class DatasetRow(Base):
    """Rows to learn from, named by their hash: `file` holds them, `recipe` says how they were made."""

    __tablename__ = "datasets"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    scene: Mapped[str] = mapped_column(String(100), index=True)
    teacher: Mapped[str] = mapped_column(String(200), default="")
    recipe: Mapped[str] = mapped_column(Text, default="")
    rows: Mapped[int]
    file: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]


class DatasetDocumentRow(Base):
    """A document that a dataset speaks of. `swept`: it was forgotten, and its rows have been deleted."""

    __tablename__ = "dataset_documents"
    dataset: Mapped[str] = mapped_column(
        ForeignKey("datasets.hash", ondelete="CASCADE"), primary_key=True
    )
    document: Mapped[str] = mapped_column(String(40), primary_key=True)
    forgotten_at: Mapped[datetime | None] = mapped_column(default=None)
    swept: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (Index("datasets_by_document", "document"),)


class ExpertRow(Base):
    """An expert as it was registered, and the state it is in; its files lie beside the database.

    `collections` and `title` are its scene's, `training` and `code` what made it; `remakes` is the id
    of the withdrawn expert that it was made again for, "" for none.
    """

    __tablename__ = "experts"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    scene: Mapped[str] = mapped_column(String(100), index=True)
    title: Mapped[str] = mapped_column(Text, default="")
    collections: Mapped[list[str]] = mapped_column(default=list)
    base: Mapped[str] = mapped_column(String(64))
    adapter: Mapped[str] = mapped_column(String(64))
    template: Mapped[str] = mapped_column(String(40))
    instructions: Mapped[str] = mapped_column(Text, default="")
    max_tokens: Mapped[int]
    dataset: Mapped[str] = mapped_column(ForeignKey("datasets.hash"), index=True)
    recipe: Mapped[str] = mapped_column(String(64))
    training: Mapped[dict[str, Any]] = mapped_column(default=dict)
    code: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[str] = mapped_column(String(20))
    registered_at: Mapped[datetime]
    remakes: Mapped[str] = mapped_column(String(64), default="", server_default="")
    # The database itself holds that a scene has one release at most, whoever writes at the same time.
    __table_args__ = (
        Index(
            "one_release_of_a_scene",
            "scene",
            unique=True,
            sqlite_where=text("state = 'released'"),
            postgresql_where=text("state = 'released'"),
        ),
    )


class ExpertDocumentRow(Base):
    """A document that taught an expert, as it was then; whether it is still there is not said here."""

    __tablename__ = "expert_documents"
    expert: Mapped[str] = mapped_column(
        ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True
    )
    document: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[str] = mapped_column(String(64))
    collection: Mapped[str] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(String(150))
    title: Mapped[str] = mapped_column(Text)
    __table_args__ = (Index("experts_by_document", "document"),)


class ExpertChangeRow(Base):
    """Who moved an expert to a state, when and why; `ordinal` counts from 0, its registration."""

    __tablename__ = "expert_changes"
    expert: Mapped[str] = mapped_column(
        ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500), default="")


class ExpertWideningRow(Base):
    """An owner opened an expert to a group or user beyond those who may read all that taught it."""

    __tablename__ = "expert_widenings"
    expert: Mapped[str] = mapped_column(
        ForeignKey("experts.id", ondelete="CASCADE"), primary_key=True
    )
    grantee_kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    grantee: Mapped[str] = mapped_column(String(100), primary_key=True)
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(500))
