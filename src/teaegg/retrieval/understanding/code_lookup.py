"""The passages that hold a question's codes: as spelled, then joined, look-alike, one slip away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Passage
from teaegg.core.terms import identifiers
from teaegg.retrieval.understanding.codes import look_alikes
from teaegg.store.index import PassageIndex

_MINIMUM_CHARACTERS_TO_GUESS = 6
_PASSAGES_LOOKED_AT = 50


class CodeHits(NamedTuple):
    """Passages in no order, and the codes for which they were found."""

    passages: list[Passage]
    codes: frozenset[str]


def _held(passages: Iterable[Passage]) -> frozenset[str]:
    return frozenset(code for passage in passages for code in identifiers(passage.text))


class CodeLookup:
    """Exact look-up that widens only while nothing was found.

    A code written with blanks is tried as a whole first: its groups ("M8x30") mean less than all
    of it. Other spellings are fallbacks, so that two codes that look alike stay two.
    """

    def __init__(self, index: PassageIndex, limit: int) -> None:
        self._index = index
        self._limit = limit

    async def find(
        self,
        codes: frozenset[str],
        joined: frozenset[str],
        *,
        visible: VisibleSet,
        collections: frozenset[str],
    ) -> CodeHits:
        """What the codes of a question single out, inside `visible`."""
        for spellings in (joined, codes):
            hits = await self._exact(spellings, visible, collections)
            if hits.passages:
                # Of several codes one may be mistaken while the others are found.
                missing = spellings - _held(hits.passages)
                more = await self._exact(look_alikes(missing), visible, collections)
                return CodeHits([*hits.passages, *more.passages], hits.codes | more.codes)
        hits = await self._exact(look_alikes(joined | codes), visible, collections)
        if hits.passages:
            return hits
        return await self._exact(await self._similar(codes | joined, visible), visible, collections)

    async def _exact(
        self, codes: frozenset[str], visible: VisibleSet, collections: frozenset[str]
    ) -> CodeHits:
        if not codes:
            return CodeHits([], codes)
        found = await self._index.exact_search(
            identifiers=codes, visible=visible, limit=self._limit, collections=collections
        )
        return CodeHits(found, codes)

    async def _similar(self, codes: frozenset[str], visible: VisibleSet) -> frozenset[str]:
        """Visible codes one slip away from the longest of `codes`."""
        longest = max(codes, key=len, default="")
        if len(longest) < _MINIMUM_CHARACTERS_TO_GUESS or longest.isdigit():
            return frozenset()
        words = await self._index.similar_words(
            longest.lower(), visible=visible, distance=1, limit=_PASSAGES_LOOKED_AT
        )
        return frozenset(word.upper() for word in words if any(c.isdigit() for c in word))
