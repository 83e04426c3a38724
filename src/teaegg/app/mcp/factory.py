"""The HTTP door of MCP, where the extra `mcp` is installed."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from starlette.types import Receive, Scope, Send

from teaegg.app.mcp.installation import is_mcp_installed
from teaegg.app.workspace import Workspace

MCP_PATH = "/mcp"
METADATA_PATH = "/.well-known/oauth-protected-resource"
"""Where is told who gives tokens for a resource (RFC 9728); the resource's own path follows it."""


class Door(Protocol):
    """An ASGI application that answers while `running` is entered."""

    def running(self) -> AbstractAsyncContextManager[None]: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


def make_mcp_door(workspace: Workspace) -> Door | None:
    """None without the extra. The SDK is loaded only where it is used."""
    if not is_mcp_installed():
        return None
    from teaegg.app.mcp.http import McpDoor

    return McpDoor(workspace)
