"""An exam in the person's own editor: `exam edit`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.datasets.editor import edited
from teaegg.app.cli.exams.screen import tell_kept
from teaegg.app.cli.options import As
from teaegg.app.cli.output import note
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace


def edit(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The exam.")],
    why: Annotated[str, typer.Option("--note", help="Kept beside the version.")] = "edited",
    user: As = "",
) -> None:
    """Change an exam in $EDITOR, an item a line; it is kept as the next version of the exam.

    A changed item is unsigned. Where somebody else has kept a version meanwhile, nothing is kept.
    """
    from teaegg.evals.items.reading import exam_of, parse_items
    from teaegg.evals.items.writing import exam_lines

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        before = await workspace.exams.find(actor, name)
        text = edited(exam_lines(before.exam), suffix=".jsonl")
        exam = exam_of(parse_items(text, f"{before.exam.name}.jsonl"))
        if exam.hash == before.id:
            note("Nothing was changed.")
            return
        version = await workspace.exams.keep(actor, exam, note=why, after=before.id)
        tell_kept(await workspace.exams.review(actor, version))

    run(context, work)
