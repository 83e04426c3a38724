"""The tables of the records. Changes go through a migration in `store/migrations`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Double,
    ForeignKey,
    Index,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """Timezone-aware UTC on every database: SQLite forgets the zone, reading puts it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[dict[str, Any]]: JSON,
    }


class UserRow(Base):
    __tablename__ = "users"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    display_name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(300), default="")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class GroupRow(Base):
    __tablename__ = "groups"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    created_at: Mapped[datetime]


class MembershipRow(Base):
    __tablename__ = "memberships"
    user: Mapped[str] = mapped_column(
        ForeignKey("users.name", ondelete="CASCADE"), primary_key=True
    )
    group: Mapped[str] = mapped_column(
        ForeignKey("groups.name", ondelete="CASCADE"), primary_key=True
    )


class ApiKeyRow(Base):
    """Only a hash of the key is kept; `prefix` lets a person recognise it."""

    __tablename__ = "api_keys"
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    prefix: Mapped[str] = mapped_column(String(20))
    user: Mapped[str] = mapped_column(ForeignKey("users.name", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class SessionRow(Base):
    """A sign-in of the web page; only a hash of its token is kept."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("users.name", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


class IdentityRow(Base):
    """Who somebody is at a provider: never an address or a name, which may pass to another person."""

    __tablename__ = "identities"
    issuer: Mapped[str] = mapped_column(String(300), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("users.name", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime]


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
