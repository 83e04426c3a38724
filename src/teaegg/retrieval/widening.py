"""A second look at statutes, with the words in which they say what the asker said in everyday ones.

"房东不退押金" names nothing that the civil code says; "出租人" and "定金" do. Widened is only what the first
look found to be about statutes: elsewhere 房东 is called 房东.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from teaegg.core.actors import VisibleSet
from teaegg.core.answers import Evidence
from teaegg.core.errors import ModelError
from teaegg.core.settings import SearchSettings
from teaegg.core.terms import index_terms
from teaegg.models.base import Embedder, Vectors
from teaegg.retrieval.nearest import read_nearest
from teaegg.retrieval.query import Query
from teaegg.retrieval.understanding.everyday import statute_words
from teaegg.store.index import Hit, PassageIndex

_FIRST_PASSAGES = 10
_SHARE_OF_ARTICLES = 0.5
_WIDENED_SHARE = 0.7
"""Share of the vector of question and statutes' words; the rest is the plain question's."""


class Wider(NamedTuple):
    """The question with the statutes' words among its terms, and what both searches find for it."""

    query: Query
    text: list[Hit]
    near: list[Hit]


class Widener:
    """Searches again where that promises more. Everything found lies inside the visible set given."""

    def __init__(self, index: PassageIndex, embedder: Embedder, settings: SearchSettings) -> None:
        self._index = index
        self._embedder = embedder
        self._settings = settings

    async def wider(
        self,
        query: Query,
        fused: Sequence[Evidence],
        vector: Vectors | None,
        *,
        visible: VisibleSet,
        collections: frozenset[str],
    ) -> Wider | None:
        """None where `fused`, best first, is not about statutes or no everyday word was used."""
        words = statute_words(query.text) if self._settings.everyday_words else ()
        if vector is None or not words or not _about_statutes(fused):
            return None
        asked = set(query.terms)
        meant = (term for word in words for term in index_terms(word) if term not in asked)
        terms = tuple(dict.fromkeys(meant))
        try:
            widened = await self._embedder.embed_question(f"{query.text} {' '.join(words)}")
        except ModelError:
            # The first look stands by itself.
            return None
        text, found = await asyncio.gather(
            self._index.text_search(
                query.terms,
                hints=terms,
                visible=visible,
                limit=self._settings.candidates,
                collections=collections,
            ),
            self._index.vector_search(
                _mixed(vector, widened),
                visible=visible,
                limit=self._settings.candidates,
                collections=collections,
            ),
        )
        near = await read_nearest(self._index, found, text, visible=visible)
        return Wider(replace(query, terms=(*query.terms, *terms)), text, near)


def _about_statutes(fused: Sequence[Evidence]) -> bool:
    """Whether most of the best passages are numbered articles."""
    first = fused[:_FIRST_PASSAGES]
    articles = sum(item.passage.location.article is not None for item in first)
    return articles > _SHARE_OF_ARTICLES * len(first)


def _mixed(plain: Vectors, widened: Vectors) -> Vectors:
    mixed = (1 - _WIDENED_SHARE) * plain + _WIDENED_SHARE * widened
    unit: Vectors = (mixed / np.linalg.norm(mixed)).astype(np.float32)
    return unit
