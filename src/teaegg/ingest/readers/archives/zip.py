"""Zip archives: names in old encodings, members of every size, locked and damaged ones left out."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator

from teaegg.core.documents import ParsedDocument
from teaegg.ingest.archives import check_size, opened
from teaegg.ingest.readers.archives.members import (
    Member,
    names_in_one_encoding,
    read_members,
)
from teaegg.ingest.readers.base import ReadLimits
from teaegg.ingest.readers.nested import MemberReader

_CHUNK_BYTES = 1024**2
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_UNICODE_PATH = 0x7075


def read(data: bytes, name: str, limits: ReadLimits, read_member: MemberReader) -> ParsedDocument:
    """Each file of the archive under its own name; locked, damaged and trap members leave notes."""
    archive = opened(data, name)
    infos = [info for info in archive.infolist() if not info.is_dir()]
    check_size(sum(info.file_size for info in infos), len(data), name, limits)
    members = _members(archive, infos, len(data), name, limits)
    return read_members(members, name, limits, read_member)


def _members(
    archive: zipfile.ZipFile,
    infos: list[zipfile.ZipInfo],
    packed_bytes: int,
    name: str,
    limits: ReadLimits,
) -> Iterator[Member]:
    unpacked = 0
    for info, inner_name in zip(infos, _names(infos, name), strict=True):
        if info.flag_bits & _ENCRYPTED_FLAG:
            yield Member(inner_name, b"", "it is protected by a password")
            continue
        try:
            content = _content(archive, info, limits.max_file_bytes)
        except (
            zipfile.BadZipFile,
            zlib.error,
            lzma.LZMAError,
            EOFError,
            OSError,
            ValueError,
            RuntimeError,
        ) as error:
            yield Member(inner_name, b"", f"it is damaged ({error})")
            continue
        if content is None:
            yield Member(inner_name, b"", f"it has more than {limits.max_file_bytes} bytes")
            continue
        unpacked += len(content)
        check_size(unpacked, packed_bytes, name, limits)
        yield Member(inner_name, content)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes | None:
    """The bytes of one member, None when there are more than `limit`, whatever it declares."""
    chunks, size = [], 0
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                return None
            chunks.append(chunk)
    return b"".join(chunks)


def _names(infos: list[zipfile.ZipInfo], archive: str) -> list[str]:
    """Names as their maker meant them.

    Without the flag for UTF-8, zipfile reads names as code page 437; Chinese programs write GBK.
    """
    raw = [_raw_name(info) for info in infos]
    undeclared = [each for each in raw if each is not None]
    meant = iter(names_in_one_encoding(undeclared, archive) if undeclared else [])
    return [
        info.filename if each is None else next(meant)
        for info, each in zip(infos, raw, strict=True)
    ]


def _raw_name(info: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a name in an unknown encoding, None where the encoding is declared."""
    declared = _unicode_path(info.extra)
    if declared:
        return declared
    if info.flag_bits & _UTF8_FLAG:
        return None
    # A name of several lines would be taken for several names.
    return info.filename.encode("cp437", "replace").replace(b"\n", b" ")


def _unicode_path(extra: bytes) -> bytes:
    """The UTF-8 name that Info-ZIP keeps in an extra field beside the old one, or b''."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == _UNICODE_PATH and 5 < size <= len(extra) - 4:
            return extra[9 : 4 + size].replace(b"\n", b" ")
        extra = extra[4 + size :]
    return b""
