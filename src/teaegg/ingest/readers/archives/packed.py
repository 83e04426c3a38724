"""Single packed files (gz, bz2, xz): unpacked within the limits, then read as what they hold."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from io import BytesIO
from pathlib import PurePath

from teaegg.core.documents import ParsedDocument
from teaegg.ingest.archives import allowed_bytes, damaged, zip_bomb
from teaegg.ingest.readers.base import ReadLimits, unreadable
from teaegg.ingest.readers.nested import MemberReader

_STARTS = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_ENDINGS = (".gz", ".bz2", ".xz", ".tgz", ".tbz2", ".txz")


def read(data: bytes, name: str, limits: ReadLimits, read_member: MemberReader) -> ParsedDocument:
    """The document inside; its name is the outer one without the ending of the packer."""
    try:
        unpacked = _unpacked(data, name, limits)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise damaged(name, error) from error
    if unpacked.startswith(_STARTS):
        raise unreadable(name, "it is packed twice", "Unpack it once and learn what is inside.")
    path = PurePath(name)
    inner = str(path.with_suffix("")) if path.suffix.lower() in _ENDINGS else name
    return read_member(unpacked, inner, limits)


def _unpacked(data: bytes, name: str, limits: ReadLimits) -> bytes:
    """Streams may stand one behind the other; the limit holds for all of them together."""
    allowed = allowed_bytes(len(data), limits)
    with _opened(data) as stream:
        unpacked: bytes = stream.read(allowed + 1)
    if len(unpacked) > allowed:
        raise zip_bomb(name, len(data), limits)
    return unpacked


def _opened(data: bytes) -> gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile:
    if data.startswith(_STARTS[0]):
        return gzip.GzipFile(fileobj=BytesIO(data))
    if data.startswith(_STARTS[1]):
        return bz2.BZ2File(BytesIO(data))
    return lzma.LZMAFile(BytesIO(data))
