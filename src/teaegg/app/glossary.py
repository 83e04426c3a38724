"""The glossary on behalf of an actor: who sees which entries, and who may change them."""

from __future__ import annotations

from collections.abc import Sequence

from teaegg.access.policy import require_manage
from teaegg.access.service import Access
from teaegg.core.actors import Actor, VisibleSet
from teaegg.core.terms import index_terms
from teaegg.store.glossary import GlossaryEntry, GlossaryFile
from teaegg.store.index import PassageIndex

# Each takes a few searches; a company's list is seldom longer.
MOST_LOOKED_UP = 500


class Glossary:
    """Entries of a collection belong to its editors, those for everybody to the owners."""

    def __init__(self, file: GlossaryFile, access: Access, index: PassageIndex) -> None:
        self._file = file
        self._access = access
        self._index = index

    async def list(self, actor: Actor) -> Sequence[GlossaryEntry]:
        """The entries that the actor may know of, in the file's order."""
        visible = await self._access.visible(actor)
        return [entry for entry in self._file.entries() if entry.is_visible(visible)]

    async def leading_nowhere(self, actor: Actor) -> Sequence[GlossaryEntry]:
        """Entries of which no word stands in a passage where they count; of the first 500."""
        visible = await self._access.visible(actor)
        entries = (await self.list(actor))[:MOST_LOOKED_UP]
        return [entry for entry in entries if not await self._is_spoken_of(entry, visible)]

    async def _is_spoken_of(self, entry: GlossaryEntry, visible: VisibleSet) -> bool:
        within = frozenset({entry.collection} - {""})
        for word in entry.words:
            terms = dict.fromkeys(index_terms(word))
            if terms and await self._index.text_search(
                (),
                every_of=[[term] for term in terms],
                visible=visible,
                collections=within,
                limit=1,
            ):
                return True
        return False

    async def add(self, actor: Actor, entry: GlossaryEntry) -> None:
        await self._require_change(actor, entry.collection)
        self._file.add(entry)

    async def remove(self, actor: Actor, name: str, collection: str = "") -> None:
        await self._require_change(actor, collection)
        self._file.remove(name, collection)

    async def merge(self, actor: Actor, entries: Sequence[GlossaryEntry]) -> int:
        """Add all entries or, when one may not be added, none; returns how many."""
        for collection in {entry.collection for entry in entries}:
            await self._require_change(actor, collection)
        return self._file.merge(entries)

    async def _require_change(self, actor: Actor, collection: str) -> None:
        if collection:
            await self._access.require_upload(actor, collection)
        else:
            require_manage(actor)
