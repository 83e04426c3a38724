"""What was learned: list it, show it, say why it was not read, who may read it, forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from teaegg.app.cli.lookup import find_document
from teaegg.app.cli.options import As, Json
from teaegg.app.cli.output import note, say, write_json
from teaegg.app.cli.session import acting, run

if TYPE_CHECKING:
    from teaegg.app.workspace import Workspace

Name = Annotated[str, typer.Argument(metavar="DOCUMENT", help="Its id, exact title or path.")]
InCollection = Annotated[
    str, typer.Option("--collection", "-c", metavar="NAME", help="Only this collection.")
]


def documents(
    context: typer.Context, user: As = "", collection: InCollection = "", as_json: Json = False
) -> None:
    """List the documents that may be read."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.rendering import show_documents
        from teaegg.app.records import document_record

        found = await workspace.documents(
            await acting(workspace, user), collection=collection or None
        )
        write_json([document_record(d) for d in found]) if as_json else show_documents(found)

    run(context, work)


def show(
    context: typer.Context,
    document: Name,
    passages: Annotated[
        bool, typer.Option("--passages", help="Print what was understood, passage by passage.")
    ] = False,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Show one document: where it comes from, its state, its passages."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.rendering import show_document, show_passages
        from teaegg.app.records import document_record, shown_version, understood_record
        from teaegg.ingest.readers.doubts import doubted_pages

        actor = await acting(workspace, user)
        found = await find_document(workspace, actor, document)
        pieces = await workspace.passages(actor, found.id) if passages else []
        waiting = await workspace.without_vector(actor, found.id) if passages else frozenset()
        version = await workspace.version_note(actor, found.id)
        if as_json:
            told = {**document_record(found), "out_of_force": shown_version(version)}
            listed = {"contents": [understood_record(p, waiting) for p in pieces]}
            write_json({**told, **(listed if passages else {})})
        else:
            show_document(found, version)
            show_passages(pieces, waiting, doubted_pages(found.notes))

    run(context, work)


def failures(context: typer.Context, user: As = "", as_json: Json = False) -> None:
    """List the files that could not be read, each with its reason."""

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.rendering import show_failures
        from teaegg.app.records import document_record

        found = await workspace.documents(await acting(workspace, user))
        failed = [d for d in found if d.state == "quarantined"]
        write_json([document_record(d) for d in failed]) if as_json else show_failures(failed)

    run(context, work)


def why(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="USER", help="Whose reading is in question.")],
    document: Name,
    user: As = "",
    as_json: Json = False,
) -> None:
    """Explain why a user may read a document, or why not."""

    async def work(workspace: Workspace) -> None:
        actor = await acting(workspace, user)
        found = await find_document(workspace, actor, document)
        explained = await workspace.access.why(name, found.id, asked_by=actor)
        if as_json:
            write_json(
                {
                    "user": explained.user,
                    "document": explained.document,
                    "title": explained.title,
                    "verdict": explained.verdict,
                    "reasons": [{"en": r.en, "zh": r.zh} for r in explained.reasons],
                }
            )
            return
        say(f"{explained.user} → {explained.title} ({explained.document}): {explained.verdict}")
        for reason in explained.reasons:
            say(f"  {reason.en}  {reason.zh}")

    run(context, work)


def forget(
    context: typer.Context,
    document: Name,
    user: As = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask back.")] = False,
    remake: Annotated[
        bool,
        typer.Option("--remake", help="Make the withdrawn experts again at once; owners only."),
    ] = False,
) -> None:
    """Remove a document, and what learned from it; the file itself stays.

    Experts that learned from it are withdrawn at once, and its rows are deleted from the datasets.
    `teaegg expert remake` makes them again without it.
    """

    async def work(workspace: Workspace) -> None:
        from teaegg.app.cli.experts.remake import remake_all
        from teaegg.app.cli.experts.rendering import show_forgotten

        actor = await acting(workspace, user)
        if remake:
            workspace.experts.access.require_making(actor)
        found = await find_document(workspace, actor, document)
        await workspace.access.require_upload(actor, found.collection)
        if not yes:
            typer.confirm(f"Forget {found.title!r} ({found.id})?", abort=True, err=True)
        forgotten = await workspace.experts.forget(actor, [found])
        note(f"Forgot {found.title!r}. Learning its folder again brings it back.")
        show_forgotten(forgotten)
        if remake:
            await remake_all(workspace, actor, [record.id for record in forgotten.waiting])

    run(context, work)
