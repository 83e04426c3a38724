"""Experts as one signed file: made, checked, taken in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, say, write_json
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

Pack = Annotated[Path, typer.Argument(metavar="FILE.teaegg", help="The pack.")]


def pack(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="EXPERT", help="A scene, an expert's id, or its first digits.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE.teaegg", help="The pack.")],
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="RECIPIENT",
            help="Encrypt it to this home only (repeatable); `teaegg signer show` there names it.",
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Sign with this secret key; else with this home's."),
    ] = None,
    notice: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A further licence notice to put in (repeatable)."),
    ] = None,
    titles: Annotated[
        bool,
        typer.Option(
            "--titles/--no-titles", help="Name the documents that taught it, or their hashes only."
        ),
    ] = True,
    report: Annotated[
        Literal["figures", "items", "none"],
        typer.Option(
            help="Of its exam: figures only; with the items, which quote documents; or none."
        ),
    ] = "figures",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Write an expert as one signed file for another TeaEgg; what it learned leaves with it."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.pack_rendering import pack_record
        from teaegg.app.cli.experts.rendering import short
        from teaegg.app.experts.packs import PackWishes

        actor = await acting(workspace, user)
        wishes = PackWishes(key, to or (), notice or (), titles, report)
        manifest = await workspace.packs.pack(actor, name, out, wishes)
        if as_json:
            write_json(pack_record(manifest))
            return
        expert = f"{manifest.expert.scene} ({short(manifest.expert.id)})"
        whom = f" for {len(manifest.recipients)} recipients" if manifest.recipients else ""
        note(f"Packed {expert}{whom} into {out}, signed.")

    run(context, work)


def verify(
    context: typer.Context,
    file: Pack,
    signer: Annotated[
        str, typer.Option(metavar="KEY", help="Whose it must be; else a trusted signer's.")
    ] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Check a pack and show what it holds; nothing is kept. Refused, it says why (exit code 10)."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.pack_rendering import opened_record, show_opened

        opened = await workspace.packs.verify(await acting(workspace, user), file, signer=signer)
        if as_json:
            write_json(opened_record(opened))
        else:
            show_opened(opened, workspace.packs.answering)

    run(context, work)


def unpack(
    context: typer.Context,
    file: Pack,
    collection: Annotated[
        list[str] | None,
        typer.Option(
            "--collection",
            "-c",
            metavar="NAME",
            help="Where its answers come from here (repeatable); else as the pack says.",
        ),
    ] = None,
    reason: Annotated[str, typer.Option("--why", help="The reason; kept on record.")] = "",
    user: As = "",
    as_json: Json = False,
) -> None:
    """Take in the expert of a pack as a candidate. Only owners may use it until they widen it."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.claim_rendering import show_claims
        from teaegg.app.cli.experts.pack_rendering import opened_record, signer_of
        from teaegg.app.cli.experts.rendering import short
        from teaegg.app.records import shown_expert

        actor = await acting(workspace, user)
        record, opened = await workspace.packs.unpack(
            actor, file, collections=collection or (), why=reason
        )
        if as_json:
            write_json({"expert": shown_expert(record), "pack": opened_record(opened)})
            return
        scene, name = record.expert.scene, short(record.id)
        say(f"{scene} ({name}) from {opened.signer}: {record.state}, for owners only.")
        show_claims(opened.manifest, signer_of(opened), workspace.packs.answering)
        say()
        say(f"Try it: teaegg ask QUESTION --expert {name} --sandbox")
        say(f"Let it answer: teaegg release {name} --why REASON")
        say(f"Open it to others: teaegg expert widen {name} --to group:NAME --why REASON")

    run(context, work)
