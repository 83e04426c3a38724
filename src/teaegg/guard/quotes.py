"""Exactness of quotes: the last check before a citation leaves the house."""

from __future__ import annotations


def verify_quote(quote: str, canonical_text: str, start: int, end: int) -> bool:
    """Whether `quote` is `canonical_text[start:end]`, character for character, and not empty.

    Nothing is normalised: a citation opens and highlights its span, so almost equal is wrong.
    Spans that lie outside the text, or are reversed or negative, are not quotes.
    """
    return 0 <= start < end <= len(canonical_text) and canonical_text[start:end] == quote
