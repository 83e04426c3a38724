"""The rows that a question describes, found inside the visible set among any number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Passage
from teaegg.core.quantities.cells import attribute_key, dimension_key, facts_of
from teaegg.core.quantities.tokens import range_tokens
from teaegg.core.terms import fold, index_terms
from teaegg.retrieval.tables.demands import Demand, Demands, read_demands
from teaegg.retrieval.tables.matching import (
    Attribute,
    Piece,
    attributes_of,
    coverage,
    literal_share,
    meets,
    named_attributes,
    pieces_of,
)
from teaegg.retrieval.tables.preferences import (
    Preference,
    preferences_in,
    preferred,
    without_preferences,
)
from teaegg.retrieval.understanding.synonyms import Synonyms
from teaegg.store.index import Facts, PassageIndex

_CANDIDATES = 200
_LEAST_COVERAGE = 0.5
_LEAST_COVERAGE_WITHOUT_MEASURE = 0.75
_ROWS_WITHOUT_MEASURE = 3
_FEW_MEASURES = 2

_Meant = tuple[tuple[Demand, frozenset[Attribute]], ...]


class _Scored(NamedTuple):
    coverage: float
    literal: float
    wish: tuple[float, ...]
    distance: float
    passage: Passage


class TableLookup:
    """Finds rows by what their cells say. What it returns meets every measure of the question."""

    def __init__(self, index: PassageIndex) -> None:
        self._index = index

    async def find(
        self,
        question: str,
        *,
        synonyms: Synonyms,
        visible: VisibleSet,
        collections: frozenset[str],
        limit: int,
        in_tables: bool,
    ) -> list[Passage]:
        """The rows that `question` describes, best first; [] when it describes none for sure.

        Without a measure in the question they are only looked for when `in_tables` says that the
        best passage by full text is a row as well.
        """
        demands = read_demands(question)
        wishes = preferences_in(demands.subject)
        subject = without_preferences(demands.subject)
        pieces = pieces_of(subject, synonyms)
        if not (demands.measures or (in_tables and pieces)):
            return []
        groups = [_terms(piece) for piece in pieces]
        by_dimension = [
            range_tokens(dimension_key(demand.dimension), demand.low, demand.high)
            for demand in demands.measures
            if demand.dimension
        ]
        found = await self._candidates(groups, by_dimension, visible, collections)
        meant = _meant(demands, found, synonyms)
        by_attribute = [_tokens(demand, named) for demand, named in meant if named]
        if by_attribute:
            pieces = _without_attributes(pieces, meant)
            groups = [_terms(piece) for piece in pieces]
            facts = [*by_dimension, *by_attribute]
            found = await self._candidates(groups, facts, visible, collections)
        scored = _ranked(found, meant, pieces, wishes, synonyms, subject)
        return _sure(scored, meant, pieces)[:limit]

    async def _candidates(
        self,
        groups: Sequence[Sequence[str]],
        facts: Facts,
        visible: VisibleSet,
        collections: frozenset[str],
    ) -> list[Passage]:
        """Rows that meet `facts`: those that name the whole subject, else what names most of it."""
        if not groups:
            return await self._index.exact_search(
                facts=facts, visible=visible, limit=_CANDIDATES, collections=collections
            )
        # By terms alone a row that says one thing in many words would stand before the right one.
        search = partial(
            self._index.text_search,
            visible=visible,
            limit=_CANDIDATES,
            collections=collections,
            facts=facts,
        )
        terms = tuple(dict.fromkeys(term for group in groups for term in group))
        hits = await search((), every_of=groups) or await search(terms)
        return [hit.passage for hit in hits]


def _terms(piece: Piece) -> tuple[str, ...]:
    return tuple(dict.fromkeys(term for word in piece.words for term in index_terms(word)))


def _meant(demands: Demands, found: Sequence[Passage], synonyms: Synonyms) -> _Meant:
    """Each demand with the columns it names; a bare number that names none is no demand."""
    known = attributes_of(passage.text for passage in found if passage.location.row is not None)
    meant = ((demand, named_attributes(demand, known, synonyms)) for demand in demands.measures)
    return tuple((demand, named) for demand, named in meant if named or demand.dimension)


def _without_attributes(pieces: Sequence[Piece], meant: _Meant) -> list[Piece]:
    """The subject without the names of the columns that its measures have been tied to."""
    names = {attribute.name for _, named in meant for attribute in named}
    return [piece for piece in pieces if names.isdisjoint(piece.words)]


def _tokens(demand: Demand, named: frozenset[Attribute]) -> frozenset[str]:
    return frozenset(
        token
        for name, dimension in named
        for token in range_tokens(attribute_key(name, dimension), demand.low, demand.high)
    )


def _ranked(
    found: Sequence[Passage],
    meant: _Meant,
    pieces: Sequence[Piece],
    wishes: Sequence[Preference],
    synonyms: Synonyms,
    subject: str,
) -> list[_Scored]:
    """Rows that meet every demand: what names the subject best, then wishes, then the closest."""
    scored = []
    for passage in found:
        if passage.location.row is None:
            continue
        facts = facts_of(passage.text)
        distances = [meets(facts, demand, named) for demand, named in meant]
        if any(distance is None for distance in distances):
            continue
        text = fold(passage.text).lower()
        covered, literal = coverage(pieces, text), literal_share(subject, text)
        wish = preferred(facts, wishes, synonyms)
        total = sum(distance for distance in distances if distance is not None)
        scored.append(_Scored(round(covered, 2), round(literal, 1), wish, total, passage))
    return sorted(scored, key=lambda row: (-row.coverage, -row.literal, row.wish, row.distance))


def _sure(scored: Sequence[_Scored], meant: _Meant, pieces: Sequence[Piece]) -> list[Passage]:
    """Only what certainly is meant stands before everything else."""
    if not meant:
        sure = [row for row in scored if row.coverage >= _LEAST_COVERAGE_WITHOUT_MEASURE]
        return [row.passage for row in sure[:_ROWS_WITHOUT_MEASURE]]
    if not pieces and len(meant) < _FEW_MEASURES:
        return []
    return [row.passage for row in scored if row.coverage >= _LEAST_COVERAGE]
