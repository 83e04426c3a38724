"""sources can be paused, and say what to do about an error"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("remedy", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.alter_column("paused", server_default=None)
        batch_op.alter_column("remedy", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.drop_column("remedy")
        batch_op.drop_column("paused")
