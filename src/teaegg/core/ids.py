"""Names of things: stable ids made from content or origin, and random ids for events."""

from __future__ import annotations

import hashlib
import secrets

_SHORT_HEX_DIGITS = 16


def content_hash(data: bytes) -> str:
    """SHA-256 of `data` as 64 hexadecimal digits; equal content has an equal name."""
    return hashlib.sha256(data).hexdigest()


def text_hash(text: str) -> str:
    """`content_hash` of the text in UTF-8."""
    return content_hash(text.encode("utf-8", "surrogatepass"))


def document_id(collection: str, source: str) -> str:
    """A document keeps its id while its content changes: the id names where it comes from."""
    return "d" + text_hash(f"{collection}\x00{source}")[:_SHORT_HEX_DIGITS]


def passage_id(document: str, version: str, ordinal: int) -> str:
    """Deterministic, so that learning the same version twice can never make duplicates.

    `version` is the content hash of the document's bytes, `ordinal` counts passages from 0.
    """
    return f"{document}-{version[:8]}-{ordinal}"


def random_id(prefix: str) -> str:
    """An unguessable id for an event (trace, conversation): prefix and 80 random bits."""
    return f"{prefix}{secrets.token_hex(10)}"
