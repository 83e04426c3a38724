"""What the gate said, kept by the hash of its content: what a person approves can never be another one.

Every function is one transaction. Raises StorageError when the database refuses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from teaegg.core.errors import ConflictError, InvalidRequestError
from teaegg.core.ids import text_hash
from teaegg.store.database import Database
from teaegg.store.schema.releases import GateVerdictRow


@dataclass(frozen=True, slots=True)
class SatExam:
    """A version of an exam and the sittings of it that were compared: ids."""

    exam: str
    candidate: str
    baseline: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate said of `expert` against `baseline` (an expert's id, "" for the bare base).

    `policy` is the id of the policy, `record` the whole verdict with the policy and every finding as
    JSON. Equal judgements have an equal `id`, whoever asked for them and when.
    """

    expert: str
    baseline: str
    exams: tuple[SatExam, ...]
    policy: str
    passes: bool
    record: Mapping[str, Any]
    by: str
    at: datetime

    @property
    def id(self) -> str:
        compared = [[sat.exam, sat.candidate, sat.baseline] for sat in self.exams]
        content = [self.expert, self.baseline, compared, self.policy, self.passes]
        return text_hash(json.dumps([*content, dict(self.record)], sort_keys=True))


class VerdictRecords:
    """Verdicts by id and by expert."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, verdict: Verdict) -> Verdict:
        """Keep it, or return it as it was kept when the same was found before."""
        async with self._database.session() as session:
            known = await session.get(GateVerdictRow, verdict.id)
            if known is not None:
                return _verdict(known)
            session.add(
                GateVerdictRow(
                    id=verdict.id,
                    expert=verdict.expert,
                    baseline=verdict.baseline,
                    exams=[
                        {"exam": sat.exam, "candidate": sat.candidate, "baseline": sat.baseline}
                        for sat in verdict.exams
                    ],
                    policy=verdict.policy,
                    passes=verdict.passes,
                    record=dict(verdict.record),
                    by=verdict.by,
                    at=verdict.at,
                )
            )
            return verdict

    async def get(self, name: str) -> Verdict | None:
        async with self._database.session() as session:
            found = await session.get(GateVerdictRow, name)
            return None if found is None else _verdict(found)

    async def of_expert(self, expert: str) -> tuple[Verdict, ...]:
        """All that was ever said of it, the latest first."""
        statement = (
            select(GateVerdictRow)
            .where(GateVerdictRow.expert == expert)
            .order_by(GateVerdictRow.at.desc(), GateVerdictRow.id)
        )
        async with self._database.session() as session:
            return tuple(_verdict(row) for row in await session.scalars(statement))


async def require_passed(session: AsyncSession, expert: str, verdict: str, *, in_use: str) -> None:
    """Whether the gate let this expert take the place of `in_use`. Raises ConflictError."""
    found = await session.get(GateVerdictRow, verdict)
    name = expert[:12]
    if found is None or found.expert != expert:
        raise ConflictError(
            f"The expert {name} was not judged by the gate: there is no such verdict on it.",
            remedy=f"See what it says: `teaegg gate explain {name}`.",
        )
    if not found.passes:
        raise ConflictError(
            f"The expert {name} did not pass the gate.",
            remedy=f"See why, and what to do: `teaegg gate explain {name}`.",
        )
    if found.baseline != in_use:
        raise ConflictError(
            f"The expert {name} was compared with {_named(found.baseline)}, but "
            f"{_named(in_use)} is in use now.",
            remedy=f"Compare it with that: `teaegg gate explain {name}`.",
        )


def require_reason(why: str) -> None:
    """Raises InvalidRequestError for an approval without one."""
    if not why.strip():
        raise InvalidRequestError(
            "A release is signed off by a person with a reason, which is kept on record.",
            remedy="Say why: `--why REASON`.",
        )


def _named(expert: str) -> str:
    return f"the expert {expert[:12]}" if expert else "the bare base"


def _verdict(row: GateVerdictRow) -> Verdict:
    return Verdict(
        expert=row.expert,
        baseline=row.baseline,
        exams=tuple(SatExam(**sat) for sat in row.exams),
        policy=row.policy,
        passes=row.passes,
        record=row.record,
        by=row.by,
        at=row.at,
    )
