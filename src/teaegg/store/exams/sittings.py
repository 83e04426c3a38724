"""Who sat an exam and what was said: kept as it comes, so that nothing is asked, or paid, twice.

A sitting is named by what decides it. So the same exam, examinee and settings go on where they stood.
Every function is one transaction. Raises StorageError when the database refuses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from teaegg.core.exams import Response
from teaegg.core.ids import text_hash
from teaegg.store.database import Database
from teaegg.store.schema.exams import ExamGradeRow, SittingResponseRow, SittingRow


@dataclass(frozen=True, slots=True)
class Sitting:
    """One examinee at one exam. `target` is what people call it, `fingerprint` what it exactly is;
    `expert` is the id of the expert that sat, "" for none; `settings` is all else that decides what
    is said (prompt form, examples, limits). `shadow`: it answered real questions beside the one in
    use, and nobody was shown what it said."""

    exam: str
    target: str
    fingerprint: str
    by: str
    started_at: datetime
    expert: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    shadow: bool = False
    finished_at: datetime | None = None

    @property
    def id(self) -> str:
        content = [self.exam, self.target, self.fingerprint, self.expert, self.shadow]
        return text_hash(json.dumps([*content, dict(self.settings)], sort_keys=True))


@dataclass(frozen=True, slots=True)
class Grade:
    """How `grader` (a model by name, or a person) graded a response: each point of the rubric from 0
    to 1, in its order, and why."""

    item: str
    grader: str
    points: tuple[float, ...]
    at: datetime
    why: str = ""
    is_person: bool = False


class SittingRecords:
    """Sittings, their responses and grades."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, sitting: Sitting) -> Sitting:
        """Keep it, or return it as it was begun before."""
        async with self._database.session() as session:
            known = await session.get(SittingRow, sitting.id)
            if known is not None:
                return _sitting(known)
            session.add(
                SittingRow(
                    id=sitting.id,
                    exam=sitting.exam,
                    target=sitting.target,
                    fingerprint=sitting.fingerprint,
                    expert=sitting.expert,
                    settings=dict(sitting.settings),
                    shadow=sitting.shadow,
                    by=sitting.by,
                    started_at=sitting.started_at,
                )
            )
            return sitting

    async def add(self, sitting: str, responses: Sequence[Response], *, at: datetime) -> None:
        """What came, durably; a response to the same item replaces the one before."""
        async with self._database.session() as session:
            for response in responses:
                await session.merge(
                    SittingResponseRow(
                        sitting=sitting,
                        item=response.item,
                        record=response.model_dump(mode="json", exclude_defaults=True),
                        at=at,
                    )
                )

    async def finish(self, sitting: str, *, at: datetime) -> None:
        """All of its items are answered; the first time counts."""
        async with self._database.session() as session:
            await session.execute(
                update(SittingRow)
                .where(SittingRow.id == sitting, SittingRow.finished_at.is_(None))
                .values(finished_at=at)
            )

    async def responses(self, sitting: str) -> Mapping[str, Response]:
        """Item hash → what was said."""
        statement = select(SittingResponseRow.record).where(SittingResponseRow.sitting == sitting)
        async with self._database.reading() as connection:
            found = [
                Response.model_validate(row.record) for row in await connection.execute(statement)
            ]
        return {response.item: response for response in found}

    async def of_exam(self, exam: str) -> tuple[Sitting, ...]:
        """All sittings of a version of an exam, the newest first."""
        return await self._select(SittingRow.exam == exam)

    async def of_expert(self, expert: str) -> tuple[Sitting, ...]:
        return await self._select(SittingRow.expert == expert)

    async def called(self, name: str) -> tuple[Sitting, ...]:
        """Those whose id begins with `name`."""
        return await self._select(SittingRow.id.startswith(name, autoescape=True))

    async def answered(self, sitting: str) -> int:
        """To how many items something was said."""
        statement = (
            select(func.count())
            .select_from(SittingResponseRow)
            .where(SittingResponseRow.sitting == sitting)
        )
        async with self._database.session() as session:
            return await session.scalar(statement) or 0

    async def grade(self, sitting: str, grades: Sequence[Grade]) -> None:
        """The same grader's newer grade of an item replaces the older."""
        async with self._database.session() as session:
            for grade in grades:
                await session.merge(
                    ExamGradeRow(
                        sitting=sitting,
                        item=grade.item,
                        grader=grade.grader,
                        is_person=grade.is_person,
                        record={"points": list(grade.points), "why": grade.why},
                        at=grade.at,
                    )
                )

    async def grades(self, sitting: str) -> tuple[Grade, ...]:
        statement = (
            select(ExamGradeRow)
            .where(ExamGradeRow.sitting == sitting)
            .order_by(ExamGradeRow.item, ExamGradeRow.grader)
        )
        async with self._database.session() as session:
            return tuple(
                Grade(
                    row.item,
                    row.grader,
                    tuple(row.record["points"]),
                    row.at,
                    row.record["why"],
                    row.is_person,
                )
                for row in await session.scalars(statement)
            )

    async def _select(self, condition: Any) -> tuple[Sitting, ...]:
        statement = select(SittingRow).where(condition).order_by(SittingRow.started_at.desc())
        async with self._database.session() as session:
            return tuple(_sitting(row) for row in await session.scalars(statement))


def _sitting(row: SittingRow) -> Sitting:
    return Sitting(
        exam=row.exam,
        target=row.target,
        fingerprint=row.fingerprint,
        by=row.by,
        started_at=row.started_at,
        expert=row.expert,
        settings=row.settings,
        shadow=row.shadow,
        finished_at=row.finished_at,
    )
