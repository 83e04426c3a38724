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
    when the tokens do not spell `content`; marks of the end may follow.
    """
    ends = list(accumulate(token.size for token in tokens))
    if not _spell(tokens, ends, content.encode()):
        return ()
    found = []
    start = 0
    for each in taught:
        at, length = _place(content, each.answer, start)
        first, last = (len(content[:place].encode()) for place in (max(at, 0), at + length))
        found.append(tuple(_within(tokens, ends, first, last)) if at >= 0 else ())
        start = max(start, at + length)
    return tuple(found)


def _spell(tokens: Sequence[TokenChances], ends: Sequence[int], content: bytes) -> bool:
    if not ends or ends[-1] < len(content):
        return False
    return all(
        token.token.encode().startswith(content[end - token.size : end])
        for token, end in zip(tokens, ends, strict=True)
        if len(token.token.encode()) == token.size
    )


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
        if token_end > start and token_end - token.size < end:
            yield token
