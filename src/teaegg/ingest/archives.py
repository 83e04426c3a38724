"""Zip containers (Office, OFD, books) are looked through before anybody unpacks them."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.readers.base import ReadLimits, unreadable

_CHUNK_BYTES = 1024**2
MAX_MEMBERS = 20_000
_ALWAYS_ALLOWED_BYTES = 10 * 1024**2
_MARKUP_ENDINGS = (".xml", ".rels", ".vml")
# A document type is where entities are declared; no Office program writes one.
_DOCUMENT_TYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)
_DAMAGED = "Save it again from the program that made it, or get a fresh copy."


def open_container(
    data: bytes, name: str, limits: ReadLimits, *, forbids_entities: bool = True
) -> zipfile.ZipFile:
    """The container of a document, after every member was unpacked once within the limits.

    Raises UnreadableDocumentError for a truncated or damaged container, an encrypted one, member
    names that leave the folder, more unpacked bytes than the ratio or total allows (counted while
    unpacking, since the declared sizes may lie), and, unless a format has honest document types,
    markup that declares entities.
    """
    archive = opened(data, name)
    try:
        members = archive.infolist()
        _check_names(members, name)
        check_size(sum(member.file_size for member in members), len(data), name, limits)
        _check_contents(archive, members, len(data), name, limits, forbids_entities)
    except UnreadableDocumentError:
        raise
    except RuntimeError as error:
        raise unreadable(
            name, "it is protected by a password", "Remove the password and learn it again."
        ) from error
    except _ZIP_ERRORS as error:
        raise damaged(name, error) from error
    return archive


def opened(data: bytes, name: str) -> zipfile.ZipFile:
    """A zip whose table of contents can be read and is no longer than people's archives are."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        members = len(archive.infolist())
    except _ZIP_ERRORS as error:
        raise damaged(name, error) from error
    if members > MAX_MEMBERS:
        raise unreadable(name, f"it holds {members} parts, more than {MAX_MEMBERS}", _DAMAGED)
    return archive


def damaged(name: str, error: Exception) -> UnreadableDocumentError:
    return unreadable(name, f"the file is truncated or damaged ({error})", _DAMAGED)


def _check_names(members: list[zipfile.ZipInfo], name: str) -> None:
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in path.parts[0:1]:
            raise unreadable(
                name,
                f"the part {member.filename!r} points outside of the file (path traversal)",
                "Do not open this file; ask who sent it.",
            )


def allowed_bytes(packed_bytes: int, limits: ReadLimits) -> int:
    """How much may come out of so many packed bytes."""
    # Small files may compress well for honest reasons; a floor of 10 MiB lets them.
    by_ratio = max(packed_bytes * limits.max_archive_ratio, _ALWAYS_ALLOWED_BYTES)
    return int(min(limits.max_archive_bytes, by_ratio))


def check_size(unpacked_bytes: int, packed_bytes: int, name: str, limits: ReadLimits) -> None:
    """Raises UnreadableDocumentError when more comes out than `allowed_bytes`."""
    if unpacked_bytes > allowed_bytes(packed_bytes, limits):
        raise zip_bomb(name, packed_bytes, limits)


def zip_bomb(name: str, packed_bytes: int, limits: ReadLimits) -> UnreadableDocumentError:
    allowed = allowed_bytes(packed_bytes, limits)
    return unreadable(
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
    forbids_entities: bool,
) -> None:
    unpacked = 0
    for member in members:
        is_markup = forbids_entities and member.filename.lower().endswith(_MARKUP_ENDINGS)
        tail = b""
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                unpacked += len(chunk)
                check_size(unpacked, packed_bytes, name, limits)
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
