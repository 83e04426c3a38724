"""What a source holds now beside what is remembered of it: new, vanished, moved. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from teaegg.core.ids import document_id
from teaegg.ingest.sources.base import Source, SourceItem, SourceProblem
from teaegg.store.documents import KnownSource


@dataclass(slots=True)
class Comparison:
    """One source in one run. `known` is by source; `vanished` shrinks as moved files are found.

    `abandoned` are documents of folders that are no longer where they were: a file of the same
    content is one of them that has moved.
    """

    source: Source
    known: Mapping[str, KnownSource]
    items: list[SourceItem]
    abandoned: list[KnownSource] = field(default_factory=list)
    vanished: dict[str, KnownSource] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.vanished = {name: self.known[name] for name in _vanished(self.known, self.items)}

    @property
    def nothing_is_left(self) -> bool:
        """A source that had documents and has none now is more likely out of reach than emptied."""
        return bool(self.known) and all(item.source in self.vanished for item in self.items)

    def take_moved(self, version: str) -> KnownSource | None:
        """A vanished document of this very content; each is handed out once."""
        for source, item in self.vanished.items():
            if _is_version(item, version):
                return self.vanished.pop(source)
        for item in self.abandoned:
            if _is_version(item, version):
                self.abandoned.remove(item)
                return item
        return None

    def new_document_id(self, collection: str, item: SourceItem) -> str:
        """Named by where it comes from; a document that moved away keeps that name, so count on."""
        origin = f"{item.root}\n{item.source}"
        taken = {known.document.id for known in self.known.values()}
        name = document_id(collection, origin)
        attempt = 1
        while name in taken:
            attempt += 1
            name = document_id(collection, f"{origin}\n{attempt}")
        return name


def _vanished(known: Iterable[str], items: list[SourceItem]) -> list[str]:
    present = {item.source for item in items}
    # A folder that cannot be looked at (an unmounted drive) says nothing about what is below it.
    closed = tuple(f"{item.source}/" for item in items if isinstance(item, SourceProblem))
    return [name for name in known if name not in present and not name.startswith(closed)]


def _is_version(item: KnownSource, version: str) -> bool:
    return item.document.version == version and item.document.state != "quarantined"
