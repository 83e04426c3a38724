"""Who will read what is being learned, decided from what is there already. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from teaegg.core.actors import EVERYONE


@dataclass(frozen=True, slots=True)
class Audience:
    """What `learn --groups` amounts to.

    `restricted`: documents that are new become restricted and are granted one by one to the groups;
    otherwise they are read through their collection, which is granted to `collection_readers`.
    """

    new_collection: bool = False
    new_groups: tuple[str, ...] = ()
    collection_readers: tuple[str, ...] = ()
    restricted: bool = False


def decide_audience(
    groups: Sequence[str],
    *,
    known_groups: Collection[str],
    collection_exists: bool,
    readers: Collection[tuple[str, str]],
) -> Audience:
    """The narrowest reading of `groups` that never shows a document already there to more people.

    `readers` are the (kind, name) pairs that the collection is granted to. A new collection is
    granted to the groups; one that is granted to exactly them stays as it is; in any other the new
    documents are restricted, since a grant on the collection would open what lies in it.
    """
    new_groups = tuple(g for g in groups if g not in known_groups and g != EVERYONE)
    if not collection_exists:
        return Audience(True, new_groups, tuple(groups))
    same = set(readers) == {("group", group) for group in groups}
    return Audience(False, new_groups, restricted=bool(groups) and not same)
