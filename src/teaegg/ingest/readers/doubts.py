"""Notes on pages whose words OCR was not sure of: how they are said, and how they are read again."""

from __future__ import annotations

import re
from collections.abc import Iterable

A_PICTURE = "The picture"
_DOUBT = re.compile(
    rf"(?:(?:A picture on page|Page) (?P<page>\d+)|{A_PICTURE}) was hard to read "
    r"\(confidence (?P<percent>\d+)%\)"
)


def page_place(page: int) -> str:
    """A scanned page, counted from 1."""
    return f"Page {page}"


def picture_place(page: int) -> str:
    """A picture on a page of text."""
    return f"A picture on page {page}"


def doubt(place: str, confidence: float) -> str:
    """The note of a document; `confidence` runs from 0 to 1."""
    return f"{place} was hard to read (confidence {confidence:.0%}): check its words."


def doubted_pages(notes: Iterable[str]) -> dict[int, int]:
    """Page → the lowest confidence noted of it, in percent. A document that is a picture has page 1."""
    pages: dict[int, int] = {}
    for note in notes:
        if found := _DOUBT.match(note):
            page, percent = int(found["page"] or 1), int(found["percent"])
            pages[page] = min(percent, pages.get(page, 100))
    return pages
