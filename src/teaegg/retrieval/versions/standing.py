"""Versions in force today among the documents that the asker may know of."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from teaegg.core.actors import VisibleSet
from teaegg.core.clock import Clock
from teaegg.core.documents import Passage
from teaegg.core.terms import index_terms
from teaegg.core.versions import VersionNote
from teaegg.retrieval.understanding.known_names import KnownNames
from teaegg.retrieval.versions.reading import (
    Edition,
    edition_of,
    family_of,
    is_marked,
    repealed_families,
    statement_of,
)
from teaegg.store.documents import DocumentName
from teaegg.store.index import PassageIndex

_DOCUMENTS_LOOKED_AT = 4
_MOST_VERSIONS = 8
_CLAUSES = 30
_SAYS_FORCE = ("起施", "起实", "起生", "起执", "起试", "effect", "forc", "valid")
_SAYS_REPEALED = ("废止", "作废", "失效", "supersed", "withdrawn", "obsolet")
_LEGAL_TITLE = re.compile(
    r"(?:法|法典|条例|规定|办法|细则|规则|制度|解释|决定|规程|标准|手册|章程|policy|policies|regulations?|rules?)$"
)


@dataclass(frozen=True, slots=True)
class _Version:
    name: DocumentName
    edition: Edition
    in_force_from: date | None
    is_repealed: bool

    @property
    def is_dated(self) -> bool:
        """Whether anything tells when it applies; parts of one code need not say it each."""
        return self.in_force_from is not None or bool(self.edition.number)

    @property
    def order(self) -> tuple[date, tuple[int, ...]]:
        return self.in_force_from or date.min, self.edition.number


class Versions:
    """Tells of documents which are out of force; only visible ones count and are named."""

    def __init__(self, index: PassageIndex, clock: Clock) -> None:
        self._index = index
        self._clock = clock

    async def notes(
        self, documents: Sequence[str], known: KnownNames, *, visible: VisibleSet
    ) -> dict[str, VersionNote]:
        """Document id → why it does not apply today, for the first of `documents`."""
        asked = list(dict.fromkeys(documents))
        names = {
            name.document: name for name in known.of(asked[:_DOCUMENTS_LOOKED_AT], visible=visible)
        }
        wanted = dict.fromkeys(
            family_of(names[document].title) for document in asked if document in names
        )
        families = {family: known.family(family, visible=visible) for family in wanted if family}
        told = await asyncio.gather(
            *(
                self._of_family(members, visible)
                for family, members in families.items()
                if _has_versions(family, members)
            )
        )
        return {document: note for notes in told for document, note in notes.items()}

    async def _of_family(
        self, names: Sequence[DocumentName], visible: VisibleSet
    ) -> dict[str, VersionNote]:
        today = self._clock.now().date()
        newest = sorted(names, key=lambda name: edition_of(name)[0] or date.min)[-_MOST_VERSIONS:]
        clauses = await self._clauses(newest[0].title, visible)
        versions = sorted((_version(name, clauses) for name in newest), key=lambda v: v.order)
        repealing = _repealing(newest, clauses, today)
        return _judged(versions, repealing, today)

    async def _clauses(self, title: str, visible: VisibleSet) -> list[Passage]:
        """Passages under or about `title` that speak of force: closing articles and stamps.

        The title is among every passage's terms, so that this finds a document's own clauses too.
        """
        terms = dict.fromkeys(index_terms(family_of(title)))
        hits = await self._index.text_search(
            (),
            every_of=[[term] for term in terms] + [[*_SAYS_FORCE, *_SAYS_REPEALED]],
            visible=visible,
            limit=_CLAUSES,
        )
        return sorted((hit.passage for hit in hits), key=lambda p: (p.document, p.ordinal))


def _has_versions(family: str, names: Sequence[DocumentName]) -> bool:
    """Weekly reports differ by date and are no versions of each other: rules and marked editions are."""
    if _LEGAL_TITLE.search(family):
        return True
    return len(names) > 1 and any(is_marked(name) for name in names)


def _version(name: DocumentName, clauses: Sequence[Passage]) -> _Version:
    own = [passage for passage in clauses if passage.document == name.document]
    said = statement_of(passage.text for passage in own)
    edition = edition_of(name)
    # An amended statute still says when its first version came into force.
    days = [day for day in (said.in_force_from, edition.day) if day is not None]
    head = bool(own) and own[0].ordinal == 0
    repealed = (said.is_repealed and head) or "已废止" in name.source or "已废止" in name.title
    return _Version(name, edition, max(days, default=None), repealed)


def _repealing(
    names: Sequence[DocumentName], clauses: Sequence[Passage], today: date
) -> tuple[str, date | None] | None:
    """(title, day) of another document whose clause puts this family out of force already."""
    own = {name.document for name in names}
    family = family_of(names[0].title)
    for passage in clauses:
        if passage.document in own or family not in repealed_families(passage.text):
            continue
        day = statement_of([passage.text]).in_force_from
        if day is None or day <= today:
            return passage.title, day
    return None


def _judged(
    versions: Sequence[_Version], repealing: tuple[str, date | None] | None, today: date
) -> dict[str, VersionNote]:
    notes: dict[str, VersionNote] = {}
    valid = [v for v in versions if (v.in_force_from or date.min) <= today and not v.is_repealed]
    current = valid[-1] if valid and repealing is None else None
    for position, version in enumerate(versions):
        later = versions[position + 1] if position + 1 < len(versions) else None
        document = version.name.document
        if version is current:
            continue
        if version.in_force_from is not None and version.in_force_from > today:
            title = _title_beside(version, current)
            notes[document] = VersionNote("future", version.in_force_from, title)
        elif later is not None and version.is_dated and version.order < later.order:
            title = _title_beside(version, current or later)
            notes[document] = VersionNote("older", later.in_force_from, title)
        elif repealing is not None:
            notes[document] = VersionNote("repealed", repealing[1], repealing[0])
        elif version.is_repealed:
            notes[document] = VersionNote("repealed")
    return notes


def _title_beside(version: _Version, instead: _Version | None) -> str:
    """What to call the version that applies instead: naming it the same would tell nothing."""
    if instead is None or instead.name.title == version.name.title:
        return ""
    return instead.name.title
