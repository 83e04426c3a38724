"""Who is asking: a session cookie set at sign-in, or an API key sent as a bearer token."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request, Response

from teaegg.access import policy
from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import NotFoundError, SignInError

SESSION_COOKIE = "teaegg_session"
SINGLE_SIGN_ON_COOKIE = "teaegg_single_sign_on"
"""Says that the session came from the provider, where signing out may have to end one as well."""
_BEARER = "Bearer "


def workspace_of(request: Request) -> Workspace:
    """The workspace that the application was created with."""
    return cast(Workspace, request.app.state.workspace)


async def actor_of(request: Request) -> Actor:
    """Raises SignInError without a valid session or key; a key wins over a cookie."""
    access = workspace_of(request).access
    key = key_of(request)
    if key is not None:
        return await access.actor_of_key(key)
    if token := request.cookies.get(SESSION_COOKIE):
        return await access.actor_of_session(token)
    raise SignInError("You are not signed in.", remedy="Sign in, or send an API key.")


def key_of(request: Request) -> str | None:
    """The API key sent with the request, right or wrong; None when there is none."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if f"{scheme} " == _BEARER else None


async def manager_of(actor: Annotated[Actor, Depends(actor_of)]) -> Actor:
    """Whoever manages. Raises NotFoundError for others: what is not theirs looks like nothing."""
    decision = policy.manage(actor)
    if not decision.allowed:
        raise NotFoundError(decision.reason.en)
    return actor


def second_of(request: Request) -> int:
    """The present moment in whole seconds since 1970, by the application's clock."""
    clock = cast(Clock, request.app.state.clock)
    return int(clock.now().timestamp())


TheWorkspace = Annotated[Workspace, Depends(workspace_of)]
TheActor = Annotated[Actor, Depends(actor_of)]
TheManager = Annotated[Actor, Depends(manager_of)]
TheSecond = Annotated[int, Depends(second_of)]


def set_session(response: Response, workspace: Workspace, token: str) -> None:
    """Scripts cannot read it, other sites' forms do not send it."""
    server = workspace.settings.server
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(server.session_hours * 3600),
        httponly=True,
        samesite="lax",
        secure=server.secure_cookies,
        path="/",
    )


def mark_single_sign_on(response: Response, workspace: Workspace) -> None:
    server = workspace.settings.server
    response.set_cookie(
        SINGLE_SIGN_ON_COOKIE,
        "1",
        max_age=int(server.session_hours * 3600),
        httponly=True,
        samesite="lax",
        secure=server.secure_cookies,
        path="/",
    )


def clear_session(response: Response, workspace: Workspace) -> None:
    for cookie in (SESSION_COOKIE, SINGLE_SIGN_ON_COOKIE):
        response.delete_cookie(
            cookie,
            httponly=True,
            samesite="lax",
            secure=workspace.settings.server.secure_cookies,
            path="/",
        )
