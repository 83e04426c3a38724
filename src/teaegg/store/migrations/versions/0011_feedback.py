"""feedback: what people thought of answers, and what these should have said"""

import sqlalchemy as sa
from alembic import op

from teaegg.store.schema.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("trace", sa.String(length=40), nullable=False),
        sa.Column("user", sa.String(length=100), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("corrected", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["trace"], ["traces.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("trace", "user"),
    )
    op.create_index("feedback_by_time", "feedback", ["helpful", "at"])


def downgrade() -> None:
    op.drop_table("feedback")
