"""What becomes of exams when a document is forgotten, inside the transaction that forgets it.

An exam is named by the hash of its content, so an item cannot be taken out of a version: the versions that
hold it go, with all that was said to them, and a new one without it takes their place.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from teaegg.core.exams import Exam, ExamItem
from teaegg.store.schema.exams import (
    ExamDocumentRow,
    ExamGradeRow,
    ExamRow,
    ExamSignatureRow,
    SittingResponseRow,
    SittingRow,
)

_ID_LENGTH = 40
"""Whatever is longer is no document of ours."""


async def put_exam(
    session: AsyncSession, exam: Exam, version: int, *, by: str, at: datetime, note: str
) -> ExamRow:
    """A row for the exam, and for every document that its items tell of."""
    row = ExamRow(
        id=exam.hash,
        name=exam.name,
        version=version,
        scene=exam.scene,
        record=exam.model_dump(mode="json"),
        by=by,
        at=at,
        note=note,
    )
    session.add(row)
    await session.flush()
    told = {document for item in exam.items for document in item.documents}
    ids = sorted(name for name in told if len(name) <= _ID_LENGTH)
    session.add_all(ExamDocumentRow(exam=row.id, document=name) for name in ids)
    await session.flush()
    return row


async def newest_version(session: AsyncSession, name: str) -> ExamRow | None:
    statement = select(ExamRow).where(ExamRow.name == name).order_by(ExamRow.version.desc())
    return await session.scalar(statement.limit(1))


async def drop_items_of(
    session: AsyncSession, documents: Sequence[str], *, by: str, at: datetime
) -> None:
    """Take the items that tell of one of `documents` out of every exam, with what was said to them."""
    told = select(ExamDocumentRow.exam).where(ExamDocumentRow.document.in_(documents))
    affected = list(await session.scalars(select(ExamRow).where(ExamRow.id.in_(told))))
    renewed = []
    for name in sorted({row.name for row in affected}):
        newest = await newest_version(session, name)
        if newest is not None and newest in affected:
            renewed.append((Exam.model_validate(newest.record), newest.version + 1))
    dropped = {
        item.hash
        for row in affected
        for item in Exam.model_validate(row.record).items
        if _tells_of(item, documents)
    }
    await _delete(session, [row.id for row in affected], dropped)
    for exam, version in renewed:
        await _renew(session, exam, version, documents, by=by, at=at)


async def _renew(
    session: AsyncSession,
    exam: Exam,
    version: int,
    documents: Collection[str],
    *,
    by: str,
    at: datetime,
) -> None:
    """The exam without those items as its next version; none where nothing is left to ask."""
    kept = tuple(item for item in exam.items if not _tells_of(item, documents))
    if not kept:
        return
    gone = len(exam.items) - len(kept)
    note = f"{gone} items went with documents that were forgotten"
    left = exam.model_copy(update={"items": kept})
    # An older version may have said just this; it is the newest again then.
    moved = await session.execute(
        update(ExamRow)
        .where(ExamRow.id == left.hash)
        .values(version=version, by=by, at=at, note=note)
        .returning(ExamRow.id)
        .execution_options(synchronize_session=False)
    )
    if moved.first() is None:
        await put_exam(session, left, version, by=by, at=at, note=note)


async def _delete(session: AsyncSession, exams: Sequence[str], items: Collection[str]) -> None:
    sittings = select(SittingRow.id).where(SittingRow.exam.in_(exams)).scalar_subquery()
    for statement in (
        delete(ExamGradeRow).where(ExamGradeRow.sitting.in_(sittings)),
        delete(SittingResponseRow).where(SittingResponseRow.sitting.in_(sittings)),
        delete(SittingRow).where(SittingRow.exam.in_(exams)),
        delete(ExamSignatureRow).where(ExamSignatureRow.item.in_(sorted(items))),
        delete(ExamDocumentRow).where(ExamDocumentRow.exam.in_(exams)),
        delete(ExamRow).where(ExamRow.id.in_(exams)),
    ):
        await session.execute(statement.execution_options(synchronize_session=False))
    session.expunge_all()


def _tells_of(item: ExamItem, documents: Collection[str]) -> bool:
    return not item.documents.isdisjoint(documents)
