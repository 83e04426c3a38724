"""How statutes say what people say in everyday words: 房东 is 出租人, 被辞退 is 用人单位解除劳动合同."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from teaegg.core.terms import fold


class _Line(NamedTuple):
    said: tuple[str, ...]
    written: tuple[str, ...]


def statute_words(question: str) -> tuple[str, ...]:
    """Statutes' words for everyday ones in `question`, without those that it uses itself."""
    asked = fold(question).lower()
    found = (
        word
        for line in _lines()
        if any(said in asked for said in line.said)
        for word in line.written
        if word not in asked
    )
    return tuple(dict.fromkeys(found))


@cache
def _lines() -> tuple[_Line, ...]:
    text = files(__package__).joinpath("everyday_words.txt").read_text(encoding="utf-8")
    return tuple(_parsed(text))


def _parsed(text: str) -> Iterator[_Line]:
    for line in text.splitlines():
        said, _, written = line.partition("#")[0].partition(">")
        if written:
            words = (fold(word).strip().lower() for word in said.split("="))
            yield _Line(tuple(words), tuple(fold(written).lower().split()))
