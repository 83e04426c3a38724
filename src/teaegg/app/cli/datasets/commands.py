"""Training rows: made of documents, looked at, changed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from teaegg.app.cli.datasets import exchange
from teaegg.app.cli.datasets.editor import edited
from teaegg.app.cli.datasets.screen import MakingScreen, show_record, show_statistics
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, write_json, write_table
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import InvalidRequestError

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

data = typer.Typer(help="Training rows made of documents.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The dataset.")]
StageName = Annotated[
    str,
    typer.Option(
        "--stage",
        metavar="STAGE",
        help="Of which file: split, asked, verified, clean, brought, balanced, rows or exam.",
    ),
]


@data.command("make")
def make(
    context: typer.Context,
    scene_file: Annotated[Path, typer.Argument(metavar="SCENE", help="The scene file.")],
    name: Annotated[str, typer.Option(help="The dataset's name; else the scene's.")] = "",
    rows: Annotated[int, typer.Option(min=0, help="So many rows; 0: as the scene says.")] = 0,
    quiz: Annotated[
        int,
        typer.Option(
            min=0, help="Ask the base so many of the questions first; what it knows gets less."
        ),
    ] = 0,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Make training rows of a scene's documents, stage by stage; what did not change is not redone."""
    from dataclasses import asdict, replace

    from teaegg.distill.data.quiz import ChatStudent
    from teaegg.scenes.reading import read_scene

    scene = read_scene(scene_file)
    scene = replace(scene, rows=rows) if rows else scene

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        costs: list[str] = []
        with MakingScreen() as screen:
            report = await workspace.datasets.make(
                actor,
                scene,
                name=name,
                student=ChatStudent(workspace.chat) if quiz else None,
                most_quizzed=quiz,
                on_progress=screen.show,
                on_cost=costs.append,
            )
        if costs:
            note(f"The teacher took {costs[-1]}.")
        if as_json:
            write_json(
                {
                    "name": report.manifest.name,
                    "folder": str(report.folder),
                    "rows": report.rows,
                    "exam": report.exam_rows,
                    "kinds": dict(report.kinds),
                    "edited": list(report.edited),
                    "quizzed": report.quizzed,
                    "known": report.known,
                    "imported": asdict(report.imported) if report.imported else None,
                    "advice": list(report.advice),
                }
            )
            return
        screen.tell(report)

    run(context, work)


data.command("import")(exchange.import_rows)
data.command("export")(exchange.export_rows)


@data.command("list")
def list_datasets(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """List the datasets whose documents may all be read."""

    async def work(workspace: Workspace) -> None:
        found = await workspace.datasets.list(await acting(workspace, user))
        if as_json:
            write_json([manifest.model_dump(mode="json") for manifest in found])
            return
        rows = (
            (
                manifest.name,
                str(manifest.stages["rows"].records) if "rows" in manifest.stages else "not done",
                str(manifest.stages["exam"].records) if "exam" in manifest.stages else "not done",
                str(len(manifest.documents)),
                manifest.teacher,
            )
            for manifest in found
        )
        columns = ("name", "rows", "exam", "documents", "teacher")
        write_table(columns, rows, empty="There are no datasets: teaegg data make SCENE")

    run(context, work)


@data.command("show")
def show(
    context: typer.Context,
    name: Name,
    stage: StageName = "rows",
    kind: Annotated[str, typer.Option(help="Only rows of this kind.")] = "",
    record: Annotated[str, typer.Option("--id", help="Only the record with this id.")] = "",
    count: Annotated[int, typer.Option(min=1, help="So many.")] = 5,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Print records of a dataset as a person reads them."""
    from teaegg.distill.data.editing import name_of, stage_named

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        found = await workspace.datasets.records(actor, name, stage_named(stage))
        wanted = [
            item
            for item in found
            if (not kind or getattr(item, "kind", "") == kind)
            and (not record or name_of(item) == record)
        ][:count]
        if as_json:
            write_json([item.model_dump(mode="json") for item in wanted])
            return
        for item in wanted:
            show_record(item)
        note(f"{len(wanted)} of {len(found)} records of {stage}.")

    run(context, work)


@data.command("edit")
def edit(
    context: typer.Context,
    name: Name,
    record: Annotated[str, typer.Argument(help="The id of a record; else the whole file.")] = "",
    stage: StageName = "rows",
    values: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Set a field, no editor (repeatable)."),
    ] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Take the record out.")] = False,
    user: As = "",
) -> None:
    """Change a record or a whole stage file in $EDITOR; later stages start from the change."""
    from teaegg.distill.data.editing import stage_named

    chosen = stage_named(stage)
    if (values or drop) and not record:
        raise InvalidRequestError("--set and --drop need a record.", remedy="Name its id.")

    async def work(workspace: Workspace) -> None:
        actor, datasets = await acting(workspace, user), workspace.datasets
        if drop:
            await datasets.drop_record(actor, name, chosen, record)
        elif values:
            for field, value in _assignments(values):
                await datasets.set_field(actor, name, chosen, record, field, value)
        elif record:
            before = await datasets.record_text(actor, name, chosen, record)
            after = edited(before, suffix=".json")
            await datasets.replace_record(actor, name, chosen, record, after)
        else:
            before = _as_lines(await datasets.records(actor, name, chosen))
            after = edited(before, suffix=".jsonl")
            if after != before:
                await datasets.replace_file(actor, name, chosen, after)
        note(f"{name}: {stage} is changed. Bring the rest up to date: teaegg data make SCENE")

    run(context, work)


@data.command("stats")
def stats(
    context: typer.Context,
    name: Name,
    sample: Annotated[int, typer.Option(min=0, help="So many rows to look at.")] = 3,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Count a dataset's rows by kind, source and length, and say what was left out and why."""
    from dataclasses import asdict

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        found = await workspace.datasets.statistics(actor, name, sample=sample)
        if as_json:
            rows = [row.model_dump(mode="json") for row in found.sample]
            told = {
                "records": dict(found.records),
                "kinds": dict(found.kinds),
                "sources": dict(found.sources),
                "prompts": asdict(found.prompts),
                "answers": asdict(found.answers),
                "rejected": {stage: dict(why) for stage, why in found.rejected.items()},
                "imported": asdict(found.imported) if found.imported else None,
                "sample": rows,
            }
            write_json(told)
            return
        show_statistics(found)

    run(context, work)


def _assignments(values: list[str]) -> list[tuple[str, str]]:
    pairs = []
    for value in values:
        field, equals, text = value.partition("=")
        if not equals:
            raise InvalidRequestError(
                f"{value[:60]!r} sets nothing.", remedy="Write --set FIELD=VALUE."
            )
        pairs.append((field.strip(), text))
    return pairs


def _as_lines(records: Sequence[Any]) -> str:
    return "".join(f"{record.model_dump_json()}\n" for record in records)
