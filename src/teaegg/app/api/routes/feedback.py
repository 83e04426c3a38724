"""What people thought of answers: everybody of what they may read, the list for whoever manages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from teaegg.app.api.identity import TheActor, TheManager, TheWorkspace
from teaegg.app.records import feedback_record, judged_record

router = APIRouter(tags=["questions"])


class Thumb(BaseModel):
    """`helpful` is the thumb, up or down; `corrected` what the answer should have said."""

    model_config = ConfigDict(extra="forbid")
    helpful: bool
    comment: str = ""
    corrected: str = ""


@router.put("/traces/{trace}/feedback")
async def give(
    trace: str, thumb: Thumb, actor: TheActor, workspace: TheWorkspace
) -> dict[str, Any]:
    """Kept in the place of what one said before; 404 for an answer that one may not read."""
    given = await workspace.opinions.give(
        actor,
        trace,
        helpful=thumb.helpful,
        comment=thumb.comment,
        corrected=thumb.corrected,
    )
    return feedback_record(given)


@router.delete("/traces/{trace}/feedback")
async def take_back(trace: str, actor: TheActor, workspace: TheWorkspace) -> dict[str, Any]:
    """Forgets what one said of the answer."""
    await workspace.opinions.take_back(actor, trace)
    return {"trace": trace}


@router.get("/feedback")
async def feedback(
    manager: TheManager,
    workspace: TheWorkspace,
    helpful: bool | None = None,
    scene: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """What people said, newest first, with the question and the answer that it is about."""
    found = await workspace.opinions.list(manager, helpful=helpful, scene=scene, limit=limit)
    return {"feedback": [judged_record(judged) for judged in found]}
