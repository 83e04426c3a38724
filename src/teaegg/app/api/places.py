"""Where a quote stands: the blocks around a span of a document's canonical text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from teaegg.core.documents import Block, Document, ParsedDocument
from teaegg.core.errors import ConflictError, InvalidRequestError
from teaegg.store.codec import location_record

_CONTEXT_CHARACTERS = 700
_CONTEXT_ROWS = 5
_LONGEST_PIECE_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """A block and its span in the canonical text."""

    block: Block
    start: int
    end: int


def placed_blocks(parsed: ParsedDocument) -> Iterator[PlacedBlock]:
    """Every block with its span, in order."""
    start = 0
    for block in parsed.blocks:
        end = start + len(block.text)
        yield PlacedBlock(block, start, end)
        start = end + len(ParsedDocument.BLOCK_SEPARATOR)


def cited_blocks(parsed: ParsedDocument, start: int, end: int) -> list[PlacedBlock]:
    """The blocks that the span touches."""
    return [placed for placed in placed_blocks(parsed) if placed.start < end and start < placed.end]


def require_version(document: Document, version: str) -> None:
    """Spans belong to one version. Raises ConflictError when the document has changed since."""
    if version and version != document.version:
        raise ConflictError(
            f"The document {document.title!r} has changed since it was quoted.",
            remedy="Ask the question again.",
        )


def excerpt(document: Document, parsed: ParsedDocument, start: int, end: int) -> dict[str, Any]:
    """The blocks that hold the span with some before and after, as JSON.

    Each piece's `text` is the canonical text from its `start` to its `end`; a very long block is
    cut around the span. Raises InvalidRequestError when the span lies outside of the text.
    """
    total = sum(len(b.text) + 1 for b in parsed.blocks) - 1
    if not 0 <= start < end <= total:
        raise InvalidRequestError(
            f"There is no text from {start} to {end}.",
            remedy=f"Choose a span between 0 and {max(total, 0)}.",
        )
    blocks = list(placed_blocks(parsed))
    touched = [i for i, placed in enumerate(blocks) if placed.start < end and start < placed.end]
    first, last = (touched[0], touched[-1]) if touched else (0, 0)
    before = _reach(blocks[:first][::-1])
    after = _reach(blocks[last + 1 :])
    chosen = blocks[first - before : last + 1 + after]
    return {
        "document": document.id,
        "title": document.title,
        "version": document.version,
        "media_type": document.media_type,
        "collection": document.collection,
        "start": start,
        "end": end,
        "pieces": [_piece(placed, start, end) for placed in chosen],
    }


def _reach(outwards: list[PlacedBlock]) -> int:
    """How many blocks of context to show, going away from the span."""
    characters = rows = 0
    for count, placed in enumerate(outwards):
        rows += placed.block.kind == "row"
        characters += len(placed.block.text)
        if characters > _CONTEXT_CHARACTERS or rows > _CONTEXT_ROWS:
            return count
    return len(outwards)


def _piece(placed: PlacedBlock, start: int, end: int) -> dict[str, Any]:
    shown_from, shown_to = placed.start, placed.end
    if placed.end - placed.start > _LONGEST_PIECE_CHARACTERS:
        margin = _LONGEST_PIECE_CHARACTERS // 2
        shown_from = max(placed.start, min(start, placed.end) - margin)
        shown_to = min(placed.end, max(end, placed.start) + margin, shown_from + 4 * margin)
    return {
        "kind": placed.block.kind,
        "level": placed.block.level,
        "location": location_record(placed.block.location),
        "start": shown_from,
        "end": shown_to,
        "text": placed.block.text[shown_from - placed.start : shown_to - placed.start],
    }
