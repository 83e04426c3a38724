"""The token probabilities that a teacher returned, cut to the answers they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import accumulate, dropwhile

from teaegg.distill.rows import NO_TEXT, TaughtPiece
from teaegg.distill.teachers.base import Taught
from teaegg.distill.teachers.replies import TokenChances


def chances_of_answers(
    content: str, tokens: Sequence[TokenChances], taught: Sequence[Taught]
) -> tuple[tuple[TokenChances, ...], ...]:
    """For each of `taught` the tokens in which its answer was written, in order.

    An answer that does not stand in `content` as it is (it was restored or put in) has none. Empty
    when the tokens do not spell `content`; white space that the server took off may go before it (so
    llama.cpp does), marks of the end may follow.
    """
    if not content[:1].isspace():
        tokens = list(dropwhile(lambda token: token.token.isspace(), tokens))
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


def pieces_of_answer(answer: str, tokens: Sequence[TokenChances]) -> tuple[TaughtPiece, ...]:
    """The answer in the tokens in which it was written; together they have its bytes.

    A token that also holds a sign of the JSON around the answer is cut to the answer and loses its
    probabilities, which are of something else. Empty where JSON spells the answer otherwise (a quotation
    mark, a line feed), or where it is not plain at which byte of its first token it begins.
    """
    said = answer.encode()
    tokens = [token for token in tokens if token.size]
    if not tokens or json.dumps(answer, ensure_ascii=False)[1:-1] != answer:
        return ()
    spare = sum(token.size for token in tokens) - len(said)
    leads = [
        lead
        for lead in range(min(spare, tokens[0].size - 1) + 1)
        if spare - lead < tokens[-1].size and _spells(tokens, said, lead)
    ]
    return tuple(_pieces(tokens, said, leads[0])) if len(leads) == 1 else ()


def _spells(tokens: Sequence[TokenChances], said: bytes, lead: int) -> bool:
    """Whether the tokens from byte `lead` on are `said`, as far as their texts tell."""
    start = -lead
    for token in tokens:
        if NO_TEXT not in token.token:
            text = token.token.encode()
            shown = text[max(0, -start) : max(0, len(said) - start)]
            if said[max(0, start) :][: len(shown)] != shown:
                return False
        start += token.size
    return True


def _pieces(tokens: Sequence[TokenChances], said: bytes, lead: int) -> Iterator[TaughtPiece]:
    start = -lead
    for token in tokens:
        first, last = max(0, start), min(len(said), start + token.size)
        whole = last - first == token.size
        yield TaughtPiece(
            text=said[first:last].decode(errors="replace"),
            size=last - first,
            top=_likely(token) if whole else {},
        )
        start += token.size


def _likely(token: TokenChances) -> dict[str, float]:
    """By text; parts of characters have none, and could not be told from each other."""
    likely = {text: score for text, score in token.top if NO_TEXT not in text}
    return {token.token: token.logprob, **likely} if NO_TEXT not in token.token else likely


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
