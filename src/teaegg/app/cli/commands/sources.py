"""Sources that are kept in step: named, scheduled, and looked at again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from teaegg.app.cli.errors import EXIT_SOURCE
from teaegg.app.cli.learning import LearningScreen
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import complain, note, say, write_json, write_table
from teaegg.app.cli.session import acting, run
from teaegg.core.actors import Actor
from teaegg.core.errors import TeaEggError

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace
    from teaegg.store.sources import SourceRecord

sources = typer.Typer(help="Sources that are kept in step.", no_args_is_help=True)

Names = Callable[["Workspace", Actor], Awaitable[list[str]]]
Name = Annotated[str, typer.Argument(help="The source's name.")]


@sources.command("list")
def list_sources(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """List the sources, when each was last in step, and what went wrong since."""

    async def work(workspace: Workspace) -> None:
        found = await workspace.sources.list(await acting(workspace, user))
        if as_json:
            write_json([_record(source) for source in found])
            return
        rows = (
            (
                source.name,
                source.address,
                source.collection,
                "paused" if source.paused else source.schedule or "when asked",
                f"{source.succeeded_at:%Y-%m-%d %H:%M} UTC" if source.succeeded_at else "never",
                " ".join(part for part in (source.error, source.remedy) if part),
            )
            for source in found
        )
        columns = ("name", "address", "collection", "schedule", "last in step", "error")
        write_table(columns, rows, empty="There are no sources: teaegg sources add NAME ADDRESS")

    run(context, work)


@sources.command("add")
def add_source(
    context: typer.Context,
    name: Name,
    address: Annotated[
        str, typer.Argument(help="As for `teaegg learn`; secrets as ${NAME} of the environment.")
    ],
    collection: Annotated[
        str, typer.Option("--collection", "-c", metavar="NAME", help="Where to put its documents.")
    ] = "documents",
    schedule: Annotated[
        str, typer.Option(metavar="WHEN", help="`every 30m`, `every 2h`, `daily 03:30`.")
    ] = "",
    follow: Annotated[
        bool, typer.Option("--follow-permissions", help="As for `teaegg learn`.")
    ] = False,
    user: As = "",
) -> None:
    """Remember a source; `teaegg sync`, or a running server, brings its documents in step."""

    async def work(workspace: Workspace) -> None:
        await workspace.sources.add(
            await acting(workspace, user),
            name,
            address,
            collection,
            schedule=schedule,
            permissions="follow" if follow else "record",
        )
        note(f"Added the source {name}. Bring it in step: teaegg sources sync {name}")

    run(context, work)


@sources.command("remove")
def remove_source(
    context: typer.Context,
    name: Name,
    forget: Annotated[bool, typer.Option("--forget", help="Its documents go as well.")] = False,
    user: As = "",
) -> None:
    """Stop keeping a source in step; its documents stay unless told otherwise."""

    async def work(workspace: Workspace) -> None:
        gone = await workspace.sources.remove(await acting(workspace, user), name, forget=forget)
        note(f"Removed the source {name}; {gone} documents were forgotten.")

    run(context, work)


@sources.command("pause")
def pause_source(context: typer.Context, name: Name, user: As = "") -> None:
    """Leave a source alone until it is resumed, or synchronised by name."""

    async def work(workspace: Workspace) -> None:
        await workspace.sources.pause(await acting(workspace, user), name)
        note(f"Paused the source {name}. Go on with it: teaegg sources resume {name}")

    run(context, work)


@sources.command("resume")
def resume_source(context: typer.Context, name: Name, user: As = "") -> None:
    """Keep a paused source in step again."""

    async def work(workspace: Workspace) -> None:
        await workspace.sources.pause(await acting(workspace, user), name, paused=False)
        note(f"The source {name} is kept in step again.")

    run(context, work)


@sources.command("sync")
def sync_sources(
    context: typer.Context,
    wanted: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="These; else all.")
    ] = None,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Bring sources in step now, whatever their schedule."""

    async def named(workspace: Workspace, actor: Actor) -> list[str]:
        return list(wanted or [source.name for source in await workspace.sources.list(actor)])

    _sync(context, named, user, as_json)


def sync(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """Bring the sources in step whose schedule says so; for cron, where no server runs."""

    async def due(workspace: Workspace, actor: Actor) -> list[str]:
        return [source.name for source in await workspace.sources.due(actor)]

    _sync(context, due, user, as_json)


def _sync(context: typer.Context, names: Names, user: str, as_json: bool) -> None:
    """One that fails is told with its remedy, the others go on, and the exit code says so."""

    async def work(workspace: Workspace) -> list[dict[str, Any]]:
        actor = await acting(workspace, user)
        results = []
        with LearningScreen() as screen:
            for name in await names(workspace, actor):
                try:
                    report = await screen.sync(workspace, actor, name)
                except TeaEggError as error:
                    complain(error)
                    results.append({"name": name, "error": str(error)})
                    continue
                results.append({"name": name, "error": "", **report.record()})
                if not as_json:
                    say(f"{name}:")
                    report.show()
            await screen.fill_vectors(workspace)
        return results

    results = run(context, work)
    if as_json:
        write_json(results)
    elif not results:
        note("No source is to be brought in step now.")
    if any(result["error"] for result in results):
        raise typer.Exit(EXIT_SOURCE)


def _record(source: SourceRecord) -> dict[str, Any]:
    return {
        "name": source.name,
        "address": source.address,
        "collection": source.collection,
        "schedule": source.schedule,
        "permissions": source.permissions,
        "added_by": source.added_by,
        "tried_at": source.tried_at.isoformat() if source.tried_at else None,
        "succeeded_at": source.succeeded_at.isoformat() if source.succeeded_at else None,
        "error": source.error,
        "remedy": source.remedy,
        "paused": source.paused,
        "counts": dict(source.counts),
    }
