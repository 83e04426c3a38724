"""Who stands beside a scene's current release: a canary, heard by a share of the askers, or a shadow,
heard by nobody. Every function is one transaction. Raises StorageError when the database refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from teaegg.core.errors import ConflictError
from teaegg.store.database import Database
from teaegg.store.releases.verdicts import require_passed, require_reason
from teaegg.store.schema.experts import ExpertRow
from teaegg.store.schema.releases import CanaryRow


@dataclass(frozen=True, slots=True)
class Canary:
    """`share` (0 to 1) of a scene's askers hear the candidate `expert`; of a `shadow`, none.

    `verdict` is the id of what a person approved, "" for a shadow. `number` names it, 0 before it is
    kept, and decides which askers are meant.
    """

    scene: str
    expert: str
    by: str
    at: datetime
    why: str
    share: float = 0.0
    shadow: bool = False
    verdict: str = ""
    number: int = 0
    ended_by: str = ""
    ended_at: datetime | None = None


class CanaryRecords:
    """At most one canary and one shadow of a scene at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, canary: Canary) -> Canary:
        """Let it stand beside the current release, in place of the one of its kind before.

        Raises ConflictError when nothing is in use to stand beside, when the expert is no candidate,
        and of what people would hear: when the gate did not let it take the place of what is in use;
        InvalidRequestError where that is approved without a reason.
        """
        if not canary.shadow:
            require_reason(canary.why)
        async with self._database.session() as session:
            await _end(session, canary.scene, shadow=canary.shadow, by=canary.by, at=canary.at)
            in_use = await session.scalar(
                select(ExpertRow.id).where(
                    ExpertRow.scene == canary.scene, ExpertRow.state == "released"
                )
            )
            if in_use is None:
                raise ConflictError(
                    f"Nothing answers for {canary.scene} yet that a candidate could stand beside.",
                    remedy=f"Release one first: `teaegg release {canary.scene} --why REASON`.",
                )
            candidate = await session.get(ExpertRow, canary.expert)
            if candidate is None or (candidate.scene, candidate.state) != (
                canary.scene,
                "candidate",
            ):
                raise ConflictError(
                    f"The expert {canary.expert[:12]} is not a candidate of {canary.scene}.",
                    remedy="See `teaegg expert list`.",
                )
            if not canary.shadow:
                await require_passed(session, canary.expert, canary.verdict, in_use=in_use)
            row = CanaryRow(
                scene=canary.scene,
                expert=canary.expert,
                shadow=canary.shadow,
                share=canary.share,
                verdict=canary.verdict or None,
                by=canary.by,
                at=canary.at,
                why=canary.why,
            )
            session.add(row)
            await session.flush()
            return _canary(row)

    async def end(self, scene: str, *, shadow: bool, by: str, at: datetime) -> bool:
        """From the next question on; whether there was one."""
        async with self._database.session() as session:
            return await _end(session, scene, shadow=shadow, by=by, at=at)

    async def beside(self, expert: str) -> tuple[Canary, ...]:
        """Candidates that stand beside the current release `expert` now: asked for every question."""
        candidate = aliased(ExpertRow)
        statement = (
            select(*CanaryRow.__table__.columns)
            .join(candidate, candidate.id == CanaryRow.expert)
            .join(ExpertRow, ExpertRow.scene == CanaryRow.scene)
            .where(
                ExpertRow.id == expert,
                ExpertRow.state == "released",
                candidate.state == "candidate",
                CanaryRow.ended_at.is_(None),
            )
        )
        async with self._database.reading() as connection:
            return tuple(_canary(row) for row in await connection.execute(statement))

    async def of_scene(self, scene: str = "") -> tuple[Canary, ...]:
        """All that ever stood beside, the latest first."""
        statement = select(CanaryRow).order_by(CanaryRow.number.desc())
        if scene:
            statement = statement.where(CanaryRow.scene == scene)
        async with self._database.session() as session:
            return tuple(_canary(row) for row in await session.scalars(statement))


async def end_beside(
    session: AsyncSession, scene: str, expert: str, *, by: str, at: datetime
) -> None:
    """`expert` answers for `scene` now: no canary was compared with it, and it shadows nobody."""
    await session.execute(
        update(CanaryRow)
        .where(
            CanaryRow.scene == scene,
            CanaryRow.ended_at.is_(None),
            or_(CanaryRow.shadow.is_(False), CanaryRow.expert == expert),
        )
        .values(ended_at=at, ended_by=by)
        .execution_options(synchronize_session=False)
    )


async def _end(session: AsyncSession, scene: str, *, shadow: bool, by: str, at: datetime) -> bool:
    ended = await session.execute(
        update(CanaryRow)
        .where(CanaryRow.scene == scene, CanaryRow.shadow.is_(shadow), CanaryRow.ended_at.is_(None))
        .values(ended_at=at, ended_by=by)
        .returning(CanaryRow.number)
        .execution_options(synchronize_session=False)
    )
    return ended.first() is not None


def _canary(row: Any) -> Canary:
    return Canary(
        scene=row.scene,
        expert=row.expert,
        by=row.by,
        at=row.at,
        why=row.why,
        share=row.share,
        shadow=row.shadow,
        verdict=row.verdict or "",
        number=row.number,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )
