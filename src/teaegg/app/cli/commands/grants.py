"""Collections, and who may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from teaegg.app.cli.lookup import find_document
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, say, write_json, write_table
from teaegg.app.cli.session import acting, run
from teaegg.core.actors import Actor
from teaegg.core.errors import InvalidRequestError

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

collections = typer.Typer(help="Collections of documents.", no_args_is_help=True)
grants = typer.Typer(help="Who may read what.", no_args_is_help=True)

GranteeKind = Literal["group", "user"]
TargetKind = Literal["collection", "document"]

Reader = Annotated[
    str, typer.Argument(metavar="WHO", help="`group:NAME` or `user:NAME`; `group:everyone` is all.")
]
Target = Annotated[str, typer.Argument(metavar="WHAT", help="`collection:NAME` or `document:ID`.")]


@collections.command("create")
def create_collection(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The collection's name.")],
    user: As = "",
) -> None:
    """Create an empty collection; only owners read it until it is granted."""

    async def work(workspace: Workspace) -> None:
        await workspace.access.create_collection(await acting(workspace, user), name)
        note(f"Created collection {name}. Open it: {grant_command(name)}")

    run(context, work)


@collections.command("list")
def list_collections(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """List the collections that may be read."""

    async def work(workspace: Workspace) -> None:
        found = await workspace.access.list_collections(await acting(workspace, user))
        if as_json:
            write_json(list(found))
            return
        for name in found:
            say(name)

    run(context, work)


def grant(
    context: typer.Context,
    who: Reader,
    what: Target,
    remark: Annotated[str, typer.Option("--note", help="Why; kept with the grant.")] = "",
    user: As = "",
) -> None:
    """Let a group or a user read a collection or a document."""
    grantee_kind, grantee = reader_of(who)

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        target_kind, target = await _target(workspace, actor, what)
        await workspace.access.grant(actor, grantee_kind, grantee, target_kind, target, note=remark)
        note(f"{grantee_kind} {grantee} may read {target_kind} {target}.")

    run(context, work)


def revoke(context: typer.Context, who: Reader, what: Target, user: As = "") -> None:
    """Take a grant back; it holds from the next question on."""
    grantee_kind, grantee = reader_of(who)

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        target_kind, target = await _target(workspace, actor, what)
        await workspace.access.revoke(actor, grantee_kind, grantee, target_kind, target)
        note(f"{grantee_kind} {grantee} no longer reads {target_kind} {target} by this grant.")

    run(context, work)


@grants.command("list")
def list_grants(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """List every grant with who gave it, when and why."""

    async def work(workspace: Workspace) -> None:
        found = await workspace.access.list_grants(await acting(workspace, user))
        if as_json:
            write_json(
                [
                    {
                        "who": f"{g.grantee_kind}:{g.grantee}",
                        "what": f"{g.target_kind}:{g.target}",
                        "granted_by": g.granted_by,
                        "granted_at": g.granted_at.isoformat(),
                        "note": g.note,
                    }
                    for g in found
                ]
            )
            return
        rows = (
            (
                f"{g.grantee_kind}:{g.grantee}",
                f"{g.target_kind}:{g.target}",
                g.granted_by,
                g.granted_at.date().isoformat(),
                g.note,
            )
            for g in found
        )
        columns = ("who", "may read", "granted by", "on", "note")
        write_table(columns, rows, empty="Nothing is granted: only owners read.")

    run(context, work)


def grant_command(collection: str, group: str = "GROUP") -> str:
    """The command that opens a collection, ready to be typed."""
    return f"teaegg grant {_quoted(f'group:{group}')} {_quoted(f'collection:{collection}')}"


def reader_of(text: str) -> tuple[GranteeKind, str]:
    """`group:finance` as its two parts. Raises InvalidRequestError for anything else."""
    kind, _, name = text.replace("：", ":").partition(":")
    if kind not in ("group", "user") or not name:
        raise InvalidRequestError(
            f"{text[:80]!r} names nobody who could read.", remedy="Write group:NAME or user:NAME."
        )
    return cast(GranteeKind, kind), name


async def _target(workspace: Workspace, actor: Actor, text: str) -> tuple[TargetKind, str]:
    kind, _, name = text.replace("：", ":", 1).partition(":")
    if kind not in ("collection", "document") or not name:
        raise InvalidRequestError(
            f"{text[:80]!r} names nothing that could be read.",
            remedy="Write collection:NAME or document:ID.",
        )
    if kind == "document":
        return "document", (await find_document(workspace, actor, name)).id
    return "collection", name


def _quoted(word: str) -> str:
    return f"'{word}'" if any(c in word for c in " &()") else word
