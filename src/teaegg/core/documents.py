"""Document, passage and place: what was learned and where in it a piece stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from teaegg.core.actors import scope_of

DocumentState = Literal["searchable", "complete", "quarantined"]
"""`searchable`: full text answers, vectors are being made; `complete`: both; `quarantined`: unreadable."""

BlockKind = Literal["heading", "paragraph", "article", "row", "list", "caption"]


@dataclass(frozen=True, slots=True)
class Location:
    """Where a piece stands in its document, as a person would look it up.

    `page`, `slide` and `row` count from 1. `box` is (left, top, right, bottom) as fractions of the
    page's width and height. `path` holds the headings above the piece, outermost first.
    """

    path: tuple[str, ...] = ()
    page: int | None = None
    article: str | None = None
    sheet: str | None = None
    row: int | None = None
    part: str | None = None
    box: tuple[float, float, float, float] | None = None

    def within(self, *path: str) -> Location:
        """The same place seen from one level further out (a mail's attachment, a workbook)."""
        return replace(self, path=(*path, *self.path))


@dataclass(frozen=True, slots=True)
class Block:
    """One structural piece of a parsed document, in reading order.

    `level` is 1 for the outermost heading and 0 for everything that is not a heading. For rows,
    `text` is "header: value" pairs so that a row can be understood by itself.
    """

    kind: BlockKind
    text: str
    location: Location = Location()
    level: int = 0


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a reader understood of a file: a title and blocks in reading order."""

    title: str
    blocks: tuple[Block, ...]
    language: Literal["zh", "en"] = "zh"
    notes: tuple[str, ...] = ()

    BLOCK_SEPARATOR = "\n"

    @property
    def text(self) -> str:
        """The canonical text: all blocks joined by one line feed. Character spans refer to it."""
        return self.BLOCK_SEPARATOR.join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrievable piece. `text` equals `canonical_text[start:end]` of its document's version."""

    id: str
    document: str
    version: str
    collection: str
    title: str
    ordinal: int
    text: str
    start: int
    end: int
    location: Location = Location()

    @property
    def place(self) -> str:
        """Title, headings and article, which a reader sees beside the text."""
        number, _, suffix = (self.location.article or "").partition("-")
        article = f"第{number}条" + (f"之{suffix}" if suffix else "") if number else ""
        return " ".join(part for part in (self.title, *self.location.path, article) if part)


@dataclass(frozen=True, slots=True)
class Document:
    """The record of one learned source.

    `version` is the content hash of its bytes and names the blob that holds them, `parsed` the blob
    of what was understood; `restricted` documents ignore their collection's grants and are read
    only through grants of their own.
    """

    id: str
    collection: str
    source: str
    title: str
    media_type: str
    version: str
    state: DocumentState
    restricted: bool
    size_bytes: int
    passages: int
    learned_at: datetime
    parsed: str = ""
    reason: str = ""
    notes: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """The key under which this document is granted as part of a whole."""
        return scope_of(self.collection, self.id, restricted=self.restricted)
