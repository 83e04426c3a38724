"""Quotes: the stretch of a text that a line repeats, and exactness before a citation leaves the house."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

BARRIER = "\ufffc"
"""Stands for what may not be quoted: it never matches, and no quote reaches across it."""

_LEAST_CHARACTERS = 2
_NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿两半")
_IN_NUMBERS = frozenset(".,:/-~–−")
_SIGNS = frozenset("-−±<>≤≥≈")
_MEANING = frozenset("%‰&@#")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text without blanks, punctuation, widths and case; `at` says where each character stood."""

    characters: str
    at: tuple[int, ...]


def verify_quote(quote: str, canonical_text: str, start: int, end: int) -> bool:
    """Whether `quote` is `canonical_text[start:end]`, character for character, and not empty.

    Nothing is normalised: a citation opens and highlights its span, so almost equal is wrong.
    Spans that lie outside the text, or are reversed or negative, are not quotes.
    """
    return 0 <= start < end <= len(canonical_text) and canonical_text[start:end] == quote


def find_quotes(line: str, text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of every stretch of `text` that says what `line` says, word for word.

    Width, case, blanks and punctuation may differ; a number or a word is never cut in two, so that
    15 is not found in 1.5, nor 二天 in 十二天.
    """
    wanted, known = _read(line), _read(text)
    if not _is_enough(wanted.characters):
        return
    position = known.characters.find(wanted.characters)
    while position >= 0:
        stop = position + len(wanted.characters)
        if not (_cuts(known.characters, position) or _cuts(known.characters, stop)):
            yield known.at[position], known.at[stop - 1] + 1
        position = known.characters.find(wanted.characters, position + 1)


def _is_enough(characters: str) -> bool:
    """One character stands everywhere and proves nothing, save for a number."""
    return len(characters) >= _LEAST_CHARACTERS or characters.isdigit()


def _read(text: str) -> _Reading:
    kept: list[str] = []
    at: list[int] = []
    gap = False
    for position, character in enumerate(text):
        for piece in unicodedata.normalize("NFKC", character).lower():
            if _is_gap(piece, text, position):
                gap = True
                continue
            if gap and kept and _is_latin(kept[-1]) and _is_latin(piece):
                kept.append(" ")
                at.append(position)
            gap = False
            kept.append(piece)
            at.append(position)
    return _Reading("".join(kept), tuple(at))


def _is_gap(piece: str, text: str, position: int) -> bool:
    """Blanks and punctuation; what makes a number another number is none."""
    if piece.isspace():
        return True
    if piece in _MEANING or not unicodedata.category(piece).startswith(("P", "C")):
        return False
    follows = text[position + 1 : position + 2].isdigit()
    if piece in _SIGNS and follows:
        return False
    return not (piece in _IN_NUMBERS and follows and text[position - 1 : position].isdigit())


def _cuts(characters: str, position: int) -> bool:
    """Whether a number or a Latin word goes on from before `position` to behind it."""
    if not 0 < position < len(characters):
        return False
    before, behind = characters[position - 1], characters[position]
    if before in _NUMERALS and behind in _NUMERALS:
        return True
    if _is_latin(before) and _is_latin(behind):
        return True
    return (before in _IN_NUMBERS | _SIGNS and behind.isdigit()) or (
        before.isdigit() and behind in _IN_NUMBERS
    )


def _is_latin(character: str) -> bool:
    return character.isalnum() and character < "\u0250"
