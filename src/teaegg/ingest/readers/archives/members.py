"""From the files of an archive to one document: each under its name, junk and traps left out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from teaegg.core.documents import ParsedDocument
from teaegg.ingest.cleaning import shown
from teaegg.ingest.encodings import decode
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable
from teaegg.ingest.readers.nested import MemberReader, add_member, note_left_out
from teaegg.ingest.sources.names import is_skipped

UNPACK_REMEDY = "Unpack it and learn the folder."


class Member(NamedTuple):
    """A file of an archive: its name as written there, and its bytes or why there are none."""

    name: str
    data: bytes
    problem: str = ""


def read_members(
    members: Iterable[Member], name: str, limits: ReadLimits, read_member: MemberReader
) -> ParsedDocument:
    """Raises UnreadableDocumentError when nothing of the archive could be read."""
    outline = Outline()
    count = 0
    for member in members:
        path = PurePosixPath(shown(member.name).replace("\\", "/"))
        problem = _problem_of(path) or member.problem
        if any(is_skipped(part) for part in path.parts if part != ".."):
            continue
        count += 1
        if problem:
            note_left_out(outline, f"{str(path)!r} was left out: {problem}.")
        else:
            add_member(outline, member.data, str(path), limits, read_member)
    if not outline.blocks:
        first = f" ({outline.notes[0]})" if outline.notes else ""
        raise unreadable(
            name, f"none of the {count} files in the archive could be read{first}", UNPACK_REMEDY
        )
    return outline.parsed(stem_of(name))


def names_in_one_encoding(names: list[bytes], archive: str) -> list[str]:
    """Names without a declared encoding, which one program wrote: guessed together, not one by one."""
    return decode(b"\n".join(names), archive).text.split("\n")


def _problem_of(path: PurePosixPath) -> str:
    if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
        return "its name points outside of the archive (path traversal)"
    return ""
