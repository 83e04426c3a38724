"""Evidence in force before evidence that is not, unless the question asks for the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from teaegg.core.answers import Evidence
from teaegg.core.terms import fold
from teaegg.core.versions import VersionNote
from teaegg.retrieval.versions.reading import edition_of
from teaegg.store.documents import DocumentName

_EARLIER = re.compile(
    r"旧版|老版|旧法|修[订改正]前|以前的|之前的|原来的|上一版|废止前"
    r"|old version|older|previous|former|superseded",
    re.IGNORECASE,
)
_LATER = re.compile(r"新版|即将|尚未|还没|将要|未来|upcoming|not yet|new version", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")


def in_force_first(
    evidence: Sequence[Evidence],
    notes: Mapping[str, VersionNote],
    names: Sequence[DocumentName],
    question: str,
) -> list[Evidence]:
    """The same evidence: first the version asked for, then what is in force, then the rest."""
    if not notes:
        return list(evidence)
    asked = _asked_for(question, notes, names)

    def place(item: Evidence) -> int:
        document = item.passage.document
        if document in asked:
            return 0
        return 2 if document in notes else 1

    # Without a version asked for, what has no note keeps its place before all that has one.
    return sorted(evidence, key=place)


def _asked_for(
    question: str, notes: Mapping[str, VersionNote], names: Sequence[DocumentName]
) -> frozenset[str]:
    text = fold(question)
    years = set(map(int, _YEAR.findall(text)))
    wanted = set()
    for name in names:
        note = notes.get(name.document)
        if note is None:
            continue
        day = edition_of(name).day
        is_named = day is not None and day.year in years
        earlier = note.status != "future" and _EARLIER.search(text)
        later = note.status == "future" and _LATER.search(text)
        if is_named or earlier or later:
            wanted.add(name.document)
    return frozenset(wanted)
