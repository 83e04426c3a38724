"""Whose packs are taken in here, and the keys of this home."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, say, write_json, write_table
from teaegg.app.cli.session import acting, run
from teaegg.core.errors import InvalidRequestError, NotFoundError

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace
    from teaegg.distill.packs.keyring import OwnKeys

signers = typer.Typer(
    help="Keys of packs: this home's own, and those of the signers it trusts.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="What the signer is called here.")]


@signers.command("make")
def make(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """Make the keys of this home: one signs packs, one opens those encrypted to it."""

    async def work(workspace: Workspace) -> None:
        _show(workspace.packs.make_keys(await acting(workspace, user)), as_json)
        note("The secret halves lie in keys/own of the home: back them up, show them to nobody.")

    run(context, work)


@signers.command("show")
def show(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """Show the public halves of this home's keys, to give to others."""

    async def work(workspace: Workspace) -> None:
        keys = workspace.packs.own_keys(await acting(workspace, user))
        if keys is None:
            raise NotFoundError("This home has no keys.", remedy="Make some: `teaegg signer make`.")
        _show(keys, as_json)

    run(context, work)


@signers.command("trust")
def trust(
    context: typer.Context,
    name: Name,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The public key, or its `.pub` file.")],
    user: As = "",
) -> None:
    """Take packs signed with this key. Compare it with its owner by another way before."""
    text = _text_of(key)

    async def work(workspace: Workspace) -> None:
        public = workspace.packs.trust(await acting(workspace, user), name, text)
        note(f"Packs signed with {public.name} are taken in as from {name}.")

    run(context, work)


@signers.command("list")
def list_signers(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """List the signers that are trusted, since when, and by whose decision."""

    async def work(workspace: Workspace) -> None:
        known = workspace.packs.trusted(await acting(workspace, user))
        if as_json:
            write_json({name: item.model_dump(mode="json") for name, item in known.items()})
            return
        rows = ((name, s.key, s.by, s.at.date().isoformat()) for name, s in sorted(known.items()))
        write_table(("name", "key", "trusted by", "since"), rows, empty="No signer is trusted.")

    run(context, work)


@signers.command("distrust")
def distrust(context: typer.Context, name: Name, user: As = "") -> None:
    """Take no more packs of a signer; experts that came in before stay."""

    async def work(workspace: Workspace) -> None:
        workspace.packs.distrust(await acting(workspace, user), name)
        note(f"Packs of {name} are refused from now on.")

    run(context, work)


def _text_of(key: str) -> str:
    """The key itself, or what the file of that name says."""
    path = Path(key)
    try:
        return path.read_text(encoding="utf-8") if path.is_file() else key
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequestError(
            f"The key file {path} cannot be read: {error}.", remedy="Name another file, or the key."
        ) from error


def _show(keys: OwnKeys, as_json: bool) -> None:
    if as_json:
        write_json({"signer": str(keys.signer), "recipient": keys.recipient})
        return
    say(f"signer     {keys.signer}")
    say(f"recipient  {keys.recipient}")
