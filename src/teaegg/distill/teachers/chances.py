"""The token probabilities that a teacher returned, cut to the answers they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import accumulate

from teaegg.distill.teachers.base import Taught
from teaegg.distill.teachers.replies import TokenChances


def chances_of_answers(
    content: str, tokens: Sequence[TokenChances], taught: Sequence[Taught]
) -> tuple[tuple[TokenChances, ...], ...]:
    """For each of `taught` the tokens in which its answer was written, in order.

    An answer that does not stand in `content` as it is (it was restored or put in) has none. Empty
    when the tokens do not spell `content`.
    """
    if not tokens or "".join(token.token for token in tokens) != content:
        return ()
    ends = list(accumulate(len(token.token) for token in tokens))
    found = []
    start = 0
    for each in taught:
        at, length = _place(content, each.answer, start)
        found.append(tuple(_within(tokens, ends, at, at + length)) if at >= 0 else ())
        start = max(start, at + length)
    return tuple(found)


def _place(content: str, answer: str, start: int) -> tuple[int, int]:
    """Where the answer stands as JSON spells it, behind its key; -1 when it does not."""
    spellings = dict.fromkeys(
        json.dumps(answer, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True)
    )
    for spelling in spellings:
        key = content.find('"answer"', start)
        at = content.find(spelling, key + len('"answer"')) if key >= 0 else -1
        if at >= 0:
            return at, len(spelling)
    return -1, 0


def _within(
    tokens: Sequence[TokenChances], ends: Sequence[int], start: int, end: int
) -> Iterator[TokenChances]:
    for token, token_end in zip(tokens, ends, strict=True):
        if token_end > start and token_end - len(token.token) < end:
            yield token
