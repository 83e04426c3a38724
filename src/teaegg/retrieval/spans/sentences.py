"""Where sentences begin and end, in Chinese and English. A quote is made of whole sentences."""

from __future__ import annotations

import re
from itertools import pairwise

_SENTENCE_END = re.compile(
    r"[。！？!?；;…]+[”’」』）)】\"']*"
    r"|\n+"
    # An English full stop: not after an initial (J.), a short title (Dr.) or between digits.
    r"|(?<=[^\W\d])(?<![A-Z])(?<!\b[A-Z][a-z])(?<!\bNo)(?<!\bSt)(?<!\bvs)\.[\"')\]]*(?=\s+\S)"
    r"|(?<=[\d%)\]A-Z])\.[\"')\]]*(?=\s+[A-Z])"
)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """(start, end) of every sentence of `text`, without surrounding blanks, in order."""
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    spans = []
    for start, end in pairwise(cuts):
        piece = text[start:end]
        first = start + len(piece) - len(piece.lstrip())
        last = end - len(piece) + len(piece.rstrip())
        if last > first:
            spans.append((first, last))
    return spans
