"""Beside the current release: a canary for some of the askers, a shadow for none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, write_json
from teaegg.app.cli.releases.commands import Exams, In, Name, PolicyFile, Why, passed
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

End = Annotated[bool, typer.Option("--end", help="End it; EXPERT is then the scene.")]


def canary(
    context: typer.Context,
    name: Name,
    reason: Why = "",
    share: Annotated[
        float, typer.Option("--share", help="For this share of the askers, such as 0.1.")
    ] = 0.1,
    end: End = False,
    policy: PolicyFile = None,
    exams: Exams = None,
    language: In = None,
    user: As = "",
) -> None:
    """Let a candidate that passes the gate answer a share of the askers; each stays on one side."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.rendering import short

        actor = await acting(workspace, user)
        if end:
            await workspace.releases.end(actor, name, shadow=False)
            note(f"The canary of {name} has ended.")
            return
        judged = await passed(workspace, actor, name, policy, exams, language)
        begun = await workspace.releases.canary(actor, judged.verdict, share, why=reason)
        note(f"{short(begun.expert)} answers {begun.share:.0%} of the askers of {begun.scene}.")

    run(context, work)


def shadow(
    context: typer.Context,
    name: Name,
    reason: Why = "",
    show: Annotated[
        bool, typer.Option("--show", help="Show what both answered; EXPERT is then the scene.")
    ] = False,
    end: End = False,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Let a candidate answer real questions beside the current release without being shown."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.rendering import short

        actor = await acting(workspace, user)
        if show:
            from teaegg.app.cli.releases.rendering import shadowed_record, show_shadowed

            pairs = await workspace.releases.shadowed(actor, name)
            if as_json:
                write_json([shadowed_record(pair) for pair in pairs])
            else:
                show_shadowed(pairs)
            return
        if end:
            await workspace.releases.end(actor, name, shadow=True)
            note(f"The shadow of {name} has ended.")
            return
        begun = await workspace.releases.shadow(actor, name, why=reason)
        note(f"{short(begun.expert)} answers what {begun.scene} is asked; nobody is shown it.")

    run(context, work)
