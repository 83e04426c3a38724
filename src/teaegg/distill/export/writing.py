"""Files that are whole or not there, and the library that knows the format."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from teaegg.core.errors import ModelError, StorageError


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A name beside `target` to write to; it becomes `target` at the end, or is removed.

    Raises StorageError when the disk refuses.
    """
    partial = target.with_name(f"{target.name}.{secrets.token_hex(4)}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        partial.replace(target)
    except OSError as error:
        raise StorageError(
            f"{target} cannot be written: {error}.",
            remedy="Check the free space and who may write there.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def gguf_library() -> Any:
    """Raises ModelError where it is not installed."""
    try:
        import gguf
    except ImportError as error:
        raise ModelError(
            "Writing GGUF files needs the library gguf.", remedy="pip install 'teaegg[train]'"
        ) from error
    return gguf
