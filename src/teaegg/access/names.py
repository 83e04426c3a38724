"""Which names users, groups and collections may have."""

from __future__ import annotations

import re
import unicodedata

from teaegg.core.errors import InvalidRequestError

MAX_NAME_CHARACTERS = 64
MAX_LINE_CHARACTERS = 200

# Letters and digits of any script first, so that no name reads as a command-line option; no quotes,
# colons or slashes, because names stand in index filters, scopes and addresses.
_NAME = re.compile(r"\w(?:[\w.@·()&+ -]*[\w.@·()&+-])?")


def is_name(text: str) -> bool:
    """Whether it has the length and the characters of a name; what has not need not be looked up."""
    return len(text) <= MAX_NAME_CHARACTERS and _NAME.fullmatch(text) is not None


def checked_name(kind: str, name: str) -> str:
    """`name` as it is, or InvalidRequestError saying what a `kind` may be called.

    Only one spelling of what looks alike is accepted (Unicode NFKC: no full-width twins), so that
    two accounts cannot be told apart by machines only.
    """
    plain = unicodedata.normalize("NFKC", name)
    if plain != name:
        raise InvalidRequestError(
            f"The {kind} name {name!r} has full-width or compatibility characters.",
            remedy=f"Write it as {plain!r}.",
        )
    if not is_name(name):
        raise InvalidRequestError(
            f"The {kind} name {name[:80]!r} is not usable.",
            remedy=f"Use 1 to {MAX_NAME_CHARACTERS} letters (Chinese too), digits, inner spaces or "
            "any of . _ - + & @ · ( ), beginning with a letter or a digit.",
        )
    return name


def checked_line(kind: str, text: str, *, limit: int = MAX_LINE_CHARACTERS) -> str:
    """`text` as it is when it is one printable line of at most `limit` characters."""
    if len(text) > limit or not text.isprintable():
        raise InvalidRequestError(
            f"The {kind} is not one printable line of at most {limit} characters.",
            remedy="Shorten it and take out line breaks and control characters.",
        )
    return text
