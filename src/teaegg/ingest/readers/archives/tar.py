"""Tar archives: ordinary files only; links, devices and lying sizes are left out."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from io import BytesIO

from teaegg.core.documents import ParsedDocument
from teaegg.ingest.archives import MAX_MEMBERS, damaged
from teaegg.ingest.readers.archives.members import Member, names_in_one_encoding, read_members
from teaegg.ingest.readers.base import ReadLimits
from teaegg.ingest.readers.nested import MemberReader


def read(data: bytes, name: str, limits: ReadLimits, read_member: MemberReader) -> ParsedDocument:
    """Each file of the archive under its own name; what is no ordinary file leaves a note."""
    return read_members(_members(data, name, limits), name, limits, read_member)


def _members(data: bytes, name: str, limits: ReadLimits) -> Iterator[Member]:
    try:
        with tarfile.open(fileobj=BytesIO(data), mode="r:", errors="surrogateescape") as archive:
            infos = _infos(archive, name)
            names = _names(infos, name)
            for info, inner_name in zip(infos, names, strict=True):
                if not info.isdir():
                    yield _member(archive, info, inner_name, len(data), limits)
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError) as error:
        raise damaged(name, error) from error


def _infos(archive: tarfile.TarFile, name: str) -> list[tarfile.TarInfo]:
    """The entries up to where the archive is cut; each has to stand behind the one before it.

    A negative size in an extended header would lead back and round for ever.
    """
    infos: list[tarfile.TarInfo] = []
    end = 0
    while (info := archive.next()) is not None:
        if info.offset < end or info.size < 0 or len(infos) >= MAX_MEMBERS:
            raise tarfile.ReadError(f"entry {len(infos) + 1} does not follow the one before it")
        end = info.offset + tarfile.BLOCKSIZE
        infos.append(info)
    return infos


def _names(infos: list[tarfile.TarInfo], archive: str) -> list[str]:
    raw = [info.name.encode("utf-8", "surrogateescape").replace(b"\n", b" ") for info in infos]
    return names_in_one_encoding(raw, archive) if raw else []


def _member(
    archive: tarfile.TarFile,
    info: tarfile.TarInfo,
    name: str,
    packed_bytes: int,
    limits: ReadLimits,
) -> Member:
    if not info.isreg():
        return Member(name, b"", "it is a link or a device, not a file")
    # Sparse files say how large they would be: nothing real is larger than the archive itself.
    if info.size > min(limits.max_file_bytes, packed_bytes):
        return Member(name, b"", f"it claims to have {info.size} bytes")
    stream = archive.extractfile(info)
    content = stream.read() if stream else b""
    if len(content) < info.size:
        return Member(name, b"", "it is cut off")
    return Member(name, content)
