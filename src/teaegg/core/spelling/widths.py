"""How much a text says, counted in Chinese characters, so that one limit suits both languages.

Some two and a half letters say as much as one Chinese character. That errs on the side of short
texts: the paragraphs of xquad have 255 characters in Chinese and 784 in English on average.
"""

from __future__ import annotations

import re
from itertools import accumulate

LETTERS_PER_CHARACTER = 2.5

# Chinese characters, kana, Hangul and their full-width punctuation.
_WIDE = re.compile(
    r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]"
)


def text_width(text: str) -> float:
    """In Chinese characters; 0 for no text."""
    if text.isascii():
        return len(text) / LETTERS_PER_CHARACTER
    wide = len(text) - len(_WIDE.sub("", text))
    return wide + (len(text) - wide) / LETTERS_PER_CHARACTER


def reach(text: str, start: int, width: float) -> int:
    """The largest end for which `text[start:end]` is no wider than `width`, at least one character."""
    window = text[start : start + int(width * LETTERS_PER_CHARACTER) + 1]
    if window.isascii():
        fitting = min(len(window), int(width * LETTERS_PER_CHARACTER))
    else:
        widths = accumulate(text_width(character) for character in window)
        fitting = sum(1 for so_far in widths if so_far <= width)
    return start + max(1, fitting)
