"""Exams looked at and signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.exams import editing, exchange, making
from teaegg.app.cli.exams.screen import item_record, show_exam, show_item
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, say, write_json, write_table
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import InvalidRequestError

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

exams = typer.Typer(help="Exams: who is better at this company's questions.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The exam: its name, or the id of a version.")]
Version = Annotated[
    int | None, typer.Option(min=1, metavar="NUMBER", help="Which version; else the newest.")
]
ItemIds = Annotated[
    list[str] | None, typer.Option("--item", metavar="ID", help="This item (repeatable).")
]


@exams.command("list")
def list_exams(
    context: typer.Context,
    scene: Annotated[str, typer.Option(help="Only exams of this scene.")] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """List the exams with their newest versions, and how many of their items nobody has signed."""

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        found = await workspace.exams.list(actor, scene or None)
        reviewed = [await workspace.exams.review(actor, version) for version in found]
        if as_json:
            write_json(
                [
                    {
                        "name": each.version.exam.name,
                        "version": each.version.version,
                        "id": each.version.id,
                        "title": each.version.exam.title,
                        "scene": each.version.exam.scene,
                        "pass_mark": each.version.exam.pass_mark,
                        "items": len(each.version.exam.items),
                        "unsigned": len(each.unsigned),
                    }
                    for each in reviewed
                ]
            )
            return
        rows = (
            (
                each.version.exam.name,
                str(each.version.version),
                each.version.exam.title,
                each.version.exam.scene,
                str(len(each.version.exam.items)),
                str(len(each.unsigned)),
                f"{each.version.at:%Y-%m-%d %H:%M}",
            )
            for each in reviewed
        )
        columns = ("name", "version", "title", "scene", "items", "unsigned", "kept at")
        write_table(columns, rows, empty="There are no exams: teaegg exam import FILE")

    run(context, work)


@exams.command("show")
def show(
    context: typer.Context,
    name: Name,
    version: Version = None,
    item: ItemIds = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Only items that nobody has signed.")
    ] = False,
    count: Annotated[int, typer.Option(min=1, help="So many items.")] = 5,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Print an exam and its items as a person reads them, with who signed what."""

    async def work(workspace: Workspace) -> None:
        reviewed = await workspace.exams.reviewed(await acting(workspace, user), name, version)
        items = reviewed.unsigned if unsigned else reviewed.version.exam.items
        wanted = [each for each in items if not item or each.id in item]
        if as_json:
            exam = reviewed.version.exam.model_dump(mode="json", exclude={"items"})
            kept = {"id": reviewed.version.id, "version": reviewed.version.version}
            shown = [item_record(each, reviewed.signatures) for each in wanted]
            write_json({**kept, **exam, "items": shown})
            return
        show_exam(reviewed)
        for each in wanted[:count]:
            show_item(each, reviewed.signatures.get(each.hash))
        note(f"{min(count, len(wanted))} of {len(reviewed.version.exam.items)} items.")

    run(context, work)


exams.command("new")(exchange.new)
exams.command("import")(exchange.import_exam)
exams.command("export")(exchange.export_exam)
exams.command("edit")(editing.edit)
exams.command("make")(making.make)
exams.command("promote")(making.promote)
exams.command("check")(making.check)


@exams.command("sign")
def sign(
    context: typer.Context,
    name: Name,
    item: ItemIds = None,
    all_items: Annotated[bool, typer.Option("--all", help="Every item of the exam.")] = False,
    why: Annotated[str, typer.Option("--note", help="Kept beside the signature.")] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Stand for items: question, key and passages are right. An edited item must be signed again."""
    _require_choice(item, all_items)

    async def work(workspace: Workspace) -> None:
        new = await workspace.exams.sign(await acting(workspace, user), name, item or (), note=why)
        if as_json:
            write_json({"signed": [each.id for each in new]})
            return
        say(f"{len(new)} items of {name} are signed now.")

    run(context, work)


@exams.command("unsign")
def unsign(
    context: typer.Context,
    name: Name,
    item: ItemIds = None,
    all_items: Annotated[bool, typer.Option("--all", help="Every item of the exam.")] = False,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Take the signatures of items back: they are counted apart again."""
    _require_choice(item, all_items)

    async def work(workspace: Workspace) -> None:
        taken = await workspace.exams.unsign(await acting(workspace, user), name, item or ())
        if as_json:
            write_json({"unsigned": taken})
            return
        say(f"{taken} signatures of {name} are taken back.")

    run(context, work)


def _require_choice(items: list[str] | None, all_items: bool) -> None:
    if bool(items) == all_items:
        raise InvalidRequestError(
            "It is not said which items.", remedy="Name them with --item ID, or say --all."
        )
