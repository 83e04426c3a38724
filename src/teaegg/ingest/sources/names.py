"""Names of files as people may see them, and those that nobody means to learn. No I/O."""

from __future__ import annotations

from teaegg.ingest.cleaning import shown

_SKIPPED_NAMES = frozenset(("thumbs.db", "desktop.ini", "__macosx", "__pycache__", "node_modules"))
_SKIPPED_STARTS = (".", "~$", "._", ".~lock.")
_SKIPPED_ENDS = ("~", ".tmp", ".part", ".crdownload", ".swp")


def is_skipped(name: str) -> bool:
    """Names that programs and systems leave behind and nobody means to learn."""
    lowered = name.lower()
    return (
        lowered in _SKIPPED_NAMES
        or lowered.startswith(_SKIPPED_STARTS)
        or lowered.endswith(_SKIPPED_ENDS)
    )


def safe(name: str) -> str:
    """A name that can be stored and shown: undecodable bytes as %xx, no invisible characters."""
    percent = "".join(f"%{ord(c) - 0xDC00:02x}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in name)
    return shown(percent)
