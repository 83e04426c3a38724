"""Exams that people bring and take away as files: `exam new`, `exam import` and `exam export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.exams.screen import kept_record, tell_kept
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, write_json
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import InvalidRequestError
from teaegg.core.scenes import Language
from teaegg.evals.items.catalogue import KnownSet

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace
    from teaegg.core.exams import Exam

_SHOWN = 10

Title = Annotated[str | None, typer.Option(help="What people read.")]
SceneName = Annotated[
    str | None, typer.Option("--scene", metavar="NAME", help="The scene that it examines.")
]
PassMark = Annotated[
    float | None, typer.Option(min=0, max=1, help="The mean score that passes; else 0.7.")
]


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The sheet to write.")],
    language: Annotated[Language, typer.Option(help="Of the headings.")] = "zh",
) -> None:
    """Write an empty sheet that people fill in with questions and `exam import` takes."""
    from teaegg.evals.items.writing import WORKBOOK, write_template

    if file.suffix.lower() != WORKBOOK:
        raise InvalidRequestError(f"{file.name} is no workbook.", remedy="Name a file .xlsx.")
    if file.exists():
        raise InvalidRequestError(f"{file} is there already.", remedy="Name another file.")
    write_template(file, language)
    note(f"{file} is written. Fill it in, a question a row: teaegg exam import {file}")


def import_exam(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="JSON lines, CSV or .xlsx; with --set as its authors publish it.")
    ],
    name: Annotated[
        str | None, typer.Option(help="The exam's name; else as the file says, else its own.")
    ] = None,
    title: Title = None,
    scene: SceneName = None,
    language: Annotated[Language | None, typer.Option(help="Of the exam.")] = None,
    pass_mark: PassMark = None,
    known: Annotated[
        KnownSet | None,
        typer.Option(
            "--set",
            metavar="SET",
            help="The published set it is of: "
            "ceval, cmmlu, financeiq, lawbench, rgb, rgb-refusal or cmrc2018.",
        ),
    ] = None,
    subject: Annotated[str, typer.Option(help="Only this subject of the set.")] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Take a file of items as an exam, or as the next version of it: all of them, or none."""
    exam, left_out = _exam(
        file,
        known,
        subject,
        {
            "name": name,
            "title": title,
            "scene": scene,
            "language": language,
            "pass_mark": pass_mark,
        },
    )

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        version = await workspace.exams.keep(actor, exam, note=f"imported from {file.name}")
        reviewed = await workspace.exams.review(actor, version)
        if as_json:
            write_json({**kept_record(reviewed), "left_out": list(left_out)})
            return
        for line in left_out[:_SHOWN]:
            note(line)
        if left_out:
            note(f"{len(left_out)} questions were left out.")
        tell_kept(reviewed)

    run(context, work)


def export_exam(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The exam: its name, or the id of a version.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The .jsonl or .xlsx file to write.")],
    version: Annotated[
        int | None, typer.Option(min=1, metavar="NUMBER", help="Which version; else the newest.")
    ] = None,
    user: As = "",
) -> None:
    """Write an exam to a file that `exam import` reads back equal."""
    from teaegg.evals.items.writing import write_exam

    async def work(workspace: Workspace) -> None:
        found = await workspace.exams.find(await acting(workspace, user), name, version)
        write_exam(out, found.exam)
        note(f"{out} has {len(found.exam.items)} items, with their keys: keep it as you keep them.")

    run(context, work)


def _exam(
    file: Path, known: KnownSet | None, subject: str, said: dict[str, object]
) -> tuple[Exam, tuple[str, ...]]:
    """The exam of a file, and what of it was left out."""
    from teaegg.evals.items.known_sets import read_known
    from teaegg.evals.items.reading import ItemsRead, exam_of, read_items

    if subject and not known:
        raise InvalidRequestError("--subject is of a published set.", remedy="Name it: --set SET.")
    own = {"name": file.stem.lower()}
    if known is None:
        read = read_items(file)
        return exam_of(ItemsRead(read.items, {**own, **read.head}), **said), read.notes
    found = read_known(file, known, subject=subject)
    title = {"title": " ".join(filter(None, (known, subject or file.stem)))}
    return exam_of(ItemsRead(found.items, {**own, **title}), **said), found.left_out
