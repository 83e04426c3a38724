"""Signing in and out, and who one is."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from teaegg.access import policy
from teaegg.app.api.identity import (
    SESSION_COOKIE,
    SINGLE_SIGN_ON_COOKIE,
    TheActor,
    TheWorkspace,
    clear_session,
    set_session,
)
from teaegg.app.records import shown_expert
from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.errors import SingleSignOnError

router = APIRouter(tags=["session"])
_LOG = logging.getLogger(__name__)


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
async def sign_out(request: Request, workspace: TheWorkspace, response: Response) -> dict[str, Any]:
    """Ends the session; doing it twice is no error. `next` is where the browser goes now: the sign-in
    page, or the provider, to end the session there too."""
    if token := request.cookies.get(SESSION_COOKIE):
        await workspace.access.sign_out(token)
    clear_session(response, workspace)
    came_from_provider = SINGLE_SIGN_ON_COOKIE in request.cookies
    next_page = await _provider_sign_out(workspace) if came_from_provider else ""
    return {"signed_out": True, "next": next_page or "/sign-in"}


@router.get("/me")
async def me(actor: TheActor, workspace: TheWorkspace) -> dict[str, Any]:
    """Name, role, groups, the collections one reads and those one may upload to."""
    return await who(workspace, actor)


async def _provider_sign_out(workspace: Workspace) -> str:
    """A provider that is away must not keep anybody signed in here."""
    single_sign_on = workspace.access.single_sign_on
    if single_sign_on is None or not workspace.settings.oidc.sign_out_at_provider:
        return ""
    try:
        return await single_sign_on.provider.sign_out_url()
    except SingleSignOnError as error:
        _LOG.warning("Signed out here only: %s", error)
        return ""


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
        "manages": policy.manage(actor).allowed,
        "mode": workspace.settings.answers.mode,
        "experts": [
            shown_expert(record) for record in await workspace.experts.access.released(actor)
        ],
    }
