"""Releases: nothing answers for a scene but what passed the gate and a person approved.

The rule is kept in the transaction that lets an expert answer, so that no door and no two people at once
get round it. The history counts releases and does not look at clocks. Raises StorageError when the
database refuses.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from teaegg.core.errors import ConflictError, NotFoundError
from teaegg.core.experts import ExpertState
from teaegg.store.database import Database
from teaegg.store.experts.changes import change_state, note_change
from teaegg.store.releases.canaries import end_beside
from teaegg.store.releases.verdicts import require_passed, require_reason
from teaegg.store.schema.experts import ExpertRow
from teaegg.store.schema.releases import ReleaseRow


@dataclass(frozen=True, slots=True)
class Release:
    """`expert` was let answer for `scene` by a person who said why; `number` counts from 1.

    `verdict` is the id of what the gate had said, "" where it was gone back to release `restores`, or
    released before there was a gate (then `restores` is None).
    """

    scene: str
    number: int
    expert: str
    by: str
    at: datetime
    why: str
    verdict: str = ""
    restores: int | None = None

    @property
    def place(self) -> int:
        """Where it stands in the order of first releases: going back does not make it newer."""
        return self.restores or self.number


class ReleaseRecords:
    """One transaction each: after a kill at any moment the scene has the one release or the other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def release(
        self, expert: str, verdict: str, *, by: str, at: datetime, why: str
    ) -> tuple[Release, str]:
        """Let `expert` answer in place of what does now, whose id is returned as well ("": none).

        `by` approves `verdict`, which must be that of this expert, passing, and against what is in
        use at this moment. Raises ConflictError where it is not, or where the expert is no candidate
        (any more), InvalidRequestError for an approval without its reason.
        """
        require_reason(why)
        async with self._database.session() as session:
            before = await _retire_current(session, expert, by=by, at=at)
            await require_passed(session, expert, verdict, in_use=before)
            scene = await _let_answer(session, expert, by=by, at=at, why=why)
            release = await _note(
                session, scene, expert, by=by, at=at, why=why, verdict=verdict, restores=None
            )
            return release, before

    async def roll_back(
        self,
        scene: str,
        *,
        leaving: str,
        by: str,
        at: datetime,
        why: str,
        to: str = "",
    ) -> Release:
        """Let what answered before do so again: the release before the current one, or that of `to`.

        It passed the gate then and needs no exam. `leaving` is the id of what answers now ("": none):
        raises ConflictError when another does by now, so that two who go back at once do not go two
        steps; NotFoundError when nothing is there to go back to.
        """
        require_reason(why)
        async with self._database.session() as session:
            at_first = await _history(session, scene)
            target = _earlier(at_first, await _states(session, scene), leaving, to)
            before = await _retire_current(session, target.expert, by=by, at=at)
            if before != leaving:
                raise _beaten(scene, before)
            await _let_answer(session, target.expert, by=by, at=at, why=why)
            return await _note(
                session,
                scene,
                target.expert,
                by=by,
                at=at,
                why=why,
                verdict=None,
                restores=target.place,
            )

    async def history(self, scene: str = "") -> tuple[Release, ...]:
        """By scene, the latest release first; of one `scene`, or of all."""
        statement = select(ReleaseRow).order_by(ReleaseRow.scene, ReleaseRow.number.desc())
        if scene:
            statement = statement.where(ReleaseRow.scene == scene)
        async with self._database.session() as session:
            return tuple(_release(row) for row in await session.scalars(statement))

    async def earlier(self, scene: str, *, leaving: str, to: str = "") -> Release:
        """What `roll_back` would go back to. Raises NotFoundError as it does."""
        async with self._database.session() as session:
            return _earlier(
                await _history(session, scene), await _states(session, scene), leaving, to
            )


async def _retire_current(session: AsyncSession, expert: str, *, by: str, at: datetime) -> str:
    """The id of what answered for the expert's scene, "" for none.

    The update comes before anything is read and locks: whoever else moves the scene waits here.
    """
    before = await session.scalar(
        update(ExpertRow)
        .where(
            ExpertRow.scene.in_(select(ExpertRow.scene).where(ExpertRow.id == expert)),
            ExpertRow.state == "released",
            ExpertRow.id != expert,
        )
        .values(state="retired")
        .returning(ExpertRow.id)
        .execution_options(synchronize_session=False)
    )
    if before is None:
        return ""
    reason = f"{expert[:12]} was released in its place"
    await note_change(session, before, "retired", by=by, at=at, why=reason)
    return before


async def _let_answer(
    session: AsyncSession, expert: str, *, by: str, at: datetime, why: str
) -> str:
    """Move it; its scene is returned."""
    scene = await session.scalar(select(ExpertRow.scene).where(ExpertRow.id == expert)) or ""
    try:
        moved = await change_state(
            session,
            expert,
            to="released",
            out_of=("candidate", "retired"),
            by=by,
            at=at,
            why=why,
        )
    except IntegrityError as error:
        # Both found nothing in use; the index of the table let one of them through.
        raise _beaten(scene, "") from error
    if not moved:
        raise ConflictError(
            f"The expert {expert[:12]} is not a candidate or retired.",
            remedy="See `teaegg expert list`.",
        )
    await end_beside(session, scene, expert, by=by, at=at)
    return scene


async def _note(
    session: AsyncSession,
    scene: str,
    expert: str,
    *,
    by: str,
    at: datetime,
    why: str,
    verdict: str | None,
    restores: int | None,
) -> Release:
    last = await session.scalar(
        select(func.max(ReleaseRow.number)).where(ReleaseRow.scene == scene)
    )
    row = ReleaseRow(
        scene=scene,
        number=(last or 0) + 1,
        expert=expert,
        verdict=verdict,
        restores=restores,
        by=by,
        at=at,
        why=why,
    )
    session.add(row)
    await session.flush()
    return _release(row)


def _earlier(
    history: tuple[Release, ...], states: dict[str, ExpertState], leaving: str, to: str
) -> Release:
    """The latest release before that of `leaving` whose expert may come back, or that of `to`."""
    current = next((each for each in history if each.expert == leaving), None)
    for each in sorted(history, key=lambda release: release.place, reverse=True):
        before = current is None or each.place < current.place
        if states.get(each.expert) == "retired" and (each.expert == to if to else before):
            return each
    raise NotFoundError(
        f"{to[:12]} did not answer before, answers now, or was withdrawn."
        if to
        else "No earlier release is there to go back to.",
        remedy="See `teaegg releases`.",
    )


async def _history(session: AsyncSession, scene: str) -> tuple[Release, ...]:
    statement = (
        select(ReleaseRow).where(ReleaseRow.scene == scene).order_by(ReleaseRow.number.desc())
    )
    return tuple(_release(row) for row in await session.scalars(statement))


async def _states(session: AsyncSession, scene: str) -> dict[str, ExpertState]:
    statement = select(ExpertRow.id, ExpertRow.state).where(ExpertRow.scene == scene)
    return {name: cast(ExpertState, state) for name, state in await session.execute(statement)}


def _beaten(scene: str, now: str) -> ConflictError:
    return ConflictError(
        f"Somebody else has changed what answers for {scene} meanwhile"
        + (f": it is {now[:12]} now." if now else "."),
        remedy="See `teaegg releases`, and decide again.",
    )


def _release(row: ReleaseRow) -> Release:
    return Release(
        scene=row.scene,
        number=row.number,
        expert=row.expert,
        by=row.by,
        at=row.at,
        why=row.why,
        verdict=row.verdict or "",
        restores=row.restores,
    )
