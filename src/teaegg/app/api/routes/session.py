"""Signing in and out, and who one is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from teaegg.app.api.identity import (
    SESSION_COOKIE,
    TheActor,
    TheWorkspace,
    clear_session,
    set_session,
)
from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor

router = APIRouter(tags=["session"])


class Credentials(BaseModel):
    """`name` and `password` of a local account."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=200)
    password: str = Field(max_length=1000)


@router.post("/sign-in")
async def sign_in(
    credentials: Credentials, workspace: TheWorkspace, response: Response
) -> dict[str, Any]:
    """Opens a session: the reply sets the cookie. 401 never says which part was wrong."""
    token = await workspace.access.sign_in(credentials.name, credentials.password)
    set_session(response, workspace, token)
    return await who(workspace, await workspace.access.actor_of_session(token))


@router.post("/sign-out")
async def sign_out(
    request: Request, workspace: TheWorkspace, response: Response
) -> dict[str, bool]:
    """Ends the session; doing it twice is no error."""
    if token := request.cookies.get(SESSION_COOKIE):
        await workspace.access.sign_out(token)
    clear_session(response, workspace)
    return {"signed_out": True}


@router.get("/me")
async def me(actor: TheActor, workspace: TheWorkspace) -> dict[str, Any]:
    """Name, role, groups, the collections one reads and those one may upload to."""
    return await who(workspace, actor)


async def who(workspace: Workspace, actor: Actor) -> dict[str, Any]:
    collections = await workspace.access.list_collections(actor)
    return {
        "name": actor.name,
        "display_name": actor.display_name or actor.name,
        "role": actor.role,
        "groups": sorted(actor.groups),
        "collections": list(collections),
        "upload_collections": [
            name for name in collections if await workspace.access.may_upload(actor, name)
        ],
        "mode": workspace.settings.answers.mode,
    }
