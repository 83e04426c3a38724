"""Zip containers (Office files) are looked through before anybody unpacks them."""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.readers.base import ReadLimits, unreadable

_CHUNK_BYTES = 1024**2
_MAX_MEMBERS = 20_000
_MARKUP_ENDINGS = (".xml", ".rels", ".vml")
# A document type is where entities are declared; no Office program writes one.
_DOCUMENT_TYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DAMAGED = "Save it again from the program that made it, or get a fresh copy."


def open_office_archive(data: bytes, name: str, limits: ReadLimits) -> zipfile.ZipFile:
    """The container, after every member was unpacked once within the limits.

    Raises UnreadableDocumentError for a truncated or damaged container, an encrypted one, member
    names that leave the folder, more unpacked bytes than the ratio or total allows (counted while
    unpacking, since the declared sizes may lie), and markup that declares entities.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        members = archive.infolist()
        _check_declared(members, len(data), name, limits)
        _check_contents(archive, members, len(data), name, limits)
    except UnreadableDocumentError:
        raise
    except RuntimeError as error:
        raise unreadable(
            name, "it is protected by a password", "Remove the password and learn it again."
        ) from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
    ) as error:
        raise unreadable(name, f"the file is truncated or damaged ({error})", _DAMAGED) from error
    return archive


def _check_declared(
    members: list[zipfile.ZipInfo], packed_bytes: int, name: str, limits: ReadLimits
) -> None:
    if len(members) > _MAX_MEMBERS:
        raise unreadable(name, f"it holds {len(members)} parts, more than {_MAX_MEMBERS}", _DAMAGED)
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0:1]:
            raise unreadable(
                name,
                f"the part {member.filename!r} points outside of the file (path traversal)",
                "Do not open this file; ask who sent it.",
            )
    _check_size(sum(member.file_size for member in members), packed_bytes, name, limits)


def _check_size(unpacked_bytes: int, packed_bytes: int, name: str, limits: ReadLimits) -> None:
    # Small files may compress well for honest reasons; a floor of 10 MiB lets them.
    allowed = min(
        limits.max_archive_bytes, max(packed_bytes * limits.max_archive_ratio, 10 * 1024**2)
    )
    if unpacked_bytes > allowed:
        raise unreadable(
            name,
            f"it unpacks to more than {allowed / 1024**2:.0f} MiB from {packed_bytes / 1024**2:.2f} MiB "
            "(zip bomb)",
            "Do not open this file; if you trust it, raise ingest.max_archive_ratio.",
        )


def _check_contents(
    archive: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    packed_bytes: int,
    name: str,
    limits: ReadLimits,
) -> None:
    unpacked = 0
    for member in members:
        is_markup = member.filename.lower().endswith(_MARKUP_ENDINGS)
        tail = b""
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                unpacked += len(chunk)
                _check_size(unpacked, packed_bytes, name, limits)
                if is_markup:
                    _check_markup(tail + chunk, member.filename, name)
                    tail = chunk[-64:]


def _check_markup(chunk: bytes, member: str, name: str) -> None:
    # UTF-16 markup would hide the declaration from a search for ASCII bytes.
    if _DOCUMENT_TYPE.search(chunk.replace(b"\x00", b"")):
        raise unreadable(
            name,
            f"its part {member!r} declares a document type or entities, an attack on XML readers",
            "Do not open this file; ask who sent it.",
        )
