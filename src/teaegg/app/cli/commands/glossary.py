"""The company's glossary: what people call things, one entry at a time or as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, write_json, write_table
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import NotFoundError, StorageError

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

glossary = typer.Typer(help="What people call things: aliases and names.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The name that the documents use.")]
OfCollection = Annotated[
    str,
    typer.Option(
        "--collection", "-c", metavar="NAME", help="Known to this collection's readers only."
    ),
]


@glossary.command("list")
def list_entries(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """List the entries that may be known."""

    async def work(workspace: Workspace) -> None:
        entries = await workspace.glossary.list(await acting(workspace, user))
        if as_json:
            write_json([_record(entry) for entry in entries])
            return
        rows = (
            (e.name, "; ".join(e.aliases), e.collection or "everybody", e.note) for e in entries
        )
        columns = ("name", "aliases", "known to", "note")
        write_table(columns, rows, empty="The glossary is empty. teaegg glossary add NAME ALIAS")

    run(context, work)


@glossary.command("add")
def add_entry(
    context: typer.Context,
    name: Name,
    aliases: Annotated[list[str], typer.Argument(help="What people call it instead.")],
    collection: OfCollection = "",
    remark: Annotated[str, typer.Option("--note", help="Why; kept with the entry.")] = "",
    user: As = "",
) -> None:
    """Add a name and its aliases; questions understand them at once."""

    async def work(workspace: Workspace) -> None:
        from teaegg.store.glossary import GlossaryEntry

        entry = GlossaryEntry(name, tuple(aliases), collection, remark)
        await workspace.glossary.add(await acting(workspace, user), entry)
        note(f"{name} is now also {', '.join(aliases)}.")

    run(context, work)


@glossary.command("remove")
def remove_entry(
    context: typer.Context, name: Name, collection: OfCollection = "", user: As = ""
) -> None:
    """Remove a name with all its aliases."""

    async def work(workspace: Workspace) -> None:
        await workspace.glossary.remove(await acting(workspace, user), name, collection)
        note(f"Removed {name}.")

    run(context, work)


@glossary.command("import")
def import_entries(
    context: typer.Context,
    table: Annotated[Path, typer.Argument(help="A CSV file: name,aliases,collection,note.")],
    user: As = "",
) -> None:
    """Add the entries of a CSV file; of a name that is there already the new entry stays."""

    async def work(workspace: Workspace) -> None:
        from teaegg.store.glossary import parse_glossary

        entries = parse_glossary(_content(table), str(table))
        count = await workspace.glossary.merge(await acting(workspace, user), entries)
        note(f"Imported {count} entries.")

    run(context, work)


@glossary.command("export")
def export_entries(
    context: typer.Context,
    table: Annotated[Path, typer.Argument(help="The CSV file to write.")],
    user: As = "",
) -> None:
    """Write the entries that may be known to a CSV file that spreadsheet programs open."""

    async def work(workspace: Workspace) -> None:
        from teaegg.store.glossary import glossary_text

        entries = await workspace.glossary.list(await acting(workspace, user))
        try:
            table.write_text(glossary_text(entries), encoding="utf-8-sig", newline="")
        except OSError as error:
            raise StorageError(
                f"{table} cannot be written: {error.strerror or error}.",
                remedy="Name another file.",
            ) from error
        note(f"Exported {len(entries)} entries to {table}.")

    run(context, work)


def _record(entry: Any) -> dict[str, Any]:
    return {
        "name": entry.name,
        "aliases": list(entry.aliases),
        "collection": entry.collection,
        "note": entry.note,
    }


def _content(table: Path) -> bytes:
    try:
        return table.read_bytes()
    except OSError as error:
        raise NotFoundError(
            f"{table} cannot be read: {error.strerror or error}.", remedy="Check the path."
        ) from error
