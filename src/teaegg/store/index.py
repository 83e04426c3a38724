"""The contract of the search index. Every back end passes `tests/contract/test_index_contract.py`.

There is no search without the visible set: it is a required argument and is applied inside the
query, so that neither results nor counts can tell of a document the actor may not know.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Passage

Facts = Sequence[frozenset[str]]
"""Demands on a row: it must hold at least one token of each set (`core.quantities.tokens`)."""
HINT_WEIGHT = 0.25
"""What a term that the asker did not use counts in full text; chosen on half 0 of the statute questions."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and its score: BM25 (≥ 0, unbounded) or inner product of unit vectors (-1 to 1)."""

    passage: Passage
    score: float


class Near(NamedTuple):
    """The id of a passage and the inner product of its vector with that of the question."""

    passage: str
    score: float


class PassageIndex(Protocol):
    """Passages with their terms, identifiers, articles and vectors.

    Raises StorageError when the disk or the engine refuses.
    """

    async def replace(self, documents: Mapping[str, tuple[str, Sequence[Passage]]]) -> None:
        """For each document id: (scope, passages) becomes all that is indexed of it, in one step.

        Vectors of passages whose ids stay are kept; all others of the document are dropped.
        An empty sequence removes the document. Doing it twice gives the same as once.
        """
        ...

    async def add_vectors(
        self, passages: Sequence[Passage], vectors: NDArray[np.float32], *, visible: VisibleSet
    ) -> None:
        """Vectors of shape (len(passages), dimensions); a passage's older vector is replaced.

        Passages that are no longer indexed (their document changed meanwhile) are left out.
        """
        ...

    async def set_scope(self, document: str, scope: str) -> None:
        """Move a document under another scope, effective for every search that starts afterwards."""
        ...

    async def text_search(
        self,
        terms: Sequence[str],
        *,
        visible: VisibleSet,
        limit: int,
        collections: frozenset[str] = frozenset(),
        facts: Facts = (),
        every_of: Sequence[Sequence[str]] = (),
        hints: Sequence[str] = (),
    ) -> list[Hit]:
        """Best passages by BM25 over `terms`; no hit has score 0. Empty `collections` means all.

        Each of `hints`, terms that the asker did not use, counts `HINT_WEIGHT` of a term.

        With `facts`, only rows that meet them all; with `every_of`, only passages that hold at least
        one term of each group, scored by these instead.
        """
        ...

    async def vector_search(
        self,
        vector: NDArray[np.float32],
        *,
        visible: VisibleSet,
        limit: int,
        collections: frozenset[str] = frozenset(),
    ) -> list[Near]:
        """Nearest passages by inner product; passages without a vector are not found.

        Only ids: what full text has found as well need not be read twice (see `passages`).
        """
        ...

    async def passages(self, ids: Collection[str], *, visible: VisibleSet) -> dict[str, Passage]:
        """Id → passage, for those of `ids` that are indexed and visible."""
        ...

    async def exact_search(
        self,
        *,
        identifiers: frozenset[str] = frozenset(),
        articles: frozenset[str] = frozenset(),
        facts: Facts = (),
        documents: frozenset[str] = frozenset(),
        visible: VisibleSet,
        limit: int,
        collections: frozenset[str] = frozenset(),
    ) -> list[Passage]:
        """Passages that hold any of `identifiers` or are any of `articles` (canonical forms of
        `core.terms`) and meet all `facts`, only of `documents` when given."""
        ...

    async def passages_of(self, document: str, *, visible: VisibleSet) -> list[Passage]:
        """All passages of a document in order; [] when there are none or it is not visible."""
        ...

    async def vectors_missing(self, document: str, *, visible: VisibleSet) -> list[Passage]:
        """The document's passages that have no vector yet, in order."""
        ...

    async def frequencies(
        self, terms: Sequence[str], *, visible: VisibleSet, cap: int
    ) -> dict[str, int]:
        """Term → number of visible passages that hold it, counted up to `cap`."""
        ...

    async def similar_words(
        self, word: str, *, visible: VisibleSet, distance: int, limit: int
    ) -> frozenset[str]:
        """Latin words and codes (`core.terms.latin_words`) within `distance` edits of `word`, from
        the `limit` best visible passages with any such: a word that only hidden passages hold is
        never among them. Two edits may spare the first letter. Passages written since the last
        `optimize` may be left out."""
        ...

    async def count(self, *, visible: VisibleSet) -> int:
        """How many visible passages there are."""
        ...

    async def optimize(self) -> None:
        """Fold recent writes into the index structures; searches give the same before and after."""
        ...
