"""Learn files, folders and other sources, and settle who may read them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.audience import Audience, decide_audience
from teaegg.app.cli.commands.grants import grant_command
from teaegg.app.cli.errors import EXIT_INTERRUPTED, EXIT_SOURCE, EXIT_UNREADABLE
from teaegg.app.cli.learning import LearningScreen, LearnReport, OnDocument
from teaegg.app.cli.options import As, Json, names
from teaegg.app.cli.output import note, write_json
from teaegg.app.cli.session import acting, run
from teaegg.app.cli.watching import watch
from teaegg.core.actors import Actor
from teaegg.core.errors import NotFoundError

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace
    from teaegg.ingest.sources.permissions import FollowPermissions

# Told apart here as well, so that a path that is missing is an error before any engine is loaded.
_IS_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+:")


SourceList = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE...",
        help="Files, folders, `list:FILE` of web addresses, or URLs: http(s)://, s3://, imaps://,"
        " sqlite:///, postgresql:// …",
    ),
]
Follow = Annotated[
    bool,
    typer.Option(
        "--follow-permissions",
        help="Files that not everyone on this machine may read: only to whom sources.readers names.",
    ),
]
Wait = Annotated[
    bool,
    typer.Option(
        "--wait/--no-wait",
        help="Make the vectors now, or leave them to a running server or the next time.",
    ),
]


def learn(
    context: typer.Context,
    sources: SourceList,
    collection: Annotated[
        str, typer.Option("--collection", "-c", metavar="NAME", help="Where to put them.")
    ] = "documents",
    groups: Annotated[
        str, typer.Option(metavar="g1,g2", help="Who may read what is new; missing ones are made.")
    ] = "",
    wait: Wait = True,
    follow: Follow = False,
    watching: Annotated[
        bool, typer.Option("--watch", help="Go on learning what changes until stopped.")
    ] = False,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Learn files, folders and other sources; again after changes, and only these are read."""
    _require_all(sources)
    request = _Request(tuple(sources), collection, names(groups), wait, follow, user)

    async def work(workspace: Workspace) -> LearnReport:
        report = await request.carried_out(workspace)
        if watching:
            _show(report, as_json)
            places = [Path(source) for source in sources if not _IS_URL.match(source)]
            await watch(
                places,
                lambda: request.carried_out(workspace),
                lambda report: _show(report, as_json),
                seconds=workspace.settings.sources.watch_seconds,
            )
        return report

    try:
        report = run(context, work)
    except KeyboardInterrupt:
        note("Stopped. Nothing is lost: the same command goes on where it was.")
        raise typer.Exit(EXIT_INTERRUPTED) from None
    if not watching:
        _show(report, as_json)
        _judge(report)


@dataclass(frozen=True, slots=True)
class _Request:
    """What was typed."""

    sources: tuple[str, ...]
    collection: str
    groups: tuple[str, ...]
    wait: bool
    follow: bool
    user: str

    async def carried_out(self, workspace: Workspace) -> LearnReport:
        """Learn once, all of it."""
        actor = await acting(workspace, self.user)
        permissions: FollowPermissions = "follow" if self.follow else "record"
        async with AsyncExitStack() as stack:
            opened = [
                await stack.enter_async_context(
                    workspace.sources.opened(actor, source, permissions)
                )
                for source in self.sources
            ]
            audience = await settle_audience(workspace, actor, self.collection, self.groups)
            screen = stack.enter_context(LearningScreen())
            async with _granting(workspace, actor, audience, self.groups) as on_document:
                report = await screen.learn(
                    workspace,
                    opened,
                    self.collection,
                    restricted=audience.restricted,
                    on_document=on_document,
                )
            if self.wait:
                await screen.fill_vectors(workspace)
        return report


def _show(report: LearnReport, as_json: bool) -> None:
    write_json(report.record()) if as_json else report.show()


def _judge(report: LearnReport) -> None:
    """The exit code, when nothing came of it."""
    if report.nothing_answered:
        raise typer.Exit(EXIT_SOURCE)
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


def _require_all(sources: list[str]) -> None:
    """Before anything is made for them. Raises NotFoundError naming the first path that is missing."""
    for source in sources:
        path = Path(source)
        if not (_IS_URL.match(source) or path.exists() or path.is_symlink()):
            raise NotFoundError(f"There is no file or folder {path}.", remedy="Check the path.")
