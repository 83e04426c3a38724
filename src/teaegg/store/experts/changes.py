"""What becomes of experts, inside the transaction of whoever causes it, so that a kill leaves no half.

A document is forgotten and its experts are withdrawn in one step: there is no moment at which the one
has happened and the other has not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from teaegg.core.errors import ConflictError
from teaegg.core.experts import ExpertState
from teaegg.store.schema.documents import DocumentRow
from teaegg.store.schema.experts import (
    DatasetDocumentRow,
    ExpertChangeRow,
    ExpertDocumentRow,
    ExpertRow,
)

_LONGEST_REASON = 500


async def change_state(
    session: AsyncSession,
    expert: str,
    *,
    to: ExpertState,
    out_of: Collection[ExpertState],
    by: str,
    at: datetime,
    why: str = "",
) -> bool:
    """Move `expert` and note it; False, and nothing is changed, when it is in none of `out_of`.

    The row is locked by its update before anything is read, so that two who move it at the same
    time take turns.
    """
    moved = await session.scalar(
        update(ExpertRow)
        .where(ExpertRow.id == expert, ExpertRow.state.in_(out_of))
        .values(state=to)
        .returning(ExpertRow.id)
        .execution_options(synchronize_session=False)
    )
    if moved is not None:
        await note_change(session, expert, to, by=by, at=at, why=why)
    return moved is not None


async def note_change(
    session: AsyncSession,
    expert: str,
    state: ExpertState,
    *,
    by: str,
    at: datetime,
    why: str = "",
) -> None:
    """One more line of the expert's history."""
    last = await session.scalar(
        select(func.max(ExpertChangeRow.ordinal)).where(ExpertChangeRow.expert == expert)
    )
    ordinal = 0 if last is None else last + 1
    reason = why[:_LONGEST_REASON]
    session.add(
        ExpertChangeRow(expert=expert, ordinal=ordinal, state=state, by=by, at=at, why=reason)
    )
    await session.flush()


async def withdraw_taught_by(
    session: AsyncSession, documents: Sequence[str], *, by: str, at: datetime
) -> None:
    """Withdraw every expert that learned from one of them; note of datasets what is to be deleted."""
    for expert, titles in (await _taught_by(session, documents)).items():
        await change_state(
            session,
            expert,
            to="withdrawn",
            out_of=("candidate", "released", "retired"),
            by=by,
            at=at,
            why=f"It learned from what was forgotten: {'; '.join(titles)}",
        )
    await session.execute(
        update(DatasetDocumentRow)
        .where(
            DatasetDocumentRow.document.in_(documents), DatasetDocumentRow.forgotten_at.is_(None)
        )
        .values(forgotten_at=at)
        .execution_options(synchronize_session=False)
    )


async def require_documents(session: AsyncSession, documents: Collection[str]) -> None:
    """Asked last, when the transaction has written and so holds its lock: whoever forgets waits for
    its end (SQLite for the file, PostgreSQL for the rows) and then finds what was written.
    """
    statement = select(DocumentRow.id).where(DocumentRow.id.in_(documents))
    there = set(await session.scalars(statement.with_for_update(read=True)))
    if missing := sorted(set(documents) - there):
        raise ConflictError(
            f"{len(missing)} of the documents that this was made from are no longer here: "
            f"{', '.join(missing[:5])}.",
            remedy="Make it again from those that are, beginning with the dataset: `teaegg distill`, "
            "`teaegg exam make`.",
        )


async def _taught_by(session: AsyncSession, documents: Sequence[str]) -> dict[str, list[str]]:
    """Expert → titles of those of `documents` that taught it."""
    statement = (
        select(ExpertDocumentRow.expert, ExpertDocumentRow.title)
        .where(ExpertDocumentRow.document.in_(documents))
        .order_by(ExpertDocumentRow.expert, ExpertDocumentRow.title)
    )
    taught: dict[str, list[str]] = {}
    for expert, title in await session.execute(statement):
        taught.setdefault(expert, []).append(title)
    return taught
