"""What every reader shares: its limits, its error, and the outline it fills."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath

from teaegg.core.documents import Block, BlockKind, Location, ParsedDocument
from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.cleaning import shown

Box = tuple[float, float, float, float]
"""(left, top, right, bottom) from the upper left corner: fractions of a page or picture, unless said."""


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much a single file may cost. Passing a bound makes the file unreadable, never the machine slow.

    `nesting` counts how many levels of attachments and archives are opened; `pictures` how many pages
    and embedded pictures of one document are read by OCR, in at most `ocr_seconds` (the rest is left
    out with a note); `office_seconds` bounds LibreOffice with one file.
    """

    max_file_bytes: int = 200 * 1024**2
    max_text_characters: int = 20_000_000
    max_archive_ratio: float = 200
    max_archive_bytes: int = 1024**3
    max_pages: int = 5000
    max_pixels: int = 60_000_000
    max_unbroken_characters: int = 100_000
    pictures: int = 300
    ocr_seconds: float = 200
    office_seconds: float = 120
    nesting: int = 3


DEFAULT_LIMITS = ReadLimits()


def unreadable(name: str, why: str, remedy: str) -> UnreadableDocumentError:
    """The one way readers refuse a file: it names the file, says why and what to do."""
    return UnreadableDocumentError(f"{shown(name)!r} cannot be read: {why}.", remedy=remedy)


def stem_of(name: str) -> str:
    """The file name without folder and ending, as a title of last resort."""
    return PurePath(shown(name).replace("\\", "/")).stem or shown(name)


@dataclass(slots=True)
class Outline:
    """Collects blocks in reading order and remembers under which headings each one stands."""

    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _above: list[tuple[int, str]] = field(default_factory=list)

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._above)

    def heading(self, text: str, level: int, place: Location | None = None) -> None:
        """`level` is 1 for the outermost heading; deeper headings that were open are closed."""
        text = " ".join(text.split())
        if not text:
            return
        while self._above and self._above[-1][0] >= level:
            self._above.pop()
        self._append("heading", text, place, level)
        self._above.append((level, text))

    def add(self, kind: BlockKind, text: str, place: Location | None = None) -> None:
        """A piece of content under the headings that are open now; blank text is left out."""
        if text.strip():
            self._append(kind, text.strip("\n"), place, 0)

    def close_headings(self) -> None:
        """What follows stands under no heading (a new sheet, a new slide)."""
        self._above.clear()

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def first_heading(self) -> str:
        """The text of the first heading of the outermost level, or ''."""
        headings = [block for block in self.blocks if block.kind == "heading"]
        return min(headings, key=lambda block: block.level).text if headings else ""

    def parsed(self, title: str) -> ParsedDocument:
        return ParsedDocument(title=title, blocks=tuple(self.blocks), notes=tuple(self.notes))

    def _append(self, kind: BlockKind, text: str, place: Location | None, level: int) -> None:
        location = (place or Location()).within(*self.path)
        self.blocks.append(Block(kind=kind, text=text, location=location, level=level))
