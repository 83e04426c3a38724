"""exam documents: which documents the items of an exam tell of, so that forgetting one finds them"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    told = op.create_table(
        "exam_documents",
        sa.Column("exam", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["exam"], ["exams.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("exam", "document"),
    )
    op.create_index("exams_by_document", "exam_documents", ["document"])
    kept = op.get_bind().execute(sa.text("SELECT id, record FROM exams")).all()
    rows = [
        {"exam": exam, "document": document}
        for exam, record in kept
        for document in sorted(_told(json.loads(record) if isinstance(record, str) else record))
    ]
    if rows:
        op.bulk_insert(told, rows)


def downgrade() -> None:
    op.drop_table("exam_documents")


def _told(exam: Any) -> set[str]:
    """What `core.exams.ExamItem.documents` says, of all items, as it was when this was written."""
    named = [item["document"] for item in exam["items"]]
    shown = [passage["document"] for item in exam["items"] for passage in item["passages"]]
    return {document for document in (*named, *shown) if 0 < len(document) <= 40}
