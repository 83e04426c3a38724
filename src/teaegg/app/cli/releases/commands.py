"""What answers for a scene: released by a person after the gate, gone back to, looked up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, say, write_json
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import ConflictError
from teaegg.core.scenes import Language

if TYPE_CHECKING:
    from teaegg.app.experts.releasing import Judged
    from teaegg.app.workspace import Workspace
    from teaegg.core.actors import Actor

Name = Annotated[
    str, typer.Argument(metavar="EXPERT", help="A scene (its newest candidate), or an expert's id.")
]
Why = Annotated[
    str, typer.Option("--why", metavar="REASON", help="Why you approve; kept on record.")
]
PolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        metavar="FILE",
        help="What it must show; else gate.yaml of the home, else the usual demands.",
    ),
]
Exams = Annotated[
    list[str] | None,
    typer.Option(
        "--exam", metavar="NAME", help="Only this exam (repeatable); else all of the scene."
    ),
]
In = Annotated[
    Language | None, typer.Option("--language", help="Of the reasons; else that of the exam.")
]

Sit = Annotated[
    bool, typer.Option("--sit", help="Let both sit first what they have not sat (takes minutes).")
]


def release(
    context: typer.Context,
    name: Name,
    reason: Why,
    policy: PolicyFile = None,
    exams: Exams = None,
    sit: Sit = False,
    language: In = None,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Approve a candidate that passes the gate: it answers for its scene from the next question on.

    The expert before it is retired and can be gone back to: `teaegg rollback`."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.rendering import short
        from teaegg.app.cli.releases.rendering import release_record

        actor = await acting(workspace, user)
        if sit:
            await sit_what_lacks(workspace, actor, name, exams)
        judged = await passed(workspace, actor, name, policy, exams, language)
        made, before = await workspace.releases.release(actor, judged.verdict, why=reason)
        if as_json:
            write_json({**release_record(made), "replaces": before})
        instead = f" in place of {short(before)}" if before else ""
        note(f"{made.scene} is now answered by {short(made.expert)}{instead}.")
        note(f"Ask it: teaegg ask QUESTION --expert {made.scene}")

    run(context, work)


def rollback(
    context: typer.Context,
    scene: Annotated[str, typer.Argument(help="The scene's name.")],
    reason: Why,
    to: Annotated[
        str, typer.Option("--to", metavar="EXPERT", help="An expert that answered earlier.")
    ] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Go back to the expert that answered for the scene before; running questions finish."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.rendering import short
        from teaegg.app.cli.releases.rendering import release_record

        actor = await acting(workspace, user)
        made = await workspace.releases.roll_back(actor, scene, to=to, why=reason)
        if as_json:
            write_json(release_record(made))
        note(f"{scene} is answered by {short(made.expert)} again.")

    run(context, work)


def releases(
    context: typer.Context,
    scene: Annotated[str, typer.Argument(help="Only of this scene.")] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Show what was released when, by whom and why, the latest first, and what stands beside it."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.releases.rendering import (
            canary_record,
            release_record,
            show_beside,
            show_releases,
        )

        actor = await acting(workspace, user)
        history = await workspace.releases.history(actor, scene)
        beside = await workspace.releases.beside(actor, scene)
        states = {r.id: r.state for r in await workspace.experts.access.list(actor)}
        if as_json:
            write_json(
                {
                    "releases": [{**release_record(r), "state": states[r.expert]} for r in history],
                    "beside": [canary_record(canary) for canary in beside],
                }
            )
            return
        show_releases(history, states)
        show_beside(beside)

    run(context, work)


async def sit_what_lacks(
    workspace: Workspace, actor: Actor, name: str, exams: list[str] | None
) -> None:
    """Hold the sittings that a comparison lacks; what was said before is not asked again."""
    from teaegg.app.cli.exams.sitting_screen import SittingScreen
    from teaegg.app.exams.examinees import Wish

    for exam, target in await workspace.releases.to_sit(actor, name, exams=exams or ()):
        with SittingScreen(target) as screen:
            await workspace.examining.sit(actor, exam, Wish(target), tell=screen.tell)


def hint_at_first_policy(workspace: Workspace, judged: Judged, policy: Path | None) -> None:
    """The usual demands take more items than a new scene has."""
    usual = policy is None and not workspace.releases.has_policy
    if usual and judged.in_use is None and not judged.found.passes:
        note(
            "These are the usual demands, for a scene with a whole exam. For a first expert the exam that "
            "teaegg distill makes can be enough: teaegg gate policy --first"
        )


async def passed(
    workspace: Workspace,
    actor: Actor,
    name: str,
    policy: Path | None,
    exams: list[str] | None,
    language: Language | None,
) -> Judged:
    """What the gate found of a candidate that passes. Of another the page is shown, and ConflictError
    is raised."""
    from teaegg.evals.gate.reasons import explain

    judged = await workspace.releases.judge(
        actor, name, exams=exams or (), policy=workspace.releases.policy(policy)
    )
    if not judged.found.passes:
        say(explain(judged.found, language or judged.language))
        hint_at_first_policy(workspace, judged, policy)
        raise ConflictError(
            f"The expert {judged.expert.id[:12]} did not pass the gate: it stays "
            f"{'a candidate' if judged.expert.state == 'candidate' else 'retired'}.",
            remedy="Do what the page above says. What must be shown is in the policy: `teaegg gate policy`.",
        )
    return judged
