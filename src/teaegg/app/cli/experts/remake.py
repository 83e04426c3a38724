"""Withdrawn experts made again, without the documents that were forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.errors import exit_code_of
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import complain, note, write_json
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import ConflictError, InvalidRequestError, NotFoundError, TeaEggError

if TYPE_CHECKING:
    from teaegg.app.experts.distilling import Distilled
    from teaegg.app.workspace import Workspace
    from teaegg.core.actors import Actor

_OF_ONE_SCENE = (InvalidRequestError, NotFoundError, ConflictError)
"""What is wrong with one scene says nothing about the next; everything else would stop that too."""


def remake(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="EXPERT", help="Scenes or ids; else all that wait to be made again."
        ),
    ] = None,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Make withdrawn experts again, as they were made, without the documents that were forgotten.

    Scene, recipe, teacher and base are those on record; each new expert is a candidate until it is
    released. The same command goes on where it was cut off."""

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        await remake_all(workspace, actor, names or await _waiting(workspace, actor), as_json)

    run(context, work)


async def remake_all(
    workspace: Workspace, actor: Actor, names: Sequence[str], as_json: bool = False
) -> None:
    """Make the experts called `names` again, one after the other, and show what came of each.

    Names that nothing has are told before the first is made. One that cannot be made leaves the others
    to be made; the exit code is then that of its error.
    """
    from teaegg.app.cli.experts.distill import distilled_record

    meant = [(await workspace.experts.to_remake(actor, name)).id for name in names]
    made: list[Distilled] = []
    failed: list[TeaEggError] = []
    for expert in dict.fromkeys(meant):
        try:
            made.append(await _remade(workspace, actor, expert, quiet=as_json))
        except _OF_ONE_SCENE as error:
            complain(error)
            failed.append(error)
    if as_json:
        write_json([distilled_record(each) for each in made])
    if failed:
        raise typer.Exit(exit_code_of(failed[0]))


async def _remade(workspace: Workspace, actor: Actor, expert: str, *, quiet: bool) -> Distilled:
    from teaegg.app.cli.experts.distill import show_distilled
    from teaegg.app.cli.experts.distill_screen import JourneyScreen

    before = await workspace.experts.lineage(actor, expert)
    note(f"Making the expert of {before.record.expert.scene} again ({expert[:12]}).")
    with JourneyScreen() as screen:
        distilled = await workspace.distilling.remake(
            actor, expert, on_rows=screen.rows, telling=screen.telling
        )
    if not quiet:
        show_distilled(distilled)
    for widening in before.widenings:
        note(
            f"The one before was opened to {widening.grantee_kind} {widening.grantee}; this one is not: "
            f"teaegg expert widen {distilled.record.id[:12]} "
            f"--to {widening.grantee_kind}:{widening.grantee} --why REASON"
        )
    return distilled


async def _waiting(workspace: Workspace, actor: Actor) -> list[str]:
    """Ids of what waits to be made again."""
    workspace.experts.access.require_making(actor)
    found = await workspace.experts.waiting(actor)
    if not found:
        note("No expert waits to be made again.")
    return [record.id for record in found]
