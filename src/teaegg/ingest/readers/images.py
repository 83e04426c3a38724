"""Pictures: every paragraph found by OCR with its place on the picture."""

from __future__ import annotations

from teaegg.core.documents import Location, ParsedDocument
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.doubts import A_PICTURE
from teaegg.ingest.readers.ocr import PictureBudget, open_image, paragraphs_of, recognise


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """Raises UnreadableDocumentError when the picture is damaged, too large, shows no text, or when
    no pictures are to be read."""
    budget = PictureBudget(limits)
    if not budget.take():
        raise unreadable(name, "reading of pictures is switched off", "Allow at least one picture.")
    lines = recognise(open_image(data, name, limits))
    if not lines:
        raise unreadable(
            name, "no text was found in the picture", "Take a sharper or larger picture."
        )
    budget.weigh(lines, A_PICTURE)
    outline = Outline(notes=budget.notes)
    for paragraph in paragraphs_of(lines):
        outline.add("paragraph", paragraph.text, Location(page=1, box=paragraph.box))
    return outline.parsed(stem_of(name))
