"""Words that mean the same: the general ones that come with TeaEgg, and a company's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from teaegg.core.terms import fold

Group = tuple[str, ...]


class Concept(NamedTuple):
    """A piece [start, end) of a folded text and all words that mean it; [itself] when no other does."""

    start: int
    end: int
    words: Group


class Synonyms:
    """Groups of words of one meaning, compared folded and in lower case."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        folded = [tuple(dict.fromkeys(_compared(word) for word in group)) for group in groups]
        self._groups: dict[str, list[Group]] = {}
        for group in folded:
            for word in group:
                self._groups.setdefault(word, []).append(group)
        # 阀 inside 球阀 is half a word: a single character is understood in rows, not looked for here.
        spotted = [word for word in self._groups if len(word) > 1]
        longest_first = sorted(spotted, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_pattern_of, longest_first)) or r"(?!)")

    def others(self, word: str) -> Group:
        """Every word of every group that holds `word`, itself first."""
        own = _compared(word)
        groups = self._groups.get(own, [])
        return tuple(dict.fromkeys((own, *(other for group in groups for other in group))))

    def concepts(self, text: str) -> Iterator[Concept]:
        """The known words of folded, lower-case `text`, the longest where they overlap."""
        for match in self._pattern.finditer(text):
            yield Concept(match.start(), match.end(), self.others(match[0]))

    def joined(self, groups: Iterable[Sequence[str]]) -> Synonyms:
        """These and `groups`."""
        own = dict.fromkeys(group for known in self._groups.values() for group in known)
        return Synonyms((*own, *groups))


@cache
def general_synonyms() -> Synonyms:
    """The words of `general_words.txt`: one group a line, "=" between them, # begins a comment."""
    text = files(__package__).joinpath("general_words.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0] for line in text.splitlines())
    return Synonyms([word.strip() for word in line.split("=")] for line in lines if line.strip())


def _compared(word: str) -> str:
    return fold(word).strip().lower()


def _pattern_of(word: str) -> str:
    """A Latin word or number counts only as a whole."""
    before = r"(?<![a-z0-9])" if word[0].isascii() and word[0].isalnum() else ""
    after = r"(?![a-z0-9])" if word[-1].isascii() and word[-1].isalnum() else ""
    return f"{before}{re.escape(word)}{after}"


NO_SYNONYMS = Synonyms(())
