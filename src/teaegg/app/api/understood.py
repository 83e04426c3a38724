"""What was understood of a document, in parts that fit a screen: pages, or stretches of its text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from teaegg.app.api.page_search import Box, union
from teaegg.app.api.places import PlacedBlock, placed_blocks
from teaegg.app.records import understood_record
from teaegg.core.documents import ParsedDocument, Passage
from teaegg.core.errors import InvalidRequestError
from teaegg.store.codec import location_record

_PART_CHARACTERS = 12_000
_PART_BLOCKS = 150
# Of the page's height: more than between two paragraphs, less than between two sections.
_MAX_GAP = 0.02


def text_parts(parsed: ParsedDocument) -> list[list[PlacedBlock]]:
    """The blocks in order, so many to a part as can be looked through; at least one part."""
    parts: list[list[PlacedBlock]] = [[]]
    characters = 0
    for placed in placed_blocks(parsed):
        characters += len(placed.block.text)
        if parts[-1] and (characters > _PART_CHARACTERS or len(parts[-1]) >= _PART_BLOCKS):
            parts.append([])
            characters = len(placed.block.text)
        parts[-1].append(placed)
    return parts


def page_parts(parsed: ParsedDocument, pages: int) -> list[list[PlacedBlock]]:
    """The blocks of each page; an empty page has none."""
    parts: list[list[PlacedBlock]] = [[] for _ in range(pages)]
    for placed in placed_blocks(parsed):
        page = placed.block.location.page or 1
        if page <= pages:
            parts[page - 1].append(placed)
    return parts


def part_record(
    parts: Sequence[Sequence[PlacedBlock]],
    part: int,
    passages: Sequence[Passage],
    without_vector: frozenset[str],
) -> dict[str, Any]:
    """Part `part`, counted from 1: its pieces and the passages that touch it, in order.

    Raises InvalidRequestError when there is no such part.
    """
    if not 1 <= part <= len(parts):
        raise InvalidRequestError(
            f"There is no part {part}.", remedy=f"Choose one from 1 to {len(parts)}."
        )
    blocks = parts[part - 1]
    touching = [p for p in passages if any(_touches(p, placed) for placed in blocks)]
    return {
        "part": part,
        "parts": len(parts),
        "pieces": [_piece(placed, touching) for placed in blocks],
        "passages": [
            {
                **understood_record(passage, without_vector),
                "boxes": merged_boxes(
                    [
                        Box(*placed.block.location.box)
                        for placed in blocks
                        if placed.block.location.box and _touches(passage, placed)
                    ]
                ),
            }
            for passage in touching
        ],
    }


def merged_boxes(boxes: Sequence[Box]) -> list[Box]:
    """Boxes in reading order, with those that continue downwards in one column made one.

    Where the text goes on in the next column or below a gap, a new box begins.
    """
    merged: list[Box] = []
    for box in boxes:
        if merged and _continues(merged[-1], box):
            merged[-1] = union([merged[-1], box])
        else:
            merged.append(box)
    return merged


def _continues(above: Box, box: Box) -> bool:
    overlap = min(above.right, box.right) - max(above.left, box.left)
    wider = max(above.right - above.left, box.right - box.left)
    gap = box.top - above.bottom
    return overlap > wider / 2 and abs(gap) <= _MAX_GAP and box.bottom >= above.bottom


def _touches(passage: Passage, placed: PlacedBlock) -> bool:
    return passage.start < placed.end and placed.start < passage.end


def _piece(placed: PlacedBlock, passages: Sequence[Passage]) -> dict[str, Any]:
    return {
        "kind": placed.block.kind,
        "level": placed.block.level,
        "location": location_record(placed.block.location),
        "segments": [
            {"passage": passage, "text": text} for passage, text in _segments(placed, passages)
        ],
    }


def _segments(placed: PlacedBlock, passages: Sequence[Passage]) -> Iterator[tuple[str, str]]:
    """(passage id or "", text): the block cut where passages begin and end."""
    here = [passage for passage in passages if _touches(passage, placed)]
    ends = (edge for passage in here for edge in (passage.start, passage.end))
    inner = sorted({edge for edge in ends if placed.start < edge < placed.end})
    starts = [passage.start for passage in here]
    for start, end in zip([placed.start, *inner], [*inner, placed.end], strict=True):
        # The last one that begins before: of two that overlap, each shows where it begins.
        index = bisect_right(starts, start) - 1
        inside = index >= 0 and start < here[index].end
        text = placed.block.text[start - placed.start : end - placed.start]
        yield (here[index].id if inside else "", text)
