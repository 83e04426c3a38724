"""Items made of what is here already: held-out documents and real questions; and were they taught?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.datasets.screen import MakingScreen
from teaegg.app.cli.errors import EXIT_FAILED
from teaegg.app.cli.exams.screen import kept_record, show_contamination, tell_kept
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, write_json
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace


def make(
    context: typer.Context,
    scene_file: Annotated[Path, typer.Argument(metavar="SCENE", help="The scene file.")],
    dataset: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="A dataset as it is; else the scene's, brought up to date."
        ),
    ] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Make a scene's exam of the documents that were kept apart; what people made of it stays."""
    from teaegg.scenes.reading import read_scene

    scene = read_scene(scene_file)

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        with MakingScreen() as screen:
            made = await workspace.exam_items.make(
                actor, scene, dataset=dataset, on_progress=screen.show
            )
        reviewed = await workspace.exams.review(actor, made.version)
        if as_json:
            write_json({**kept_record(reviewed), "left_out": dict(made.left_out)})
            return
        for reason, count in Counter(made.left_out.values()).most_common():
            note(f"{count} questions were left out: {reason}.")
        tell_kept(reviewed)

    run(context, work)


def promote(
    context: typer.Context,
    trace: Annotated[str, typer.Argument(help="The trace of the answer: see `teaegg ask --json`.")],
    exam: Annotated[str, typer.Option(metavar="NAME", help="The exam that it goes into.")],
    right: Annotated[
        str, typer.Option(metavar="TEXT", help="The right answer; else the one that was given.")
    ] = "",
    nothing: Annotated[
        bool, typer.Option("--nothing", help="The documents do not say: declining is right.")
    ] = False,
    complaint: Annotated[
        str, typer.Option(metavar="TEXT", help="What was wrong with the answer that was given.")
    ] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Take a question that somebody really asked into an exam, unsigned, with the passages it quoted."""
    from teaegg.evals.items.promoting import Promotion

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        said = Promotion(right=right, declines=nothing, complaint=complaint)
        version = await workspace.exam_items.promote(actor, trace, exam, said)
        reviewed = await workspace.exams.review(actor, version)
        if as_json:
            write_json({**kept_record(reviewed), "item": version.exam.items[-1].id})
            return
        tell_kept(reviewed)

    run(context, work)


def check(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The exam.")],
    dataset: Annotated[
        str, typer.Option(metavar="NAME", help="Only this dataset; else every one.")
    ] = "",
    words_only: Annotated[
        bool, typer.Option("--words-only", help="Leave out what says the same in other words.")
    ] = False,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Show the items that datasets have taught, beside what taught them. Exits with 1 when there are."""

    async def work(workspace: Workspace) -> int:
        actor = await acting(workspace, user)
        found = await workspace.exam_items.contamination(
            actor, name, dataset=dataset, by_meaning=not words_only
        )
        show_contamination(found, as_json=as_json)
        return len(found.overlaps)

    if run(context, work):
        raise typer.Exit(EXIT_FAILED)
