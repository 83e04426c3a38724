"""The company's glossary as synonyms, as far as the asker may know its entries."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

from teaegg.core.actors import VisibleSet
from teaegg.core.errors import InvalidRequestError
from teaegg.retrieval.understanding.synonyms import Synonyms, general_synonyms
from teaegg.store.glossary import GlossaryEntry, GlossaryFile


class CompanyWords:
    """Synonyms for an asker, from a file that may change at any time."""

    def __init__(self, file: GlossaryFile) -> None:
        self._file = file
        self._usable: tuple[GlossaryEntry, ...] = ()

    def known_to(self, visible: VisibleSet) -> Synonyms:
        """The glossary's words alone: names and aliases mean the same in every kind of text."""
        return _synonyms(self._visible_words(visible))

    def with_general(self, visible: VisibleSet) -> Synonyms:
        """Together with the general words of parts lists, for look-up in tables."""
        return _with_general(self._visible_words(visible))

    def _visible_words(self, visible: VisibleSet) -> tuple[tuple[str, ...], ...]:
        # A slip while somebody edits the file must not stop every search: what was understood before
        # goes on. `teaegg glossary list` and `teaegg doctor` name the line.
        with suppress(InvalidRequestError):
            self._usable = self._file.entries()
        return tuple(entry.words for entry in self._usable if entry.is_visible(visible))


@lru_cache(maxsize=64)
def _synonyms(words: tuple[tuple[str, ...], ...]) -> Synonyms:
    return Synonyms(words)


@lru_cache(maxsize=64)
def _with_general(words: tuple[tuple[str, ...], ...]) -> Synonyms:
    return general_synonyms().joined(words)
