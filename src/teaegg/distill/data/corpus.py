"""What a dataset is made from: the documents of a scene that the acting person may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from teaegg.core.actors import VisibleSet
from teaegg.core.documents import Document, Passage
from teaegg.retrieval.search import Searcher
from teaegg.store.documents import DocumentRecords
from teaegg.store.index import PassageIndex


class Corpus(Protocol):
    """Everything it gives lies inside the visible set and the collections of its scene."""

    async def documents(self) -> Sequence[Document]:
        """All of them, those in quarantine included, by id."""
        ...

    async def passages(self, document: str) -> Sequence[Passage]:
        """The passages of a document in order; none when there is no such document."""
        ...

    async def ranked(self, question: str, limit: int) -> Sequence[Passage]:
        """The `limit` best passages for `question`, as somebody who asks would get them."""
        ...


class StoredCorpus:
    """The documents of a workspace, through the visible set of one person."""

    def __init__(
        self,
        documents: DocumentRecords,
        index: PassageIndex,
        searcher: Searcher,
        *,
        visible: VisibleSet,
        collections: frozenset[str],
    ) -> None:
        self._documents = documents
        self._index = index
        self._searcher = searcher
        self._visible = visible
        self._collections = collections

    async def documents(self) -> Sequence[Document]:
        found = [
            document
            for collection in sorted(self._collections)
            for document in await self._documents.list(visible=self._visible, collection=collection)
        ]
        return sorted(found, key=lambda document: document.id)

    async def passages(self, document: str) -> Sequence[Passage]:
        found = await self._index.passages_of(document, visible=self._visible)
        return [passage for passage in found if passage.collection in self._collections]

    async def ranked(self, question: str, limit: int) -> Sequence[Passage]:
        result = await self._searcher.search(
            question, visible=self._visible, limit=limit, collections=self._collections
        )
        return [item.passage for item in result.evidence]
