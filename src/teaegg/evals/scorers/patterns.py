"""Regular expressions of items, against the clock: some take longer than the universe on a short text.

The library `regex` looks at the clock while it matches, which `re` of the standard library does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import regex

from teaegg.core.errors import InvalidRequestError

_SECONDS = 1.0
_MOST_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Pattern:
    """An expression and the item it belongs to. Raises InvalidRequestError where it takes too long."""

    expression: Any
    item: str

    def is_all_of(self, text: str) -> bool:
        return self._runs(self.expression.fullmatch, text)

    def is_in(self, text: str) -> bool:
        return self._runs(self.expression.search, text)

    def _runs(self, match: Any, text: str) -> bool:
        try:
            return match(text, timeout=_SECONDS) is not None
        except TimeoutError as error:
            raise InvalidRequestError(
                f"The expression of item {self.item} took longer than {_SECONDS:.0f} s on a reply of "
                f"{len(text)} characters.",
                remedy="Write it without a repetition inside a repetition, as in (a+)+.",
            ) from error


def compiled(expression: str, item: str) -> Pattern:
    """Raises InvalidRequestError for one that is wrong or longer than 2,000 characters."""
    if len(expression) > _MOST_CHARACTERS:
        raise InvalidRequestError(
            f"The expression of item {item} has {len(expression)} characters; "
            f"expected at most {_MOST_CHARACTERS}.",
            remedy="Shorten it.",
        )
    try:
        return Pattern(regex.compile(expression), item)
    except regex.error as error:
        raise InvalidRequestError(
            f"The expression of item {item} is wrong: {error}.",
            remedy="Correct it, or write a JSON Schema instead.",
        ) from error
