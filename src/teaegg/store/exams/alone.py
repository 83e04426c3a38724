"""One process at a time asks for a sitting: two would ask, and pay for, the same items."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from teaegg.core.errors import ConflictError, StorageError

_FOLDER = "sittings"


@contextmanager
def alone(home: Path, sitting: str) -> Iterator[None]:
    """Holds the sitting of that id, in this home, for as long as the block runs. The operating system
    lets go of it when the process ends, however it ends, so no clock decides.

    Raises ConflictError at once while another process (or task) holds it, StorageError where the home
    cannot be written.
    """
    lock = FileLock(home / _FOLDER / f"{sitting}.lock", thread_local=False)
    try:
        (home / _FOLDER).mkdir(exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout as error:
        raise ConflictError(
            "The same examinee is sitting this exam at this moment, in another process.",
            remedy="Wait for it: what is said is kept, and the same command then asks only the rest.",
        ) from error
    except OSError as error:
        raise StorageError(
            f"{lock.lock_file} cannot be written: {error.strerror or error}.",
            remedy="Check the free space and who may write in the home folder.",
        ) from error
    try:
        yield
    finally:
        lock.release()
