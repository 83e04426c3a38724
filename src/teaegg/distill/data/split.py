"""Documents on two sides, for training and for the exam, before anything is generated from them.

The side follows from the hash of the document's id and the seed alone, so that a new document moves
no other. What was divided once stays so. Versions and near-copies of one document stay together:
whoever learned one of them has seen the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from teaegg.core.documents import Document
from teaegg.core.ids import text_hash
from teaegg.core.scenes import SceneExam
from teaegg.distill.data.checking.near_copies import near_copies
from teaegg.distill.data.records import Side, SplitDocument

_SAME_DOCUMENT = 0.5
"""Jaccard similarity of two documents' character 5-grams from which they count as one. Two versions
of a statute have 0.6 to 0.95, two different ones less than 0.2."""
_DATES = re.compile(r"[(（〔\[][\d年月日.\-/ ]{4,}[)）〕\]]|\bv?\d+(?:\.\d+)+\b|\s+", re.IGNORECASE)


def split_documents(
    documents: Sequence[Document],
    texts: Mapping[str, str],
    exam: SceneExam,
    *,
    earlier: Sequence[SplitDocument] = (),
) -> list[SplitDocument]:
    """Every document with its side, by title. `texts` maps an id to the document's text.

    With two groups or more at least one stands on each side, unless the exam's share is 0.
    """
    groups = _groups(documents, texts, earlier)
    known = {item.document: item.side for item in earlier}
    sides = _sides(groups, exam, known)
    found = [
        SplitDocument(
            document=document.id,
            title=document.title,
            collection=document.collection,
            version=document.version,
            side=sides[groups[document.id]],
            group=groups[document.id],
        )
        for document in documents
    ]
    return sorted(found, key=lambda item: (item.side, item.title, item.document))


def place_of(document: str, seed: int) -> float:
    """A number from 0 to 1 that is this document's own."""
    return int(text_hash(f"{seed}\x00{document}")[:12], 16) / 16**12


def _groups(
    documents: Sequence[Document], texts: Mapping[str, str], earlier: Sequence[SplitDocument]
) -> dict[str, str]:
    """Document → the id that stands for its group: the one it had, else the smallest."""
    parent = {document.id: document.id for document in documents}

    def top(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    pairs = [*_same_titles(documents), *near_copies(texts, _SAME_DOCUMENT)]
    known = {item.document: item.group for item in earlier}
    stood_together: dict[str, str] = {}
    for document in documents:
        if group := known.get(document.id):
            pairs.append((stood_together.setdefault(group, document.id), document.id))
    for one, other in pairs:
        first, second = sorted((top(one), top(other)))
        parent[second] = first
    return {document.id: top(document.id) for document in documents}


def _same_titles(documents: Sequence[Document]) -> list[tuple[str, str]]:
    first: dict[tuple[str, str], str] = {}
    pairs = []
    for document in documents:
        key = (document.collection, _DATES.sub("", document.title).lower())
        pairs.append((first.setdefault(key, document.id), document.id))
    return pairs


def _sides(
    groups: Mapping[str, str], exam: SceneExam, known: Mapping[str, Side]
) -> dict[str, Side]:
    """Group → side: where one of its documents stood before, else by the place of the group."""
    sides: dict[str, Side] = {}
    for document, group in sorted(groups.items()):
        if document in known and (group not in sides or known[document] == "training"):
            # Taught once is taught: a group of both sides cannot examine any more.
            sides[group] = known[document]
    fresh = sorted(set(groups.values()) - set(sides), key=lambda name: place_of(name, exam.seed))
    for group in fresh:
        sides[group] = "exam" if place_of(group, exam.seed) < exam.share else "training"
    if exam.share > 0 and len(sides) > 1 and fresh:
        if "exam" not in sides.values():
            sides[fresh[0]] = "exam"
        elif "training" not in sides.values():
            sides[fresh[-1]] = "training"
    return sides
