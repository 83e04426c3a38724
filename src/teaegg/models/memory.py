"""What a C library keeps of memory that nobody uses any more."""

from __future__ import annotations

import ctypes


def give_memory_back() -> None:
    """Return freed memory to the system where the C library can (glibc); elsewhere nothing happens.

    Loading an adapter takes in its file and lets go of it again, in many pieces. glibc keeps them for
    later, which made an expert cost 12 MB instead of 10.
    """
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        # Another C library (musl, macOS, Windows): it has no such call.
        return
