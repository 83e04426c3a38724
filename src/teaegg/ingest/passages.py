"""Passages: cut where the document itself is divided, never across an article, a row or a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from teaegg.core.documents import Block, Location, ParsedDocument, Passage
from teaegg.core.ids import passage_id
from teaegg.core.spelling.widths import reach, text_width

_WHOLE_UP_TO = 3
"""An article or row stays whole up to this many times the target length."""

# A sentence may end inside of closing quotes or brackets; a full stop only before a space.
_SENTENCE_END = re.compile(r"[。！？；!?;…]+[”’」』）)\"]*|\.(?=\s)[”’\"]*|\n")
_LINE_END = re.compile(r"\n")
_WEAK_END = re.compile(r"[，、：,:\s]")


class Span(NamedTuple):
    """Characters [start, end) of the canonical text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Placed:
    """A block and where it stands in the canonical text."""

    block: Block
    span: Span


def cut_passages(
    parsed: ParsedDocument, *, document: str, version: str, collection: str, target_characters: int
) -> list[Passage]:
    """The retrievable pieces of `parsed` in order; each `text` is a span of its canonical text.

    Headings are carried in `location.path`; a heading with nothing below it becomes a passage, so
    that everything stays findable. `target_characters` bounds how much is joined and where long
    paragraphs are cut (at sentence ends); articles and rows stay whole up to three times of it. It
    counts Chinese characters; letters count less (see `core.widths`).
    """
    canonical = parsed.text
    return [
        Passage(
            id=passage_id(document, version, ordinal),
            document=document,
            version=version,
            collection=collection,
            title=parsed.title,
            ordinal=ordinal,
            text=canonical[span.start : span.end],
            start=span.start,
            end=span.end,
            location=location,
        )
        for ordinal, (span, location) in enumerate(_pieces(parsed, canonical, target_characters))
    ]


def _pieces(parsed: ParsedDocument, text: str, target: int) -> Iterator[tuple[Span, Location]]:
    group: list[_Placed] = []
    for placed in _with_content(list(_placed(parsed))):
        if group and not _belongs(group, placed, text, target):
            yield from _of_group(group, text, target)
            group = []
        group.append(placed)
    yield from _of_group(group, text, target)


def _placed(parsed: ParsedDocument) -> Iterator[_Placed]:
    start = 0
    for block in parsed.blocks:
        yield _Placed(block, Span(start, start + len(block.text)))
        start += len(block.text) + len(ParsedDocument.BLOCK_SEPARATOR)


def _with_content(blocks: list[_Placed]) -> Iterator[_Placed]:
    """Everything but headings that have something below them: those live on in the paths."""
    for index, placed in enumerate(blocks):
        below = blocks[index + 1].block if index + 1 < len(blocks) else None
        if placed.block.kind != "heading" or _is_bare(placed.block, below):
            yield placed


def _is_bare(heading: Block, below: Block | None) -> bool:
    if below is None:
        return True
    if below.kind == "heading":
        return below.level <= heading.level
    # The heading reaches the text below only through its path.
    return heading.text not in below.location.path and bool(
        below.location.path or heading.location.path
    )


def _belongs(group: list[_Placed], placed: _Placed, text: str, target: int) -> bool:
    """Whether short paragraphs in the same place may share a passage."""
    first, block = group[0].block, placed.block
    if {first.kind, block.kind} & {"article", "row"} or (first.kind == "heading") != (
        block.kind == "heading"
    ):
        return False
    if placed.span.start != group[-1].span.end + len(ParsedDocument.BLOCK_SEPARATOR):
        return False  # a heading stands between
    if replace(first.location, box=None) != replace(block.location, box=None):
        return False
    return text_width(text[group[0].span.start : placed.span.end]) <= target


def _of_group(group: list[_Placed], text: str, target: int) -> Iterator[tuple[Span, Location]]:
    if not group:
        return
    location = replace(group[0].block.location, box=_box(group))
    whole = Span(group[0].span.start, group[-1].span.end)
    is_unit = group[0].block.kind in ("article", "row")
    limit = target * _WHOLE_UP_TO if is_unit else target
    too_long = text_width(text[whole.start : whole.end]) > limit
    spans = _split(text, whole, target) if too_long else [whole]
    for span in spans:
        trimmed = _trimmed(text, span)
        if trimmed.start < trimmed.end:
            yield trimmed, location


def _box(group: list[_Placed]) -> tuple[float, float, float, float] | None:
    boxes = [placed.block.location.box for placed in group]
    known = [box for box in boxes if box is not None]
    if len(known) < len(boxes):
        return None
    left, top, right, bottom = zip(*known, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _split(text: str, whole: Span, target: int) -> Iterator[Span]:
    """Pieces about `target` wide, cut at line ends, else sentence ends, else weaker marks.

    The last two share what is left: a leftover of a few words says nothing, yet is near to every
    question for an embedder.
    """
    start = whole.start
    while (within := reach(text, start, target)) < whole.end:
        if reach(text, start, 2 * target) >= whole.end:
            within = reach(text, start, text_width(text[start : whole.end]) / 2)
        end = _cut_at(text, start, within)
        yield Span(start, end)
        start = end
    yield Span(start, whole.end)


def _cut_at(text: str, start: int, end: int) -> int:
    """The best place to cut in the second half of [start, end); `end` when there is none."""
    middle = start + (end - start) // 2
    for marks in (_LINE_END, _SENTENCE_END, _WEAK_END):
        ends = [match.end() for match in marks.finditer(text, middle, end)]
        if ends:
            return ends[-1]
    return end


def _trimmed(text: str, span: Span) -> Span:
    piece = text[span.start : span.end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece) - len(piece.rstrip())
    return Span(span.start + left, max(span.start + left, span.end - right))
