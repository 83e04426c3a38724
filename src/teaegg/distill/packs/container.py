"""The form of a pack: a zip that any program opens, of which every byte is decided by what it holds.

Nothing is compressed, nothing lies between, before or behind the members, and every header is the one
that `_header` and `_directory` give. A reader therefore compares instead of trusting: what is longer,
renamed, linked, doubled or hidden is not the same bytes, and nothing unpacks to more than the file has.
Layout after PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (end).
"""

from __future__ import annotations

import re
import stat
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from teaegg.distill.packs.refusing import refused

MOST_MEMBERS = 64
MOST_BYTES = 2**31 - 1
"""Beyond lies the 64-bit form of zip, which no adapter has needed yet."""
_LONGEST_NAME = 200
_CHUNK_BYTES = 1 << 20
# Names that mean the same on every system: no roots, drives, parents, hidden files or trailing dots.
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_PART}(?:/{_PART})*")
# What adapters, records and notices are written as; a pickle or a program is none of them.
_ENDINGS = frozenset(
    (
        ".gguf",
        ".safetensors",
        ".json",
        ".jsonl",
        ".minisig",
        ".png",
        ".md",
        ".html",
        ".txt",
        ".yaml",
    )
)

_LOCAL, _ENTRY, _END = (
    struct.Struct("<4s5H3L2H"),
    struct.Struct("<4s6H3L5H2L"),
    struct.Struct("<4s4H2LH"),
)
_LOCAL_MARK, _ENTRY_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _UNIX = 20, 3 << 8
_DAY_ONE = 0x21
"""1 January 1980, the first day that zip knows: when a pack was made stands in its manifest."""
_PLAIN_FILE = (stat.S_IFREG | 0o644) << 16

Content = bytes | Path


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a pack: its length in bytes, CRC-32, and where its header begins."""

    name: str
    size: int
    checksum: int
    start: int

    @property
    def content_start(self) -> int:
        return self.start + _LOCAL.size + len(self.name)

    @property
    def end(self) -> int:
        return self.content_start + self.size


def write_container(target: BinaryIO, parts: Sequence[tuple[str, Content]]) -> None:
    """The parts in their order. Raises PackRefusedError for names or sizes that no reader would take."""
    check_names([name for name, _ in parts])
    members: list[Member] = []
    for name, content in parts:
        with _opened(content) as source:
            member = _measured(name, source, members[-1].end if members else 0)
            target.write(_header(member))
            source.seek(0)
            for chunk in _chunks(source, member.size):
                target.write(chunk)
        members.append(member)
    if members and members[-1].end > MOST_BYTES:
        raise refused(f"it would have more than {MOST_BYTES} bytes", "unsafe")
    target.write(_directory(members))


def read_members(file: BinaryIO) -> tuple[Member, ...]:
    """The members of a pack, after every byte outside of their contents has been compared.

    Raises PackRefusedError: `damaged` for what is cut off or no pack, `unsafe` for what was built to
    write elsewhere or to blow up, `tampered` for whatever else differs from what a pack has.
    """
    length = file.seek(0, 2)
    if length > MOST_BYTES:
        raise refused(f"it has {length} bytes; a pack has at most {MOST_BYTES}", "unsafe")
    members = _listed(file, length)
    for member in members:
        if _at(file, member.start, _LOCAL.size + len(member.name)) != _header(member):
            raise refused(f"the header of {member.name} was rewritten", "tampered")
    directory = _directory(members)
    start = members[-1].end if members else 0
    if start + len(directory) != length or _at(file, start, len(directory)) != directory:
        raise refused(
            "it holds bytes that belong to none of its files, or its table of contents was rewritten",
            "tampered",
        )
    return members


def content_of(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """The member in pieces. Raises PackRefusedError at its end when it is not what was measured."""
    file.seek(member.content_start)
    checksum = 0
    for chunk in _chunks(file, member.size):
        checksum = zlib.crc32(chunk, checksum)
        yield chunk
    if checksum != member.checksum:
        raise refused(f"{member.name} is damaged (its checksum differs)", "damaged")


def check_names(names: Sequence[str]) -> None:
    """Raises PackRefusedError where writing the files could reach others, or each other."""
    if len(names) > MOST_MEMBERS:
        raise refused(f"it lists {len(names)} files; a pack has at most {MOST_MEMBERS}", "unsafe")
    files: set[str] = set()
    spellings: dict[str, str] = {}
    for name in names:
        if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
            raise refused(f"the name {name[:80]!r} could point outside of its folder", "unsafe")
        if PurePosixPath(name).suffix not in _ENDINGS:
            raise refused(f"{name} is of a kind that packs do not carry", "unsafe")
        folders = [str(parent) for parent in PurePosixPath(name).parents][:-1]
        # Some systems take names that differ in case for the same file.
        doubled = name.casefold() in spellings or any(
            folder.casefold() in files or spellings.get(folder.casefold(), folder) != folder
            for folder in folders
        )
        if doubled:
            raise refused(f"two of its files would be {name} on some systems", "unsafe")
        files.add(name.casefold())
        spellings.update((each.casefold(), each) for each in (name, *folders))


def _listed(file: BinaryIO, length: int) -> tuple[Member, ...]:
    """What the table of contents names, bounded before anything of it is read."""
    if _at(file, 0, 4) not in (_LOCAL_MARK, _END_MARK):
        raise refused("it is no pack, nor a zip file at all", "damaged")
    tail = _at(file, length - _END.size, _END.size)
    if len(tail) < _END.size or tail[:4] != _END_MARK:
        raise refused("it does not end as a pack does: cut off, or with bytes appended", "damaged")
    _, _, _, _, count, size, start, _ = _END.unpack(tail)
    if count > MOST_MEMBERS:
        raise refused(f"it lists {count} files; a pack has at most {MOST_MEMBERS}", "unsafe")
    table = _at(file, start, min(size, MOST_MEMBERS * (_ENTRY.size + _LONGEST_NAME)))
    members: list[Member] = []
    for _ in range(count):
        if len(table) < _ENTRY.size or table[:4] != _ENTRY_MARK:
            raise refused("its table of contents cannot be read", "damaged")
        fields = _ENTRY.unpack_from(table)
        name = table[_ENTRY.size : _ENTRY.size + fields[10]]
        members.append(_entry(fields, name, members[-1].end if members else 0))
        table = table[_ENTRY.size + sum(fields[10:13]) :]
    check_names([member.name for member in members])
    return tuple(members)


def _entry(fields: Sequence[int], raw_name: bytes, start: int) -> Member:
    """One line of the table, with the reason where it could never stand in a pack."""
    name = raw_name.decode("ascii", "backslashreplace")
    flags, method, mode = fields[3], fields[4], fields[15] >> 16
    if stat.S_ISLNK(mode):
        raise refused(f"{name[:80]} is a link to another file", "unsafe")
    if method or fields[8] != fields[9]:
        raise refused(f"{name[:80]} is compressed, which nothing in a pack is (zip bomb)", "unsafe")
    if flags & 1:
        raise refused(f"{name[:80]} is locked by a password", "tampered")
    return Member(name, fields[9], fields[7], start)


def _header(member: Member) -> bytes:
    name = member.name.encode("ascii")
    sizes = (member.checksum, member.size, member.size)
    return _LOCAL.pack(_LOCAL_MARK, _VERSION, 0, 0, 0, _DAY_ONE, *sizes, len(name), 0) + name


def _directory(members: Sequence[Member]) -> bytes:
    """The table of contents and the end that points at it."""
    table = b"".join(_table_entry(member) for member in members)
    start, count = members[-1].end if members else 0, len(members)
    return table + _END.pack(_END_MARK, 0, 0, count, count, len(table), start, 0)


def _table_entry(member: Member) -> bytes:
    name = member.name.encode("ascii")
    sizes = (member.checksum, member.size, member.size)
    places = (len(name), 0, 0, 0, 0, _PLAIN_FILE, member.start)
    return (
        _ENTRY.pack(_ENTRY_MARK, _UNIX | _VERSION, _VERSION, 0, 0, 0, _DAY_ONE, *sizes, *places)
        + name
    )


def _measured(name: str, source: BinaryIO, start: int) -> Member:
    size = checksum = 0
    while chunk := source.read(_CHUNK_BYTES):
        size += len(chunk)
        checksum = zlib.crc32(chunk, checksum)
    return Member(name, size, checksum, start)


def _opened(content: Content) -> AbstractContextManager[BinaryIO]:
    return BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _at(file: BinaryIO, start: int, count: int) -> bytes:
    file.seek(max(start, 0))
    return file.read(count)


def _chunks(file: BinaryIO, count: int) -> Iterator[bytes]:
    """Exactly `count` bytes from here on. Raises PackRefusedError when there are fewer."""
    left = count
    while left:
        chunk = file.read(min(left, _CHUNK_BYTES))
        if not chunk:
            raise refused("it is cut off", "damaged")
        left -= len(chunk)
        yield chunk
