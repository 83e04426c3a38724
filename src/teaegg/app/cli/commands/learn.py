"""Learn files and folders, and settle who may read them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.audience import Audience, decide_audience
from teaegg.app.cli.commands.grants import grant_command
from teaegg.app.cli.errors import EXIT_INTERRUPTED, EXIT_UNREADABLE
from teaegg.app.cli.learning import LearningScreen, LearnReport, OnDocument
from teaegg.app.cli.options import As, Json, names
from teaegg.app.cli.output import note, write_json
from teaegg.app.cli.session import acting, run
from teaegg.core.actors import Actor
from teaegg.core.errors import NotFoundError

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace


def learn(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files and folders to learn.")],
    collection: Annotated[
        str, typer.Option("--collection", "-c", metavar="NAME", help="Where to put them.")
    ] = "documents",
    groups: Annotated[
        str, typer.Option(metavar="g1,g2", help="Who may read what is new; missing ones are made.")
    ] = "",
    wait: Annotated[
        bool,
        typer.Option(
            "--wait/--no-wait",
            help="Make the vectors now, or leave them to a running server or the next time.",
        ),
    ] = True,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Learn files and folders; again after changes, and only these are read."""
    _require_all(paths)
    wanted = names(groups)

    async def work(workspace: Workspace) -> LearnReport:
        actor = await acting(workspace, user)
        audience = await settle_audience(workspace, actor, collection, wanted)
        with LearningScreen() as screen:
            async with _granting(workspace, actor, audience, wanted) as on_document:
                report = await screen.learn(
                    workspace,
                    paths,
                    collection,
                    restricted=audience.restricted,
                    on_document=on_document,
                )
            if wait:
                await screen.fill_vectors(workspace)
        return report

    try:
        report = run(context, work)
    except KeyboardInterrupt:
        note("Stopped. Nothing is lost: the same command goes on where it was.")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    write_json(report.record()) if as_json else report.show()
    if report.nothing_could_be_read:
        raise typer.Exit(EXIT_UNREADABLE)


async def settle_audience(
    workspace: Workspace, actor: Actor, collection: str, groups: tuple[str, ...]
) -> Audience:
    """Make the groups, the collection and the grants on it that learning for `groups` needs."""
    access = workspace.access
    await access.require_upload(actor, collection)
    exists = collection in await access.list_collections(actor)
    if exists and not groups:
        return Audience()
    readers = {
        (grant.grantee_kind, grant.grantee)
        for grant in await access.list_grants(actor)
        if (grant.target_kind, grant.target) == ("collection", collection)
    }
    audience = decide_audience(
        groups,
        known_groups=await access.list_groups(actor),
        collection_exists=exists,
        readers=readers,
    )
    for group in audience.new_groups:
        await access.add_group(actor, group)
        note(f"Made the group {group}; nobody is in it: teaegg group add-member {group} USER")
    if audience.new_collection:
        await access.create_collection(actor, collection)
    for group in audience.collection_readers:
        await access.grant(actor, "group", group, "collection", collection)
    if not exists and not groups:
        note(f"Only owners may read collection {collection}. Open it: {grant_command(collection)}")
    return audience


@asynccontextmanager
async def _granting(
    workspace: Workspace, actor: Actor, audience: Audience, groups: tuple[str, ...]
) -> AsyncIterator[OnDocument]:
    """Grants restricted documents to the groups while learning goes on.

    A document that has readers of its own keeps them: somebody decided that, and learning it again
    shows it to nobody else. One without any was learned just now, or by a run that was cut off.
    """
    if not audience.restricted:
        yield lambda _: None
        return
    access = workspace.access
    decided = {g.target for g in await access.list_grants(actor) if g.target_kind == "document"}
    learned: asyncio.Queue[str | None] = asyncio.Queue()

    async def grant_each() -> None:
        while (document := await learned.get()) is not None:
            for group in groups if document not in decided else ():
                await access.grant(actor, "group", group, "document", document)

    granting = asyncio.create_task(grant_each())
    try:
        yield learned.put_nowait
    finally:
        learned.put_nowait(None)
        await granting


def _require_all(paths: list[Path]) -> None:
    """Before anything is made for them. Raises NotFoundError naming the first that is missing."""
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise NotFoundError(f"There is no file or folder {path}.", remedy="Check the path.")
