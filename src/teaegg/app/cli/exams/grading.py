"""`teaegg exam grade`: drafts graded by a judging model, or by people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from teaegg.app.cli.exams.commands import Name
from teaegg.app.cli.exams.comparing import WHO
from teaegg.app.cli.exams.sitting import wish_of
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, say, write_json
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import InvalidRequestError

if TYPE_CHECKING:
    from teaegg.app.exams.grading import Judged
    from teaegg.app.workspace import Workspace
    from teaegg.evals.statistics.agreement import Estimate


def grade(
    context: typer.Context,
    name: Name,
    sitting: Annotated[str, typer.Argument(help=WHO)],
    judge: Annotated[
        str, typer.Option(metavar="WHO", help="A model that judges: base, or URL#MODEL.")
    ] = "",
    grades: Annotated[
        Path | None,
        typer.Option("--import", metavar="FILE", help="Grades that people gave, as JSON Lines."),
    ] = None,
    key: Annotated[
        str, typer.Option("--key", metavar="VARIABLE", help="Environment variable with the key.")
    ] = "",
    template: Annotated[str, typer.Option(metavar="NAME", help="Chat template of the base.")] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Grade answers by the points of their rubric. Where people graded an item, the judge does not count."""
    if bool(judge) == bool(grades):
        raise InvalidRequestError(
            "It is not said who grades.", remedy="Say --judge WHO, or --import FILE."
        )

    async def work(workspace: Workspace) -> None:
        from dataclasses import replace

        from teaegg.app.cli.exams.sitting_screen import SittingScreen

        actor, examining = await acting(workspace, user), workspace.examining
        if grades:
            taken = await examining.take_grades(actor, name, sitting, grades)
            write_json({"taken": taken}) if as_json else say(f"{taken} grades of people are kept.")
            return
        wish = replace(wish_of(judge, key, ""), template=template)
        with SittingScreen(judge) as screen:
            judged = await examining.grade(actor, name, sitting, wish, tell=screen.tell)
        write_json(_record(judged)) if as_json else _show(judged)

    run(context, work)


def _show(judged: Judged) -> None:
    say(f"{judged.judge} graded {judged.graded} answers.")
    for item in judged.ungraded:
        note(f"{item.item[:12]} has no grade: {item.why} {item.remedy}")
    if judged.warning:
        note(judged.warning)
    found = judged.agreement
    if found is None:
        note("No person graded any of these: how far the judge agrees with people is not known.")
        return
    say(f"Agreement with people on {found.points} points of {found.items} answers:")
    say(f"  the same points: {100 * found.same:.0f} %")
    for measure, value in (
        ("weighted kappa", found.kappa),
        ("Spearman", found.spearman),
        ("Kendall's tau", found.kendall),
    ):
        say(f"  {measure}: {_estimate(value)}")


def _estimate(value: Estimate) -> str:
    if value.value is None:
        return "not defined: all points are the same"
    if value.low is None or value.high is None:
        return f"{value.value:.2f}"
    return f"{value.value:.2f} (95 % between {value.low:.2f} and {value.high:.2f})"


def _record(judged: Judged) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(judged)
