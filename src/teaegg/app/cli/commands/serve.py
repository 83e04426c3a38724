"""The web page and the HTTP API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.output import note, say
from teaegg.app.cli.session import run
from teaegg.core.actors import LOCAL_OWNER

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

Host = Annotated[str, typer.Option(help="Address to listen on; else what server.host says.")]
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Port; 0 takes a free one. Else what server.port says."),
]


def serve(context: typer.Context, host: Host = "", port: Port = None) -> None:
    """Serve the web page, the API and the OpenAI-compatible API until Ctrl-C."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.api.serve import serve as serve_pages

        if not await workspace.access.list_users(LOCAL_OWNER):
            note("Nobody can sign in yet. Add an account: teaegg user add NAME --role owner")
        server = workspace.settings.server
        await serve_pages(
            workspace,
            host or server.host,
            server.port if port is None else port,
            lambda address: say(f"TeaEgg answers at {address}"),
        )

    try:
        run(context, work)
    except KeyboardInterrupt:
        note("Stopped.")
