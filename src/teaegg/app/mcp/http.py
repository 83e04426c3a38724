"""MCP over streamable HTTP at /mcp: every request says who asks, by an API key or an access token.

Tokens are those of the company's provider; where to get one is told in `routes.protected_resource`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.mcpserver import Context
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from teaegg.app.api.identity import key_of
from teaegg.app.mcp.server import create_mcp_server
from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor

_MAX_SESSIONS = 1000
_ACTOR = "teaegg.actor"


class McpDoor:
    """An ASGI application; it answers while `running` is entered."""

    def __init__(self, workspace: Workspace) -> None:
        self._access = workspace.access
        self._server = create_mcp_server(workspace, _actor_of)
        # Who may call is decided by the key, and foreign pages by `api.protection`: the SDK's own
        # list of host names would only refuse the name under which a company reaches its server.
        self._server.streamable_http_app(max_sessions=_MAX_SESSIONS, host="")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self._server.session_manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises SignInError without a key or token in force, which is looked at on every request."""
        actor = await self._access.actor_of_bearer(key_of(Request(scope)) or "")
        scope[_ACTOR] = actor
        # A session belongs to whoever opened it: the SDK compares this with each later request.
        scope["user"] = AuthenticatedUser(AccessToken(token="", client_id=actor.name, scopes=[]))
        await self._server.session_manager.handle_request(scope, receive, send)


async def _actor_of(context: Context[Any, Any]) -> Actor:
    request = cast(Request, context.request_context.request)
    return cast(Actor, request.scope[_ACTOR])
