"""Rows that people bring and take away: `data import` and `data export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, write_json
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teaegg.app.workspace import Workspace
    from teaegg.distill.exchange.columns import Part
    from teaegg.distill.exchange.importing import Problem
    from teaegg.distill.rows import Row

_SHOWN_PROBLEMS = 20

Dataset = Annotated[
    str, typer.Option("--dataset", metavar="NAME", help="The dataset they go into.")
]
Form = Annotated[
    Literal["alpaca", "sharegpt", "messages", "completion", "preference"],
    typer.Option(
        help="alpaca and sharegpt for LLaMA-Factory, messages for TRL and ms-swift; completion and"
        " preference for TRL."
    ),
]
Column = Annotated[str, typer.Option(metavar="COLUMN", help="The column that holds it.")]


def import_rows(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="JSON lines, JSON, CSV or .xlsx.")],
    dataset: Dataset,
    question: Column = "",
    answer: Column = "",
    passage: Annotated[
        str,
        typer.Option("--context", metavar="COLUMN", help="The column with the passage to read."),
    ] = "",
    rejected: Column = "",
    style: Annotated[
        str, typer.Option(help="What stands before a passage: the style of the scene.")
    ] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Take a company's own questions and answers, tickets or edited drafts into a dataset."""
    from teaegg.distill.exchange.importing import import_file

    columns: dict[Part, str] = {"question": question, "answer": answer}
    columns |= {"context": passage, "rejected": rejected}
    named = {part: column for part, column in columns.items() if column}
    imported = import_file(file, columns=named, instructions=style)

    async def work(workspace: Workspace) -> int:
        actor = await acting(workspace, user)
        return await workspace.datasets.bring(actor, dataset, imported.rows)

    added = run(context, work)
    known = imported.duplicates + len(imported.rows) - added
    if as_json:
        problems = [[problem.place, problem.what] for problem in imported.problems]
        write_json({"added": added, "known": known, "problems": problems})
        return
    for remark in imported.notes:
        note(remark)
    _tell(imported.problems)
    note(
        f"{dataset} has {added} new rows; {known} were there before, {len(imported.problems)} left out."
    )


def export_rows(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The dataset.")],
    form: Form,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The .jsonl or .json file to write.")],
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Rows with a better and a worse answer, and only those.")
    ] = False,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Write a dataset so that LLaMA-Factory, TRL or ms-swift can train on it unchanged."""
    from teaegg.distill.exchange import exporting

    async def work(workspace: Workspace) -> Sequence[Row]:
        return await workspace.datasets.rows(await acting(workspace, user), name)

    exported = exporting.export_rows(run(context, work), form, out, pairs=pairs)
    if as_json:
        problems = [[problem.place, problem.what] for problem in exported.left_out]
        write_json({"rows": exported.rows, "left_out": problems})
        return
    _tell(exported.left_out)
    note(f"{out} has {exported.rows} rows; {len(exported.left_out)} left out.")
    if exported.info:
        note(f"LLaMA-Factory finds it as {out.stem} in {exported.info}.")


def _tell(problems: Sequence[Problem]) -> None:
    for problem in problems[:_SHOWN_PROBLEMS]:
        note(f"{problem.place}: {problem.what}")
    if len(problems) > _SHOWN_PROBLEMS:
        note(f"… and {len(problems) - _SHOWN_PROBLEMS} more.")
