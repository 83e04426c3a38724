"""experts: what taught them, who may use them, what became of them"""

import sqlalchemy as sa
from alembic import op

from teaegg.store.schema.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "datasets",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scene", sa.String(length=100), nullable=False),
        sa.Column("teacher", sa.String(length=200), nullable=False),
        sa.Column("recipe", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("ix_datasets_scene", "datasets", ["scene"])
    op.create_table(
        "dataset_documents",
        sa.Column("dataset", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("forgotten_at", UtcDateTime(), nullable=True),
        sa.Column("swept", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dataset"], ["datasets.hash"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dataset", "document"),
    )
    op.create_index("datasets_by_document", "dataset_documents", ["document"])
    op.create_table(
        "experts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("scene", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("collections", sa.JSON(), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("adapter", sa.String(length=64), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("max_tokens", sa.Integer(), nullable=False),
        sa.Column("dataset", sa.String(length=64), nullable=False),
        sa.Column("recipe", sa.String(length=64), nullable=False),
        sa.Column("training", sa.JSON(), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["dataset"], ["datasets.hash"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_experts_scene", "experts", ["scene"])
    op.create_index("ix_experts_dataset", "experts", ["dataset"])
    released = sa.text("state = 'released'")
    op.create_index(
        "one_release_of_a_scene",
        "experts",
        ["scene"],
        unique=True,
        sqlite_where=released,
        postgresql_where=released,
    )
    op.create_table(
        "expert_documents",
        sa.Column("expert", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("collection", sa.String(length=100), nullable=False),
        sa.Column("scope", sa.String(length=150), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["expert"], ["experts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("expert", "document"),
    )
    op.create_index("experts_by_document", "expert_documents", ["document"])
    op.create_table(
        "expert_changes",
        sa.Column("expert", sa.String(length=64), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["expert"], ["experts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("expert", "ordinal"),
    )
    op.create_table(
        "expert_widenings",
        sa.Column("expert", sa.String(length=64), nullable=False),
        sa.Column("grantee_kind", sa.String(length=10), nullable=False),
        sa.Column("grantee", sa.String(length=100), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["expert"], ["experts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("expert", "grantee_kind", "grantee"),
    )


def downgrade() -> None:
    for table in (
        "expert_widenings",
        "expert_changes",
        "expert_documents",
        "experts",
        "dataset_documents",
        "datasets",
    ):
        op.drop_table(table)
