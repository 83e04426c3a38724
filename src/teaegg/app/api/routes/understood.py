"""What was understood of a document, beside which the page shows the original."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query

from teaegg.app.api.identity import TheActor, TheWorkspace
from teaegg.app.api.pictures import page_count
from teaegg.app.api.understood import page_parts, part_record, text_parts
from teaegg.app.records import document_record, shown_version
from teaegg.ingest.readers.doubts import doubted_pages

router = APIRouter(prefix="/documents", tags=["places"])


@router.get("/{document}/understood")
async def understood(
    document: str,
    actor: TheActor,
    workspace: TheWorkspace,
    part: Annotated[int, Query(ge=1)] = 1,
) -> dict[str, Any]:
    """One part of it: a page of a PDF or picture, a stretch of the text of anything else.

    `view` tells which; `unsure` is OCR's confidence in percent where it had doubts about the page.
    Passages carry boxes as fractions of the page; pieces are cut into segments,
    each of one passage.
    """
    found, parsed = await workspace.parsed(actor, document)
    passages = await workspace.passages(actor, document)
    without_vector = await workspace.without_vector(actor, document)
    _, data = await workspace.original(actor, document)
    pages = await asyncio.to_thread(page_count, data, found.media_type)
    parts = page_parts(parsed, pages) if pages else text_parts(parsed)
    return {
        **document_record(found),
        "out_of_force": shown_version(await workspace.version_note(actor, document)),
        "view": "pages" if pages else "text",
        "unsure": doubted_pages(found.notes).get(part) if pages else None,
        **part_record(parts, part, passages, without_vector),
    }
