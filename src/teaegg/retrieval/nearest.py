"""The passages behind what the vector search names."""

from __future__ import annotations

from collections.abc import Sequence

from teaegg.core.actors import VisibleSet
from teaegg.store.index import Hit, Near, PassageIndex


async def read_nearest(
    index: PassageIndex, found: Sequence[Near], text: Sequence[Hit], *, visible: VisibleSet
) -> list[Hit]:
    """`found` with its passages; only what full text has not brought is read, in one query."""
    known = {hit.passage.id: hit.passage for hit in text}
    missing = [near.passage for near in found if near.passage not in known]
    # Read under the same visible set: a scope that moved meanwhile hides them.
    known |= await index.passages(missing, visible=visible)
    return [Hit(known[near.passage], near.score) for near in found if near.passage in known]
