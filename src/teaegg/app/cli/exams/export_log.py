"""`teaegg exam export-log`: a sitting for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from teaegg.app.cli.exams.commands import Name
from teaegg.app.cli.exams.comparing import WHO, written
from teaegg.app.cli.options import As
from teaegg.app.cli.output import note
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace


def export_log(
    context: typer.Context,
    name: Name,
    sitting: Annotated[str, typer.Argument(help=WHO)],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The file.")],
    form: Annotated[
        Literal["inspect", "jsonl"],
        typer.Option(help="inspect: a log for Inspect's viewer; jsonl: one object to an item."),
    ] = "inspect",
    user: As = "",
) -> None:
    """Write a sitting as a log of Inspect, or as JSON Lines. It holds what documents say."""
    from teaegg.evals.logs.inspect import inspect_log
    from teaegg.evals.logs.lines import json_lines

    async def work(workspace: Workspace) -> None:
        sat = await workspace.examining.find(await acting(workspace, user), name, sitting)
        text = inspect_log(sat.logged) if form == "inspect" else json_lines(sat.logged)
        note(f"Wrote {written(out, text)}")

    run(context, work)
