"""A row against demands: which of its facts meet them, and how much of the subject it names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from teaegg.core.quantities.cells import Fact, facts_of
from teaegg.core.terms import fold
from teaegg.retrieval.spans.content import is_stop_word
from teaegg.retrieval.tables.demands import Demand
from teaegg.retrieval.understanding.synonyms import Synonyms

_RUN = re.compile(r"[㐀-鿿]+|[a-z0-9][a-z0-9\-./#]*")
_CHINESE_RUN = re.compile(r"[㐀-鿿]{2,}")
_FILLER = re.compile(
    "我们?|想要?|需要|要求|要|找|一[个款种批些根只支条台套]|有没有|有|帮忙?|给|用于|用来|用在|用的|用|能够?|可以?|"
    "适合|合适|那种|这种|的|和|与|及|或|且|并|在|是|做|型号|规格|产品|零件|配件|物料|料号|件号|编号|请|求|推荐|选|买|采购|"
    "货|库存|里|上|下|中|放|装|带|来|比较|稍微|尽量|最好"
)
_SHORTEST_PIECE = 2


class Attribute(NamedTuple):
    """A column as facts know it: its compared name and the dimension of its values."""

    name: str
    dimension: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the subject: any of `words` names it; only a run without synonyms counts in part."""

    words: tuple[str, ...]
    weight: int
    partly: bool


def attributes_of(rows: Iterable[str]) -> frozenset[Attribute]:
    """Every column of `rows` that holds a measure."""
    return frozenset(
        Attribute(name, fact.dimension)
        for row in rows
        for fact in facts_of(row)
        for name in fact.attributes
    )


def named_attributes(
    demand: Demand, known: Iterable[Attribute], synonyms: Synonyms
) -> frozenset[Attribute]:
    """The columns that the demand's own words name; empty when they name none.

    Words right before the number count most: 长度 in "直径 8 长度 30".
    """
    ranked: dict[Attribute, int] = {}
    for attribute in known:
        if demand.dimension and attribute.dimension != demand.dimension:
            continue
        place = _place(demand, attribute.name, synonyms)
        if place:
            ranked[attribute] = place
    best = max(ranked.values(), default=0)
    return frozenset(attribute for attribute, place in ranked.items() if place == best)


def _place(demand: Demand, name: str, synonyms: Synonyms) -> int:
    """How strongly the words around the demand name the column `name`; 0 when they do not."""
    names = synonyms.others(name)
    if demand.attribute:
        return 1 if demand.attribute in names else 0
    strongest = 0
    for word in names:
        exact = 1 if word == name else 0
        if demand.before.endswith(word):
            strongest = max(strongest, 20 + 2 * len(word) + exact)
        elif len(word) > 1 and word in demand.before:
            strongest = max(strongest, 10 + 2 * len(word) + exact)
        if demand.after.lstrip(" 的").startswith(word):
            strongest = max(strongest, 4 + 2 * len(word) + exact)
    return strongest


def meets(row: Sequence[Fact], demand: Demand, named: frozenset[Attribute]) -> float | None:
    """How far (0: exactly) the closest fact lies from what was asked; None when no fact meets it."""
    distances = [
        _distance(fact, demand)
        for fact in row
        if _is_meant(fact, demand, named)
        and (demand.high is None or fact.low <= demand.high)
        and (demand.low is None or fact.high >= demand.low)
    ]
    return min(distances, default=None)


def _is_meant(fact: Fact, demand: Demand, named: frozenset[Attribute]) -> bool:
    if named:
        return any(Attribute(name, fact.dimension) in named for name in fact.attributes)
    return bool(demand.dimension) and fact.dimension == demand.dimension


def _distance(fact: Fact, demand: Demand) -> float:
    """Of rows that all meet a bound, the one nearest to it is what was meant."""
    asked = demand.low if demand.low is not None else demand.high
    if asked is None:
        return 0.0
    if fact.low <= asked <= fact.high:
        return 0.0
    nearest = min(fact.low, fact.high, key=lambda value: abs(value - asked))
    if asked == 0 or nearest / asked <= 0:
        return float(abs(nearest - asked))
    return abs(math.log(float(Decimal(nearest) / asked)))


def pieces_of(subject: str, synonyms: Synonyms) -> list[Piece]:
    """What the subject names, each with its synonyms, the rest as runs of text."""
    text = fold(subject).lower()
    pieces: list[Piece] = []
    rest = list(text)
    for concept in synonyms.concepts(text):
        if concept.end - concept.start >= _SHORTEST_PIECE or len(concept.words) > 1:
            pieces.append(Piece(concept.words, concept.end - concept.start, partly=False))
            rest[concept.start : concept.end] = " " * (concept.end - concept.start)
    for run in _RUN.findall(_FILLER.sub(" ", "".join(rest))):
        if len(run) >= _SHORTEST_PIECE and not is_stop_word(run):
            pieces.append(Piece((run,), len(run), partly=not run.isascii()))
    return pieces


def literal_share(subject: str, row: str) -> float:
    """Share of the subject's neighbouring Chinese characters that stand together in the row too.

    Of rows that name the subject alike, 平垫圈 is nearer to 平垫圈 than 弹簧垫圈 is.
    """
    pairs = [
        run[at : at + 2] for run in _CHINESE_RUN.findall(subject) for at in range(len(run) - 1)
    ]
    return sum(pair in row for pair in pairs) / len(pairs) if pairs else 0.0


def coverage(pieces: Sequence[Piece], row: str) -> float:
    """Share of the subject that folded, lower-case `row` names; 1 for a subject of nothing."""
    total = sum(piece.weight for piece in pieces)
    if not total:
        return 1.0
    return sum(piece.weight * _held(piece, row) for piece in pieces) / total


def _held(piece: Piece, row: str) -> float:
    """1 for a word of the question's own, a little less for another of the same meaning."""
    if piece.words[0] in row:
        return 1.0
    if any(_stands_in(word, row) for word in piece.words[1:]):
        return 0.95
    return _partly(piece.words[0], row) if piece.partly else 0.0


def _stands_in(word: str, row: str) -> bool:
    if not word.isascii():
        return word in row
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", row) is not None


def _partly(run: str, row: str) -> float:
    """Share of the run's characters that stand in the row two or more together."""
    held = [False] * len(run)
    for start in range(len(run) - 1):
        if run[start : start + 2] in row:
            held[start] = held[start + 1] = True
    return sum(held) / len(run)
