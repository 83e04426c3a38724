"""Nearest vectors among many: exact where few may be seen, through an approximate index beyond.

The index is an inverted file with RaBitQ codes (Gao and Long, "RaBitQ: Quantizing High-Dimensional
Vectors with a Theoretical Error Bound for Approximate Nearest Neighbor Search", SIGMOD 2024); the
candidates it names are scored again with the vectors themselves, so scores are always exact.
"""

from __future__ import annotations

import re
from typing import Any

from lancedb.index import IvfRq

EXACT_UP_TO_VECTORS = 20_000
"""Reading so many vectors takes some 30 ms; an index would save little and could miss some."""
_EXACT_UP_TO_IN_REACH = 8_000
"""Where the probes reach half of the partitions nothing is missed: from here on the index is cheaper."""
_COLUMN = "vector"
_BITS = 3
_PARTITION_VECTORS = 2048
_PROBES = 40
_SCORED_AGAIN = 4
_SCORED_AGAIN_AT_LEAST = 100
"""So many times the wanted number of candidates, and at least so many, are compared whole."""
_TRAINED_AGAIN_AT = 4
"""An index trained on so many times fewer vectors than there are now has partitions too large."""
_INDEX_NAME = re.compile(r"vector_of_(\d+)")


def exact_up_to(vectors: int) -> int:
    """How many visible ones among `vectors` in all are compared one by one."""
    within_reach = vectors <= 2 * _PROBES * _PARTITION_VECTORS
    has_index = vectors > EXACT_UP_TO_VECTORS
    return _EXACT_UP_TO_IN_REACH if has_index and within_reach else EXACT_UP_TO_VECTORS


def probing(query: Any, *, exact: bool, limit: int) -> Any:
    """`query`, a vector query of LanceDB, told how to look for its `limit` nearest neighbours."""
    if exact:
        return query.bypass_vector_index()
    again = max(_SCORED_AGAIN, -(-_SCORED_AGAIN_AT_LEAST // limit))
    return query.nprobes(_PROBES).refine_factor(again)


async def index_when_large(table: Any) -> None:
    """Build the approximate index once it pays, and again when the table has outgrown it.

    Rows that came after the index was built are found all the same: they are compared one by one
    until the table is optimized.
    """
    trained = await _trained_on(table)
    rows = int(await table.count_rows())
    if rows <= EXACT_UP_TO_VECTORS or rows < _TRAINED_AGAIN_AT * max(trained.values(), default=0):
        return
    config = IvfRq(distance_type="dot", num_bits=_BITS, target_partition_size=_PARTITION_VECTORS)
    # Dropped first: built beside the old one, its partitions would be read for the new one's.
    for outgrown in trained:
        await table.drop_index(outgrown)
    await table.create_index(_COLUMN, config=config, name=f"vector_of_{rows}")


async def _trained_on(table: Any) -> dict[str, int]:
    """Name of each index of the vectors → number of vectors that it was trained on."""
    names = [index.name for index in await table.list_indices() if index.columns == [_COLUMN]]
    matches = ((name, _INDEX_NAME.fullmatch(name)) for name in names)
    return {name: int(match[1]) if match else 0 for name, match in matches}
