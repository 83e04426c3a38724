"""The records of exams and of who signed their items. Every function is one transaction.

Exams hold what documents say: whoever reads them here has been found to be an owner before. Raises
StorageError when the database refuses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select

from teaegg.core.errors import ConflictError
from teaegg.core.exams import Exam
from teaegg.store.database import Database
from teaegg.store.exams.changes import newest_version, put_exam
from teaegg.store.experts.changes import require_documents
from teaegg.store.schema.exams import ExamRow, ExamSignatureRow

_LEAST_DIGITS = 8
"""So many digits of an id name it as long as no other begins with them."""


@dataclass(frozen=True, slots=True)
class ExamVersion:
    """An exam as it was kept; `id` is its hash, `version` counts from 1 within its name."""

    id: str
    exam: Exam
    version: int
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """`by` has reviewed the item of this hash and stands for its key."""

    item: str
    by: str
    at: datetime
    note: str = ""


class ExamRecords:
    """Exams by id, or by name and version."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self,
        exam: Exam,
        *,
        by: str,
        at: datetime,
        note: str = "",
        after: str | None = None,
        documents: Collection[str] = (),
    ) -> ExamVersion:
        """`exam` as the next version of its name; what is the newest already stays as it was kept.

        A hash names one version only: what an earlier one said, word for word, is the newest again, with
        all that was said to it, under the next number.

        `after` is the id of the version that was edited: raises ConflictError when another one has
        come since, so that nobody's edit is lost. So it does when one of `documents`, from which it was
        made, is not there any more.
        """
        async with self._database.session() as session:
            newest = await newest_version(session, exam.name)
            if newest is not None and newest.id == exam.hash:
                return _version(newest)
            if after is not None and newest is not None and newest.id != after:
                raise ConflictError(
                    f"The exam {exam.name} has been changed meanwhile, by {newest.by}: it is at "
                    f"version {newest.version} now.",
                    remedy=f"Look at it (`teaegg exam show {exam.name}`) and edit that one.",
                )
            version = newest.version + 1 if newest else 1
            row = await session.get(ExamRow, exam.hash)
            if row is None:
                row = await put_exam(session, exam, version, by=by, at=at, note=note)
            else:
                row.version, row.by, row.at, row.note = version, by, at, note
            # Last, when the transaction holds its lock: whoever forgets waits, and finds the exam.
            await require_documents(session, documents)
            return _version(row)

    async def called(self, name: str, version: int | None = None) -> tuple[ExamVersion, ...]:
        """Those of that name, the newest first, or the one whose id is or begins with it."""
        meant = or_(ExamRow.name == name, ExamRow.id == name)
        if len(name) >= _LEAST_DIGITS:
            meant = or_(meant, ExamRow.id.startswith(name, autoescape=True))
        statement = select(ExamRow).where(meant).order_by(ExamRow.name, ExamRow.version.desc())
        if version is not None:
            statement = statement.where(ExamRow.version == version)
        async with self._database.session() as session:
            return tuple(_version(row) for row in await session.scalars(statement))

    async def newest(self, scene: str | None = None) -> tuple[ExamVersion, ...]:
        """The newest version of every exam, by name; with `scene` only those that examine it."""
        last = (
            select(ExamRow.name, func.max(ExamRow.version).label("version"))
            .group_by(ExamRow.name)
            .subquery()
        )
        statement = (
            select(ExamRow)
            .join(last, (ExamRow.name == last.c.name) & (ExamRow.version == last.c.version))
            .order_by(ExamRow.name)
        )
        if scene is not None:
            statement = statement.where(ExamRow.scene == scene)
        async with self._database.session() as session:
            return tuple(_version(row) for row in await session.scalars(statement))

    async def sign(self, signatures: Sequence[Signature]) -> None:
        """The first signature of an item is kept: signing again changes nothing."""
        async with self._database.session() as session:
            for signature in signatures:
                if await session.get(ExamSignatureRow, signature.item) is None:
                    session.add(
                        ExamSignatureRow(
                            item=signature.item,
                            by=signature.by,
                            at=signature.at,
                            note=signature.note,
                        )
                    )

    async def unsign(self, items: Collection[str]) -> int:
        """Take signatures back; how many there were."""
        statement = (
            delete(ExamSignatureRow)
            .where(ExamSignatureRow.item.in_(items))
            .returning(ExamSignatureRow.item)
        )
        async with self._database.session() as session:
            return len((await session.execute(statement)).all())

    async def signatures(self, items: Iterable[str]) -> Mapping[str, Signature]:
        """Item hash → its signature, of those that are signed."""
        wanted = frozenset(items)
        async with self._database.session() as session:
            rows = await session.scalars(select(ExamSignatureRow))
            return {
                row.item: Signature(row.item, row.by, row.at, row.note)
                for row in rows
                if row.item in wanted
            }


def _version(row: ExamRow) -> ExamVersion:
    exam = Exam.model_validate(row.record)
    return ExamVersion(row.id, exam, row.version, row.by, row.at, row.note)
