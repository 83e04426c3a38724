"""Misspelled Latin words of a question, corrected to words of passages that the asker may read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence

from teaegg.core.actors import VisibleSet
from teaegg.core.terms import fold, index_terms
from teaegg.retrieval.spans.content import is_stop_word
from teaegg.store.index import PassageIndex

_WORD = re.compile(r"(?<![\w-])[a-z]{5,}(?![\w-])")
# No letter or digit on either side, full-width ones included: the word is a term of the text.
_BOUNDARY = r"(?<![a-z0-9À-ɏ\uff00-\uffef]){}(?![a-z0-9À-ɏ\uff00-\uffef])"
_MINIMUM_FOR_TWO_EDITS = 8
_PASSAGES_LOOKED_AT = 40
_MOST_WORDS = 3
"""A question with more unknown words than this is in a language of its own, or about something else."""


class Speller:
    """Corrects words that stand nowhere in what the asker may read; all others are left alone.

    Only visible passages are asked, for the word and for its like: that a word stands in a hidden
    document can be seen neither from a correction nor from its absence.
    """

    def __init__(self, index: PassageIndex) -> None:
        self._index = index

    async def corrections(
        self, question: str, read: Iterable[str] = (), *, visible: VisibleSet
    ) -> dict[str, str]:
        """Misspelled word → the like of it. `read` are visible texts at hand: their words are known."""
        words = [w for w in _WORD.findall(fold(question).lower()) if not is_stop_word(w)]
        words = _not_in(words, read)
        if not words:
            return {}
        terms = {word: index_terms(word)[0] for word in dict.fromkeys(words)}
        held = await self._index.frequencies([*terms.values()], visible=visible, cap=1)
        unknown = [word for word, term in terms.items() if not held[term]]
        if len(unknown) > _MOST_WORDS:
            return {}
        likes = await asyncio.gather(*(self._like(word, visible) for word in unknown))
        return {word: like for word, like in zip(unknown, likes, strict=True) if like}

    async def _like(self, word: str, visible: VisibleSet) -> str:
        for distance in (1, 2) if len(word) >= _MINIMUM_FOR_TWO_EDITS else (1,):
            found = await self._index.similar_words(
                word, visible=visible, distance=distance, limit=_PASSAGES_LOOKED_AT
            )
            # The first letter is rarely wrong; among likes that keep it the order is arbitrary but fixed.
            if found:
                return min(found, key=lambda like: (like[0] != word[0], like))
        return ""


def _not_in(words: Sequence[str], texts: Iterable[str]) -> list[str]:
    """`words` without those that stand in `texts` as they are: these need not be looked up."""
    if not words:
        return []
    text = "\n".join(texts).lower()
    return [word for word in words if not re.search(_BOUNDARY.format(word), text)]
