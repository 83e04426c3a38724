"""Experts: which there are, what made them, who may use them, and which of them answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from teaegg.app.cli.commands.grants import reader_of
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, say, write_json
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

experts = typer.Typer(
    help="Small models that learned from documents: what made them, who may use them.",
    no_args_is_help=True,
)

Name = Annotated[
    str, typer.Argument(metavar="EXPERT", help="A scene, an expert's id, or its first digits.")
]
To = Annotated[str, typer.Option("--to", metavar="WHO", help="`group:NAME` or `user:NAME`.")]
Why = Annotated[str, typer.Option("--why", help="The reason; kept on record.")]


@experts.command("list")
def list_experts(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """List the experts that may be used; owners see every state."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.rendering import show_experts
        from teaegg.app.records import shown_expert

        actor = await acting(workspace, user)
        found = await workspace.experts.access.list(actor)
        waiting = await workspace.experts.waiting(actor)
        if as_json:
            write_json([{**shown_expert(r), "to_be_remade": r in waiting} for r in found])
        else:
            show_experts(found, waiting)

    run(context, work)


@experts.command("show")
def show(context: typer.Context, name: Name, user: As = "", as_json: Json = False) -> None:
    """Show one expert."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.claim_rendering import show_came_in
        from teaegg.app.cli.experts.rendering import (
            elsewhere_record,
            show_expert,
            succession_record,
        )
        from teaegg.app.records import shown_expert
        from teaegg.store.experts.records import ALL_STATES

        actor = await acting(workspace, user)
        found = await workspace.experts.access.find(actor, name, ALL_STATES)
        succession = await workspace.experts.succession(actor, found)
        came = await workspace.experts.came_in(actor, found)
        if as_json:
            told = {**succession_record(succession), **elsewhere_record(came)}
            write_json({**shown_expert(found), **told})
            return
        show_expert(found, succession)
        if came:
            show_came_in(came, workspace.packs.answering)

    run(context, work)


@experts.command("lineage")
def lineage(context: typer.Context, name: Name, user: As = "", as_json: Json = False) -> None:
    """Show all that made an expert: documents, rows, teacher, recipe, code, base; and its history."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.claim_rendering import show_came_in
        from teaegg.app.cli.experts.rendering import lineage_record, show_lineage

        found = await workspace.experts.lineage(await acting(workspace, user), name)
        if as_json:
            write_json(lineage_record(found))
            return
        show_lineage(found)
        if found.elsewhere:
            show_came_in(found.elsewhere, workspace.packs.answering)

    run(context, work)


@experts.command("why")
def why(
    context: typer.Context,
    reader: Annotated[str, typer.Argument(metavar="USER", help="Whose use is in question.")],
    name: Name,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Explain why a user may use an expert, or why not."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.rendering import short
        from teaegg.app.records import explained_expert

        actor = await acting(workspace, user)
        told = await workspace.experts.access.why(reader, name, asked_by=actor)
        if as_json:
            write_json(explained_expert(told))
            return
        say(f"{told.user} → {told.scene} ({short(told.expert)}): {told.verdict}")
        for reason in told.reasons:
            say(f"  {reason.en}  {reason.zh}")

    run(context, work)


@experts.command("retire")
def retire(context: typer.Context, name: Name, reason: Why = "", user: As = "") -> None:
    """Let an expert answer no more; it can be released again."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.rendering import short

        actor = await acting(workspace, user)
        record = await workspace.experts.access.retire(actor, name, why=reason)
        note(f"Retired {record.expert.scene} ({short(record.id)}).")

    run(context, work)


@experts.command("widen")
def widen(
    context: typer.Context,
    name: Name,
    to: To,
    reason: Why = "",
    back: Annotated[bool, typer.Option("--back", help="Take the widening back.")] = False,
    user: As = "",
) -> None:
    """Open an expert to people who may not read all that taught it; the reason is kept."""
    kind, grantee = reader_of(to)

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        access = workspace.experts.access
        if back:
            record = await access.narrow(actor, name, kind, grantee)
            note(f"{record.expert.scene} is no longer opened to {kind} {grantee}.")
        else:
            record = await access.widen(actor, name, kind, grantee, why=reason)
            note(f"{kind} {grantee} may use {record.expert.scene}.")

    run(context, work)


@experts.command("export")
def export(
    context: typer.Context,
    name: Name,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file, or folder for peft.")],
    form: Annotated[
        Literal["adapter", "peft", "merged", "merged-f16"],
        typer.Option(
            help="adapter: GGUF beside its base (llama.cpp); peft: a folder (transformers, vLLM); "
            "merged: one GGUF of 8 bits (Ollama, LM Studio, llama.cpp); merged-f16: of 16 bits."
        ),
    ] = "adapter",
    user: As = "",
) -> None:
    """Write an expert for another program; what it learned leaves with it."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.rendering import short

        actor = await acting(workspace, user)
        record = await workspace.experts.export(actor, name, form, out)
        note(f"Wrote {record.expert.scene} ({short(record.id)}) to {out}.")

    run(context, work)
