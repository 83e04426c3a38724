"""The experts that one may ask."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from teaegg.app.api.identity import TheActor, TheWorkspace
from teaegg.app.records import explained_expert, shown_expert

router = APIRouter(prefix="/experts", tags=["experts"])


@router.get("")
async def experts(actor: TheActor, workspace: TheWorkspace) -> dict[str, Any]:
    """The released experts that the actor may use, by scene: `name` is what `POST /api/ask` takes."""
    found = await workspace.experts.access.released(actor)
    return {"experts": [shown_expert(record) for record in found]}


@router.get("/{name}/why")
async def why(
    name: str, actor: TheActor, workspace: TheWorkspace, user: str = ""
) -> dict[str, Any]:
    """Why `user` (oneself by default; owners may ask about everybody) may use the expert, or not."""
    told = await workspace.experts.access.why(user or actor.name, name, asked_by=actor)
    return explained_expert(told)
