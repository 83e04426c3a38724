"""Candidate and baseline side by side, item by item; what is wrong with their records is said here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from teaegg.core.errors import InvalidRequestError
from teaegg.evals.records import ScoredItem

_MOST_NAMED = 5


class Pair(NamedTuple):
    """One item, as the candidate and as the baseline answered it."""

    candidate: ScoredItem
    baseline: ScoredItem

    @property
    def document(self) -> str:
        """What it shares its luck with: a document, or only itself."""
        document = self.candidate.document
        return f"document {document}" if document else f"item {self.candidate.item}"

    @property
    def signed(self) -> bool:
        """Reviewed when both sat it: an item that was signed later may have been another one."""
        return self.candidate.signed and self.baseline.signed

    @property
    def contaminated(self) -> bool:
        """Known beforehand to one of both, so that it does not compare them."""
        return self.candidate.contaminated or self.baseline.contaminated


def paired(candidate: Sequence[ScoredItem], baseline: Sequence[ScoredItem]) -> list[Pair]:
    """Both records by item, in the order of the items' names.

    Raises InvalidRequestError for an item that stands twice, that only one of both sat, or that is
    another one for each of them.
    """
    ours, theirs = _by_item(candidate, "candidate"), _by_item(baseline, "baseline")
    for one, other, name, lacking in (
        (ours, theirs, "candidate", "baseline"),
        (theirs, ours, "baseline", "candidate"),
    ):
        if alone := sorted(one.keys() - other.keys()):
            raise InvalidRequestError(
                f"{len(alone)} items were sat by the {name} but not by the {lacking}: {_named(alone)}.",
                remedy=f"Let the {lacking} sit the same exam; it goes on where it stood.",
            )
    pairs = [Pair(ours[item], theirs[item]) for item in sorted(ours)]
    if differing := [pair.candidate.item for pair in pairs if not _same(*pair)]:
        raise InvalidRequestError(
            f"{len(differing)} items have another area, kind or document in the baseline's record "
            f"than in the candidate's: {_named(differing)}.",
            remedy="Compare records of the same version of the exam.",
        )
    return pairs


def _by_item(records: Iterable[ScoredItem], whose: str) -> Mapping[str, ScoredItem]:
    listed = list(records)
    times = Counter(one.item for one in listed)
    if twice := sorted(item for item, count in times.items() if count > 1):
        raise InvalidRequestError(
            f"The record of the {whose} holds {len(twice)} items twice: {_named(twice)}.",
            remedy="Give every item an id of its own, and hand in one sitting of each.",
        )
    return {one.item: one for one in listed}


def _same(ours: ScoredItem, theirs: ScoredItem) -> bool:
    return (ours.area, ours.kind, ours.document) == (theirs.area, theirs.kind, theirs.document)


def _named(items: Sequence[str]) -> str:
    return ", ".join(items[:_MOST_NAMED]) + (", …" if len(items) > _MOST_NAMED else "")
