"""Signing in at the company's provider: the way there and the way back, as redirects."""

from __future__ import annotations

import logging

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from teaegg.access.sso.attempt import Attempt
from teaegg.access.sso.service import SingleSignOn
from teaegg.app.api.identity import TheWorkspace, mark_single_sign_on, set_session
from teaegg.app.workspace import Workspace
from teaegg.core.errors import NotFoundError, SingleSignOnError

router = APIRouter(prefix="/single-sign-on", tags=["session"])
_ATTEMPT_COOKIE = "teaegg_attempt"
_ATTEMPT_PATH = "/api/single-sign-on"
_ATTEMPT_SECONDS = 600
_SEE_OTHER = 303
_LOG = logging.getLogger(__name__)


@router.get("")
async def begin(workspace: TheWorkspace) -> RedirectResponse:
    """To the provider; 404 when none is set up."""
    try:
        attempt, address = await _of(workspace).begin()
    except SingleSignOnError as error:
        return _refused(error)
    reply = RedirectResponse(address, _SEE_OTHER)
    reply.set_cookie(
        _ATTEMPT_COOKIE,
        attempt.secret,
        max_age=_ATTEMPT_SECONDS,
        httponly=True,
        samesite="lax",
        secure=workspace.settings.server.secure_cookies,
        path=_ATTEMPT_PATH,
    )
    return reply


@router.get("/return")
async def finish(request: Request, workspace: TheWorkspace) -> RedirectResponse:
    """The way back: opens a session, or shows on the sign-in page why not."""
    attempt = Attempt(request.cookies.get(_ATTEMPT_COOKIE, ""))
    try:
        token = await _of(workspace).finish(attempt, request.query_params)
    except SingleSignOnError as error:
        reply = _refused(error)
    else:
        reply = RedirectResponse("/", _SEE_OTHER)
        set_session(reply, workspace, token)
        mark_single_sign_on(reply, workspace)
    # A try serves once, whatever came of it.
    reply.delete_cookie(_ATTEMPT_COOKIE, path=_ATTEMPT_PATH)
    return reply


def _of(workspace: Workspace) -> SingleSignOn:
    if workspace.access.single_sign_on is None:
        raise NotFoundError("Single sign-on is not set up.", remedy="See [oidc] in the settings.")
    return workspace.access.single_sign_on


def _refused(error: SingleSignOnError) -> RedirectResponse:
    """The page says it in the visitor's language; the details, which name people, stay in the log."""
    _LOG.warning("Single sign-on refused (%s): %s", error.refusal, error)
    return RedirectResponse(f"/sign-in?refused={error.refusal}", _SEE_OTHER)
