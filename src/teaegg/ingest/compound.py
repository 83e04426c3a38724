"""Compound files (MS-CFB), the container of old binary Office files and of Outlook's mail."""

from __future__ import annotations

import struct
from io import BytesIO

import olefile

from teaegg.ingest.readers.base import unreadable

DAMAGE: tuple[type[Exception], ...] = (
    OSError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    OverflowError,
    struct.error,
)
"""What reading a damaged container may raise; translated by `open_compound` and by its callers."""


def open_compound(data: bytes, name: str) -> olefile.OleFileIO:
    """Raises UnreadableDocumentError for a truncated or damaged container."""
    try:
        return olefile.OleFileIO(BytesIO(data))
    except DAMAGE as error:
        raise unreadable(
            name,
            f"the file is truncated or damaged ({error})",
            "Save it again from the program that made it, or get a fresh copy.",
        ) from error


def outermost_streams(data: bytes, name: str) -> frozenset[str]:
    """The names of the streams that stand in no folder of the container."""
    with open_compound(data, name) as container:
        return frozenset(path[0] for path in container.listdir() if len(path) == 1)
