"""Whether MCP can be spoken here, and what a client has to be told to connect. No SDK is imported."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from typing import Any

from teaegg.core.errors import SettingsError


def is_mcp_installed() -> bool:
    """Whether the extra `mcp` is there."""
    return importlib.util.find_spec("mcp") is not None


def require_mcp() -> None:
    """Raises SettingsError, with the command that installs the extra, when it is not there."""
    if not is_mcp_installed():
        raise SettingsError(
            "The Model Context Protocol needs the extra `mcp`, which is not installed.",
            remedy='Install it: pip install "teaegg[mcp]"',
        )


def client_configuration(home: Path, user: str) -> dict[str, Any]:
    """The `mcpServers` entry that Claude Desktop, Cursor and others read, to start TeaEgg over stdio.

    The program is named by its full path: desktop programs do not know the shell's PATH.
    """
    program = shutil.which("teaegg")
    command = [program] if program else [sys.executable, "-m", "teaegg"]
    acting = ["--as", user] if user else []
    return {
        "mcpServers": {
            "teaegg": {
                "command": command[0],
                "args": [*command[1:], "mcp", *acting],
                "env": {"TEAEGG_HOME": str(home)},
            }
        }
    }
