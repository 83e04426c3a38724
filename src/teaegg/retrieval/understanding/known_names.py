"""The names of all documents, kept in memory: what a question may name among any number of them.

Reading every title for every question would cost tens of milliseconds past some thousand documents.
The names are read again when the records say that they have changed, whichever process changed
them. Nothing is handed out but what lies in the visible set of whoever asks.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from teaegg.core.actors import VisibleSet
from teaegg.retrieval.understanding.titles import (
    MINIMUM_TO_GUESS,
    abbreviates,
    abbreviations_in,
    compared,
    short_titles,
)
from teaegg.retrieval.versions.reading import family_of
from teaegg.store.documents import DocumentName, DocumentRecords


class KnownNames:
    """Names by document, by what a question may hold of them, and by family."""

    def __init__(self, names: Iterable[DocumentName]) -> None:
        self._names = list(names)
        self._places: dict[str, int] = {}
        self._titled: dict[str, list[int]] = defaultdict(list)
        self._families: dict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(self._names):
            self._places[name.document] = place
            self._families[family_of(name.title)].append(place)
            for short in short_titles(name.title):
                self._titled[short].append(place)
        self._whole = _Pieces((short, short) for short in self._titled)
        self._by_ends: dict[tuple[str, str], list[str]] = defaultdict(list)
        for short in self._titled:
            self._by_ends[short[0], short[-1]].append(short)
        self._nearly = _Nearly(self._titled)

    def near(self, text: str, *, visible: VisibleSet) -> list[DocumentName]:
        """Every visible name that `titles.named_documents` could find in `text`, and few others."""
        asked = compared(text)
        shorts = {
            *self._whole.in_text(asked),
            *self._nearly.in_text(asked),
            *self._abbreviated_in(asked),
        }
        return self._visible((p for short in shorts for p in self._titled[short]), visible)

    def of(self, documents: Iterable[str], *, visible: VisibleSet) -> list[DocumentName]:
        """The visible names of `documents`."""
        return self._visible((self._places[d] for d in documents if d in self._places), visible)

    def family(self, family: str, *, visible: VisibleSet) -> list[DocumentName]:
        """The visible documents that are versions of one another (see `versions.reading`)."""
        return self._visible(self._families.get(family, ()), visible)

    def _abbreviated_in(self, asked: str) -> Iterator[str]:
        for short in abbreviations_in(asked):
            for title in self._by_ends.get((short[0], short[-1]), ()):
                if abbreviates(short, title):
                    yield title

    def _visible(self, places: Iterable[int], visible: VisibleSet) -> list[DocumentName]:
        found = (self._names[place] for place in sorted(set(places)))
        return [name for name in found if (name.document, name.scope) in visible]


class NameCatalogue:
    """The known names as the records have them at the moment."""

    def __init__(self, records: DocumentRecords) -> None:
        self._records = records
        self._revision: int | None = None
        self._known = KnownNames(())
        self._reading = asyncio.Lock()

    async def current(self) -> KnownNames:
        """All names, read again if anything about them has changed."""
        revision = await self._records.names_revision()
        if revision != self._revision:
            async with self._reading:
                if revision != self._revision:
                    revision, names = await self._records.names()
                    self._known = await asyncio.to_thread(KnownNames, names)
                    self._revision = revision
        return self._known


class _Pieces:
    """Strings that stand for others: which of them does a text hold?"""

    def __init__(self, pieces: Iterable[tuple[str, str]]) -> None:
        self._meant: dict[str, list[str]] = defaultdict(list)
        for piece, meant in pieces:
            self._meant[piece].append(meant)
        self._lengths = sorted({len(piece) for piece in self._meant})

    def in_text(self, text: str) -> Iterator[str]:
        for piece in _pieces(text, self._lengths):
            yield from self._meant.get(piece, ())


class _Nearly:
    """Titles that may stand in a text with one character wrong, missing, too many or swapped.

    One slip leaves one half of a title as it is, and of the other half one half again, unless it
    swaps the characters on both sides of a middle: those three spellings are kept as they are.
    """

    def __init__(self, titles: Iterable[str]) -> None:
        swapped: list[tuple[str, str]] = []
        self._by_half: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for title in titles:
            if len(title) < MINIMUM_TO_GUESS:
                continue
            first, second = _halves(title)
            for kept, slipped in ((first, second), (second, first)):
                for quarter in _halves(slipped):
                    self._by_half[kept][quarter].append(title)
            swapped.extend((spelling, title) for spelling in _swapped_at_middles(title))
        self._swapped = _Pieces(swapped)
        self._lengths = sorted({len(half) for half in self._by_half})

    def in_text(self, text: str) -> Iterator[str]:
        yield from self._swapped.in_text(text)
        for half in _pieces(text, self._lengths):
            if (quarters := self._by_half.get(half)) is None:
                continue
            # The quarters beside one half differ in length by two at most.
            for quarter in _pieces(text, sorted({len(q) for q in quarters})):
                yield from quarters.get(quarter, ())


def _halves(text: str) -> tuple[str, str]:
    middle = len(text) // 2
    return text[:middle], text[middle:]


def _swapped_at_middles(title: str) -> Iterator[str]:
    middle = len(title) // 2
    for at in (middle // 2, middle, middle + (len(title) - middle) // 2):
        yield title[: at - 1] + title[at] + title[at - 1] + title[at + 1 :]


def _pieces(text: str, lengths: Collection[int]) -> set[str]:
    """The pieces of `text` of these lengths."""
    return {text[i : i + n] for n in lengths for i in range(len(text) - n + 1)}
