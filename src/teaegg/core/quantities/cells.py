"""The facts of a table row: what each of its cells says in quantities.

A row is "header: value；header: value" (see `ingest.readers.tables`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from teaegg.core.quantities.reading import Quantity, quantities_in
from teaegg.core.quantities.tokens import value_tokens
from teaegg.core.quantities.units import unit_in_header
from teaegg.core.terms import fold

CELL_SEPARATOR = "；"
_HEADER = re.compile(r"([^:；]{1,60}): ")
_UNIT_OF_HEADER = re.compile(r"[(\[（][^()\[\]（）]*[)\]）]|[/,，][^/]*$|\s+")
_SYMBOL = re.compile(r"(?<=[㐀-鿿])[a-zA-Z]{1,2}$")
_MOST_FACTS = 40


class Cell(NamedTuple):
    """One cell; `header` is "" where the row has none for it."""

    header: str
    value: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A cell's quantity; `attributes` are the names under which it may be asked for."""

    attributes: tuple[str, ...]
    dimension: str
    low: Decimal
    high: Decimal


def cells_of(row: str) -> Iterator[Cell]:
    """The cells of a row's text, in order."""
    for pair in row.split(CELL_SEPARATOR):
        match = _HEADER.match(pair)
        yield Cell(match[1].strip(), pair[match.end() :]) if match else Cell("", pair)


def facts_of(row: str) -> list[Fact]:
    """Every quantity that the row states, at most 40."""
    return [fact for cell in cells_of(row) for fact in facts_of_cell(cell)][:_MOST_FACTS]


def fact_tokens(row: str) -> list[str]:
    """The index tokens of all facts: each under its attributes and under its dimension."""
    tokens: dict[str, None] = {}
    for fact in facts_of(row):
        tokens.update(dict.fromkeys(_tokens_of(fact)))
    return list(tokens)


def keys_of(fact: Fact) -> list[str]:
    """What the fact's tokens begin with."""
    dimension = [dimension_key(fact.dimension)] if fact.dimension else []
    return [*dimension, *(attribute_key(name, fact.dimension) for name in fact.attributes)]


def dimension_key(dimension: str) -> str:
    """Under which every fact of a dimension can be looked up."""
    return f"[{dimension}]"


def attribute_key(name: str, dimension: str) -> str:
    """Under which the facts of one column can be looked up."""
    return f"{name}[{dimension}]"


def attribute_name(header: str) -> str:
    """A header as it is compared: 长度(mm), 长 度, 长度/mm and 长度L are 长度."""
    return _SYMBOL.sub("", _UNIT_OF_HEADER.sub("", fold(header))).lower()


# In a table the same few cells stand again and again.
@lru_cache(maxsize=65536)
def facts_of_cell(cell: Cell) -> tuple[Fact, ...]:
    """Every quantity that one cell states."""
    name = attribute_name(cell.header)
    found = quantities_in(fold(cell.value), unit=unit_in_header(fold(cell.header)))
    return tuple(
        Fact(_names(name, quantity), quantity.dimension, quantity.low, quantity.high)
        for quantity in found
        if quantity.dimension or name
    )


@lru_cache(maxsize=65536)
def _tokens_of(fact: Fact) -> tuple[str, ...]:
    return tuple(token for key in keys_of(fact) for token in value_tokens(key, fact.low, fact.high))


def _names(name: str, quantity: Quantity) -> tuple[str, ...]:
    """A notation that says what it means (M8×30) goes by that, any other number by its header."""
    return tuple(filter(None, (quantity.attribute or name,)))
