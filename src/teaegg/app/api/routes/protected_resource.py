"""Where an agent's program learns at which provider to get an access token for /mcp (RFC 9728)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from teaegg.app.api.identity import TheWorkspace
from teaegg.app.mcp.factory import MCP_PATH, METADATA_PATH
from teaegg.app.mcp.installation import is_mcp_installed
from teaegg.core.errors import NotFoundError

router = APIRouter(include_in_schema=False)


@router.get(METADATA_PATH)
@router.get(METADATA_PATH + MCP_PATH)
async def protected_resource(workspace: TheWorkspace) -> dict[str, Any]:
    """Open to everybody, as the standard asks; 404 where no provider is set up."""
    oidc = workspace.settings.oidc
    if not (oidc.is_on and is_mcp_installed()):
        raise NotFoundError("No provider gives tokens for this.", remedy="Use an API key.")
    return {
        "resource": oidc.mcp_url,
        "resource_name": "TeaEgg",
        "authorization_servers": [oidc.issuer],
        "bearer_methods_supported": ["header"],
        "scopes_supported": list(oidc.scopes),
    }
