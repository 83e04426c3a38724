"""experts say which withdrawn one they were made again for"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default stays: taking it away would have SQLite drop the table and with it what refers to it.
    op.add_column("experts", sa.Column("remakes", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("experts", "remakes")
