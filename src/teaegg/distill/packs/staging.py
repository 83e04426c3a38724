"""A private folder for half-done work, which the next to come removes if a kill left it behind."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from teaegg.core.errors import StorageError


@contextmanager
def staging(below: Path) -> Iterator[Path]:
    """An empty folder of its own below `below`, gone afterwards whatever happens.

    Whoever works in one holds a lock on it, which the system drops with the process: folders whose
    lock is free belong to nobody any more. Raises StorageError when the disk refuses.
    """
    try:
        below.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(os.open(below, os.O_RDONLY)):
            _remove_abandoned(below)
            place = below / secrets.token_hex(8)
            place.mkdir(mode=0o700)
            lock = os.open(place, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError as error:
        raise StorageError(
            f"There is no room to work in {below}: {error.strerror or error}.",
            remedy="Free some space, or check who may write there.",
        ) from error
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(lock)


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _remove_abandoned(below: Path) -> None:
    for place in below.iterdir():
        try:
            descriptor = os.open(place, os.O_RDONLY)
        except FileNotFoundError:
            # Its owner has just finished.
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(place, ignore_errors=True)
        except BlockingIOError:
            # Its owner is at work.
            continue
        finally:
            os.close(descriptor)
