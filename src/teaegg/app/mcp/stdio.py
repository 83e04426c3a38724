"""MCP over standard input and output: the client starts `teaegg mcp` and owns the process."""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver import Context

from teaegg.app.mcp.server import create_mcp_server
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, Actor


async def serve_stdio(workspace: Workspace, user: str) -> None:
    """Serve until the client closes the pipe. Acts as `user`, or as the local owner when it is empty.

    Raises NotFoundError at once for a name without an account in force.
    """

    async def actor_of(_: Context[Any, Any]) -> Actor:
        return await workspace.access.actor(user or LOCAL_OWNER.name)

    await workspace.access.actor(user or LOCAL_OWNER.name)
    await create_mcp_server(workspace, actor_of).run_stdio_async()
