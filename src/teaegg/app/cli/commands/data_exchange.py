"""Rows that people bring and take away: `data import` and `data export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from teaegg.app.cli.options import Json
from teaegg.app.cli.output import note, write_json
from teaegg.app.cli.session import settings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teaegg.distill.exchange.columns import Part
    from teaegg.distill.exchange.importing import Problem

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
    file: Annotated[Path, typer.Argument(help="JSON lines, JSON, CSV or .xlsx.")],
    dataset: Dataset,
    question: Column = "",
    answer: Column = "",
    context: Column = "",
    rejected: Column = "",
    style: Annotated[
        str, typer.Option(help="What stands before a passage: the style of the scene.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Take a company's own questions and answers, tickets or edited drafts into a dataset."""
    from teaegg.distill.exchange.dataset import add_to_dataset, dataset_folder
    from teaegg.distill.exchange.importing import import_file

    folder = dataset_folder(settings_of().home, dataset)
    columns: dict[Part, str] = {"question": question, "answer": answer}
    columns |= {"context": context, "rejected": rejected}
    named = {part: column for part, column in columns.items() if column}
    imported = import_file(file, columns=named, instructions=style)
    added = add_to_dataset(folder, imported.rows)
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
    name: Annotated[str, typer.Argument(help="The dataset.")],
    form: Form,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The .jsonl or .json file to write.")],
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Rows with a better and a worse answer, and only those.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a dataset so that LLaMA-Factory, TRL or ms-swift can train on it unchanged."""
    from teaegg.distill.exchange import exporting
    from teaegg.distill.exchange.dataset import dataset_folder, dataset_rows

    rows = dataset_rows(dataset_folder(settings_of().home, name))
    exported = exporting.export_rows(rows, form, out, pairs=pairs)
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
