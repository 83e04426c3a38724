"""Documents one may know of: their records, passages, originals, and why one sees them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from teaegg.app.api.identity import TheActor, TheWorkspace
from teaegg.app.records import document_record, passage_record, shown_version

router = APIRouter(prefix="/documents", tags=["documents"])


@router.get("")
async def documents(
    actor: TheActor,
    workspace: TheWorkspace,
    collection: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    """By title; `states` counts all visible documents by state."""
    found = await workspace.documents(actor, collection=collection, limit=limit, offset=offset)
    return {
        "documents": [document_record(document) for document in found],
        "states": await workspace.progress(actor),
    }


@router.get("/{document}")
async def document(document: str, actor: TheActor, workspace: TheWorkspace) -> dict[str, Any]:
    """One record; `out_of_force` says why the document does not apply today, null when it does."""
    found = await workspace.document(actor, document)
    version = await workspace.version_note(actor, document)
    return {**document_record(found), "out_of_force": shown_version(version)}


@router.get("/{document}/passages")
async def passages(document: str, actor: TheActor, workspace: TheWorkspace) -> dict[str, Any]:
    """What is found when one searches, in order."""
    found = await workspace.passages(actor, document)
    return {"passages": [passage_record(passage) for passage in found]}


@router.get("/{document}/original")
async def original(document: str, actor: TheActor, workspace: TheWorkspace) -> Response:
    """The file as it was learned, always as a download: a browser must never run what it holds."""
    found, data = await workspace.original(actor, document)
    return Response(
        data,
        media_type="application/octet-stream",
        headers={"Content-Disposition": _attachment(found.source)},
    )


@router.get("/{document}/why")
async def why(
    document: str, actor: TheActor, workspace: TheWorkspace, user: str = ""
) -> dict[str, Any]:
    """Why `user` (oneself by default; owners may ask about everybody) reads the document, or not."""
    told = await workspace.access.why(user or actor.name, document, asked_by=actor)
    return {
        "user": told.user,
        "document": told.document,
        "title": told.title,
        "verdict": told.verdict,
        "reasons": [{"en": reason.en, "zh": reason.zh} for reason in told.reasons],
    }


def _attachment(source: str) -> str:
    """RFC 6266: the plain name for old clients, the true one percent-encoded."""
    name = PurePosixPath(source.replace("\\", "/")).name or "document"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
