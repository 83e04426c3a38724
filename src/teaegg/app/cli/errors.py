"""From the error tree to exit codes: the only place where the command line does that."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from teaegg.app.cli.output import complain
from teaegg.core.errors import (
    InvalidRequestError,
    ModelError,
    NotAllowedError,
    NotFoundError,
    PackRefusedError,
    SettingsError,
    SignInError,
    SourceUnavailableError,
    StorageError,
    TeaEggError,
    UnreadableDocumentError,
)

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_FOUND = 3
EXIT_NOT_ALLOWED = 4
EXIT_UNREADABLE = 5
EXIT_STORAGE = 6
EXIT_MODEL = 7
EXIT_SETTINGS = 8
EXIT_SOURCE = 9
EXIT_PACK = 10
EXIT_INTERRUPTED = 130
"""What shells expect of a program that was stopped with Ctrl-C."""

EXIT_CODES: tuple[tuple[type[TeaEggError], int], ...] = (
    (InvalidRequestError, EXIT_USAGE),
    (NotFoundError, EXIT_NOT_FOUND),
    (SignInError, EXIT_NOT_ALLOWED),
    (NotAllowedError, EXIT_NOT_ALLOWED),
    (UnreadableDocumentError, EXIT_UNREADABLE),
    (StorageError, EXIT_STORAGE),
    (ModelError, EXIT_MODEL),
    (SettingsError, EXIT_SETTINGS),
    (SourceUnavailableError, EXIT_SOURCE),
    (PackRefusedError, EXIT_PACK),
)

_DISK_FULL_ERRORS = frozenset({errno.ENOSPC, errno.EDQUOT})


def exit_code_of(error: TeaEggError) -> int:
    """The code of the nearest kind of error that has one."""
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), EXIT_FAILED)


@contextmanager
def reported() -> Iterator[None]:
    """Turn an error of the tree into its message and remedy on stderr and its exit code."""
    try:
        yield
    except TeaEggError as error:
        complain(error)
        raise typer.Exit(exit_code_of(error)) from error
    except OSError as error:
        if error.errno not in _DISK_FULL_ERRORS:
            raise
        full = StorageError(
            "The disk is full.",
            remedy="Free some space and run the command again; nothing is lost.",
        )
        complain(full)
        raise typer.Exit(EXIT_STORAGE) from error
