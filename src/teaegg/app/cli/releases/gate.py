"""The gate for people: what it says of a candidate, and what it demands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, say, write_json
from teaegg.app.cli.releases.commands import (
    Exams,
    In,
    Name,
    PolicyFile,
    Sit,
    hint_at_first_policy,
    sit_what_lacks,
)
from teaegg.app.cli.session import acting, run, settings_of
from teaegg.core.scenes import Language

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

gate = typer.Typer(
    help="What a candidate must show before it may answer, and whether it has.",
    no_args_is_help=True,
)


@gate.command("explain")
def explain(
    context: typer.Context,
    name: Name,
    policy: PolicyFile = None,
    exams: Exams = None,
    sit: Sit = False,
    language: In = None,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Explain whether a candidate may take the place of what is in use now, and what is lacking."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.records import shown_verdict
        from teaegg.evals.gate.reasons import explain

        actor = await acting(workspace, user)
        if sit:
            await sit_what_lacks(workspace, actor, name, exams)
        judged = await workspace.releases.judge(
            actor, name, exams=exams or (), policy=workspace.releases.policy(policy)
        )
        if as_json:
            write_json(shown_verdict(judged.verdict))
            return
        say(explain(judged.found, language or judged.language))
        hint_at_first_policy(workspace, judged, policy)
        if judged.found.passes:
            note(f"Approve it: teaegg release {name} --why REASON")

    run(context, work)


@gate.command("policy")
def policy(
    context: typer.Context,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where to; else gate.yaml of the home."),
    ] = None,
    first: Annotated[
        bool,
        typer.Option(
            "--first", help="For a first expert: the exam that `teaegg distill` makes is enough."
        ),
    ] = False,
    language: Annotated[Language, typer.Option("--language", help="Of its comments.")] = "zh",
) -> None:
    """Write the demands as a file, to be read, changed and fixed before the next exam."""
    from teaegg.app.experts.releasing import policy_place
    from teaegg.evals.gate.example import example_policy
    from teaegg.evals.gate.first import first_policy
    from teaegg.scenes.example import write_example

    path = out or policy_place(settings_of().home)
    write_example(path, first_policy(language) if first else example_policy(language))
    note(f"Wrote {path}. Read it, and change what is not meant, before the exam.")
