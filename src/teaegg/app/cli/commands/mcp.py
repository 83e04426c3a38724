"""The tools for other people's agents over standard input and output."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.options import As
from teaegg.app.cli.output import write_json
from teaegg.app.cli.session import run, settings_of
from teaegg.app.mcp.installation import client_configuration, require_mcp

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace


def mcp(
    context: typer.Context,
    user: As = "",
    print_config: Annotated[
        bool,
        typer.Option("--print-config", help="Print what a client's configuration needs, and stop."),
    ] = False,
) -> None:
    """Serve the tools search, ask and open to an agent (Model Context Protocol, stdio).

    The client starts this command itself; see --print-config. Over HTTP the same tools stand at /mcp
    of `teaegg serve`, with an API key.
    """
    if print_config:
        write_json(client_configuration(settings_of().home, user))
        return
    require_mcp()

    async def work(workspace: Workspace) -> None:
        from teaegg.app.mcp.stdio import serve_stdio

        # Standard output belongs to the protocol; a log line there would break it.
        logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
        await serve_stdio(workspace, user)

    run(context, work)
