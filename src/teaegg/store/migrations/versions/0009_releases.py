"""releases: what the gate said, what was let answer by whom, and who stands beside the current one"""

import sqlalchemy as sa
from alembic import op

from teaegg.store.schema.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gate_verdicts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("expert", sa.String(length=64), nullable=False),
        sa.Column("baseline", sa.String(length=64), nullable=False),
        sa.Column("exams", sa.JSON(), nullable=False),
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("passes", sa.Boolean(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["expert"], ["experts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_gate_verdicts_expert", "gate_verdicts", ["expert"])
    releases = op.create_table(
        "releases",
        sa.Column("scene", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("expert", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=64), nullable=True),
        sa.Column("restores", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["expert"], ["experts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["verdict"], ["gate_verdicts.id"]),
        sa.PrimaryKeyConstraint("scene", "number"),
    )
    _add_canaries()
    _take_over(releases)


def _add_canaries() -> None:
    op.create_table(
        "canaries",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scene", sa.String(length=100), nullable=False),
        sa.Column("expert", sa.String(length=64), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("verdict", sa.String(length=64), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("ended_by", sa.String(length=100), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["expert"], ["experts.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["verdict"], ["gate_verdicts.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(
        "one_canary_of_a_scene",
        "canaries",
        ["scene", "shadow"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "shadow_answers",
        sa.Column("expert", sa.String(length=64), nullable=False),
        sa.Column("baseline", sa.String(length=64), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("trace", sa.String(length=40), nullable=False),
        sa.Column("baseline_trace", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["expert"], ["experts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("expert", "baseline", "question"),
    )


def _take_over(releases: sa.Table) -> None:
    """What was released before there was a gate stays released, and can be gone back to."""
    moved = op.get_bind().execute(
        sa.text(
            "SELECT experts.scene, expert_changes.expert, expert_changes.by, expert_changes.at, "
            "expert_changes.why FROM expert_changes JOIN experts "
            "ON experts.id = expert_changes.expert WHERE expert_changes.state = 'released' "
            "ORDER BY experts.scene, expert_changes.at, expert_changes.ordinal"
        ).columns(at=UtcDateTime())
    )
    numbers: dict[str, int] = {}
    for scene, expert, by, at, why in moved.all():
        numbers[scene] = numbers.get(scene, 0) + 1
        op.get_bind().execute(
            releases.insert().values(
                scene=scene, number=numbers[scene], expert=expert, by=by, at=at, why=why
            )
        )


def downgrade() -> None:
    for table in ("shadow_answers", "canaries", "releases", "gate_verdicts"):
        op.drop_table(table)
