"""Freed memory goes back to the system when asked."""

import platform
from pathlib import Path

import pytest

from teaegg.models.memory import give_memory_back

_PIECE_BYTES, _PIECES = 20_000, 10_000


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps freed memory so")
def test_what_was_taken_in_pieces_and_let_go_returns() -> None:
    pieces = [bytes(_PIECE_BYTES) for _ in range(_PIECES)]
    # Every hundredth stays: between what is in use the library cannot shrink by itself.
    kept = pieces[::100]
    del pieces
    before = _resident_bytes()
    give_memory_back()
    assert before - _resident_bytes() > _PIECE_BYTES * _PIECES / 2
    assert len(kept) == _PIECES // 100


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
