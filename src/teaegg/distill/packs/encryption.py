"""Packs for some homes only: age files (age-encryption.org/v1), which `age -d` opens as well.

The library is Rust's rage through pyrage; this module alone knows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from teaegg.core.errors import InvalidRequestError, StorageError
from teaegg.distill.packs.refusing import refused

_MARK = b"age-encryption.org/v1\n"


def new_identity() -> tuple[str, str]:
    """(secret, recipient): what opens, and what is given to others to encrypt to."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def check_recipients(recipients: Sequence[str]) -> None:
    """Raises InvalidRequestError for one that is no age recipient."""
    _parsed(recipients)


def encrypt(source: BinaryIO, target: BinaryIO, recipients: Sequence[str]) -> None:
    """Any one of `recipients` can open what is written to `target`."""
    import pyrage

    pyrage.encrypt_io(source, target, _parsed(recipients))


def is_encrypted(file: BinaryIO) -> bool:
    """Whether it begins as an age file does; the file is left at its beginning."""
    beginning = file.read(len(_MARK))
    file.seek(0)
    return beginning == _MARK


def decrypt(path: Path, target: Path, secret: str) -> None:
    """Write what `secret` opens of `path` to `target`. Raises PackRefusedError when it opens nothing."""
    import pyrage

    try:
        with path.open("rb") as source, target.open("xb") as opened:
            pyrage.decrypt_io(source, opened, [pyrage.x25519.Identity.from_str(secret)])
    except pyrage.IdentityError as error:
        raise StorageError(
            "The key of this home that opens packs cannot be read.",
            remedy="Restore keys/own/opening.key of the home from a backup.",
        ) from error
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise refused("it is encrypted to others than this home", "other_audience") from error
        raise refused(f"it cannot be decrypted ({error})", "damaged") from error
    except OSError as error:
        # rage reports a torn or altered content so; a full disk has a number.
        if error.errno is not None:
            raise
        raise refused("it was cut off or altered after it was encrypted", "tampered") from error


def _parsed(recipients: Sequence[str]) -> list[Any]:
    import pyrage

    found = []
    for recipient in recipients:
        try:
            found.append(pyrage.x25519.Recipient.from_str(recipient))
        except pyrage.RecipientError as error:
            raise InvalidRequestError(
                f"{recipient[:80]!r} is no recipient of age ({error}).",
                remedy="It begins with age1; who is to open the pack has it from `teaegg signer show`.",
            ) from error
    return found
