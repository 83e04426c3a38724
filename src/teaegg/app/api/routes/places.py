"""The place a citation names: the text around it, and the page as a picture with the quote marked."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from teaegg.app.api.identity import TheActor, TheWorkspace
from teaegg.app.api.page_search import Box
from teaegg.app.api.pictures import Picture, image_page, pdf_page
from teaegg.app.api.places import cited_blocks, excerpt, require_version
from teaegg.app.records import shown_version
from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.documents import Document, ParsedDocument
from teaegg.core.errors import InvalidRequestError

router = APIRouter(prefix="/documents", tags=["places"])
MARKS_HEADER = "X-TeaEgg-Marks"
FIRST_MARK_HEADER = "X-TeaEgg-First-Mark"


@router.get("/{document}/text")
async def text(
    document: str,
    start: int,
    end: int,
    actor: TheActor,
    workspace: TheWorkspace,
    version: str = "",
) -> dict[str, Any]:
    """Canonical text around the span; 409 when the document is no longer of `version`.

    `out_of_force` says why the document does not apply today, null when it does.
    """
    found, parsed = await _parsed(workspace, actor, document, version)
    return {
        **excerpt(found, parsed, start, end),
        "out_of_force": shown_version(await workspace.version_note(actor, document)),
    }


@router.get("/{document}/pages/{page}.png")
async def page_picture(
    document: str,
    page: int,
    actor: TheActor,
    workspace: TheWorkspace,
    quote: Annotated[str, Query(max_length=4000)] = "",
    start: int = 0,
    end: int = 0,
    version: str = "",
) -> Response:
    """A page of a PDF or picture. `quote` is marked; on scans the blocks from `start` to `end` are.

    Headers tell how many marks there are and how far down the first begins, as a share of the height.
    """
    found, parsed = await _parsed(workspace, actor, document, version)
    _, data = await workspace.original(actor, document)
    picture = await asyncio.to_thread(
        _picture, found, data, page, quote, _boxes(parsed, page, start, end)
    )
    return Response(
        picture.png,
        media_type="image/png",
        headers={MARKS_HEADER: str(picture.marks), FIRST_MARK_HEADER: f"{picture.first_mark:.4f}"},
    )


async def _parsed(
    workspace: Workspace, actor: Actor, document: str, version: str
) -> tuple[Document, ParsedDocument]:
    found, parsed = await workspace.parsed(actor, document)
    require_version(found, version)
    return found, parsed


def _boxes(parsed: ParsedDocument, page: int, start: int, end: int) -> list[Box]:
    locations = (placed.block.location for placed in cited_blocks(parsed, start, end))
    return [Box(*place.box) for place in locations if place.box and (place.page or 1) == page]


def _picture(document: Document, data: bytes, page: int, quote: str, boxes: list[Box]) -> Picture:
    if document.media_type == "application/pdf":
        return pdf_page(data, page, quote, boxes)
    if document.media_type.startswith("image/"):
        return image_page(data, page, boxes)
    raise InvalidRequestError(
        f"The document {document.title!r} has no page pictures.", remedy="Read its text instead."
    )
