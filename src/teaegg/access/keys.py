"""Secrets that stand for an account: API keys and session tokens. Only their hash is ever stored."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

from teaegg.core.ids import text_hash

RandomBytes = Callable[[int], bytes]
"""n → n unpredictable bytes; `secrets.token_bytes` outside tests."""

KEY_PREFIX = "te-"
SESSION_PREFIX = "ts-"
_SECRET_BYTES = 32
_SHOWN_CHARACTERS = 11
"""`te-` and eight characters: enough to tell keys apart, 200 of the 256 bits stay unknown."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the only moment when it can be read. It keeps out of logs: repr hides it."""

    prefix: str
    secret: str = field(repr=False)


def new_secret(prefix: str, random_bytes: RandomBytes) -> str:
    """`prefix` and 256 random bits, URL-safe."""
    return prefix + base64.urlsafe_b64encode(random_bytes(_SECRET_BYTES)).rstrip(b"=").decode()


def new_key(random_bytes: RandomBytes) -> NewKey:
    secret = new_secret(KEY_PREFIX, random_bytes)
    return NewKey(prefix=secret[:_SHOWN_CHARACTERS], secret=secret)


def secret_hash(secret: str) -> str:
    """SHA-256 is enough, and quick: unlike a password, 256 random bits cannot be guessed."""
    return text_hash(secret)
