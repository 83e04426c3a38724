"""sources: any kind of them beside folders, each with a schedule and what came of it"""

import sqlalchemy as sa
from alembic import op

from teaegg.store.schema.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("collection", sa.String(length=100), nullable=False),
        sa.Column("schedule", sa.String(length=40), nullable=False),
        sa.Column("permissions", sa.String(length=10), nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("succeeded_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mark", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("permissions", sa.Text(), nullable=False, server_default=""))
    # Files learned before stay known: their mark is made of what was remembered of them.
    op.execute(
        "UPDATE documents SET mark = CAST(modified_ns AS TEXT) || ':' || CAST(size_bytes AS TEXT)"
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.alter_column("mark", server_default=None)
        batch_op.alter_column("permissions", server_default=None)
        batch_op.drop_column("modified_ns")
        batch_op.create_index("documents_by_root", ["collection", "root"], unique=False)
        batch_op.create_index("documents_by_version", ["version"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index("documents_by_version")
        batch_op.drop_index("documents_by_root")
        batch_op.add_column(
            sa.Column("modified_ns", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.drop_column("permissions")
        batch_op.drop_column("mark")
    op.drop_table("sources")
