"""Passwords: Argon2id, compared in equal time whether or not there is an account."""

from __future__ import annotations

import asyncio
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from teaegg.core.errors import InvalidRequestError, StorageError

MIN_PASSWORD_CHARACTERS = 8
MAX_PASSWORD_CHARACTERS = 1024
_DECOY = "no account has this password"


class Passwords:
    """Hashes and compares, off the event loop.

    The defaults are RFC 9106's second choice (64 MiB, 3 passes). Two at a time: each takes its 64 MiB,
    and a crowd at the sign-in page must not take the memory that answering needs.
    """

    def __init__(self, *, passes: int = 3, memory_kib: int = 65_536, at_a_time: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib)
        self._slots = asyncio.Semaphore(at_a_time)

    async def hash(self, password: str) -> str:
        """What to store. Raises InvalidRequestError for a password that is too short or too long."""
        if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
            raise InvalidRequestError(
                f"A password has {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters.",
                remedy="Choose one of that length, for example four unrelated words.",
            )
        async with self._slots:
            return await asyncio.to_thread(self._hasher.hash, _encode(password))

    async def matches(self, password: str, stored: str) -> bool:
        """Whether the password belongs to the stored hash.

        An empty `stored` (no such account, no password, account closed) costs the same work and
        matches nothing. Raises StorageError when the record is damaged.
        """
        async with self._slots:
            return await asyncio.to_thread(self._compare, password, stored)

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash(_encode(_DECOY))

    def _compare(self, password: str, stored: str) -> bool:
        decoy = self._decoy  # Made on every path: the first caller must not tell the paths apart.
        comparable = bool(stored) and len(password) <= MAX_PASSWORD_CHARACTERS
        try:
            self._hasher.verify(
                stored if comparable else decoy, _encode(password[:MAX_PASSWORD_CHARACTERS])
            )
        except VerifyMismatchError:
            return False
        except (InvalidHashError, VerificationError) as error:
            raise StorageError(
                "A stored password is damaged and cannot be compared.",
                remedy="An owner can set a new password for the account.",
            ) from error
        return comparable


def _encode(password: str) -> bytes:
    """The same password typed on another keyboard has the same bytes (RFC 8265: Unicode NFC)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
