"""Files inside of files: what hangs on a mail, what an archive holds, what is packed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

from teaegg.core.documents import Block, ParsedDocument
from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.cleaning import shown
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of

MemberReader = Callable[[bytes, str, ReadLimits], ParsedDocument]
"""Reads a file inside of another: (bytes, name, limits)."""

_MAX_NOTES = 50


def file_name(name: str) -> str:
    """The last part of a name that a stranger wrote: no folders, nothing invisible."""
    return PurePosixPath(shown(name).replace("\\", "/")).name or "attachment"


def add_member(
    outline: Outline, data: bytes, label: str, limits: ReadLimits, read_member: MemberReader
) -> None:
    """Read `data` and add it below the heading `label`; what cannot be read leaves a note."""
    if limits.nesting <= 0:
        note_left_out(outline, f"{label!r} is nested too deeply and was left out.")
        return
    try:
        parsed = read_member(data, label, replace(limits, nesting=limits.nesting - 1))
    except UnreadableDocumentError as error:
        note_left_out(outline, f"Left out: {error}")
        return
    for note in parsed.notes:
        note_left_out(outline, f"{label}: {note}")
    # A title that only repeats the name of the file would say the same thing twice.
    headings = (label,) if parsed.title in ("", stem_of(label)) else (label, parsed.title)
    outline.blocks.extend(_below(block, label, headings) for block in parsed.blocks)


def note_left_out(outline: Outline, text: str) -> None:
    """A note, while there are few; thousands of broken members must not become a document."""
    if len(outline.notes) < _MAX_NOTES:
        outline.note(text)
    elif len(outline.notes) == _MAX_NOTES:
        outline.notes.append("More notes were left out.")


def _below(block: Block, label: str, headings: tuple[str, ...]) -> Block:
    path = headings
    if block.kind == "heading" and not block.location.path and block.text == headings[-1]:
        path = headings[:-1]
    part = f"{label}/{block.location.part}" if block.location.part else label
    return replace(block, location=replace(block.location.within(*path), part=part))
