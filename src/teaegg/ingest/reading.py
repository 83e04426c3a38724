"""Any file to a `ParsedDocument`: recognised by content, read by the one reader of its format, tidied."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from teaegg.core.documents import Block, Location, ParsedDocument
from teaegg.core.errors import UnreadableDocumentError
from teaegg.ingest.cleaning import clean
from teaegg.ingest.formats import LEGACY, Format, detect_format
from teaegg.ingest.readers.base import DEFAULT_LIMITS, ReadLimits, unreadable
from teaegg.ingest.readers.nested import MemberReader
from teaegg.ingest.statutes import with_articles

Reader = Callable[[bytes, str, ReadLimits], ParsedDocument]
ContainerReader = Callable[[bytes, str, ReadLimits, MemberReader], ParsedDocument]

# A closed table; the module of a format is imported when the first such file comes, since the
# libraries behind the readers take seconds and hundreds of megabytes.
_READERS: dict[Format, str] = {
    "txt": "text",
    "md": "web.markdown",
    "html": "web.html",
    "csv": "csv",
    "tsv": "csv",
    "json": "records.json",
    "xml": "records.xml",
    "epub": "web.epub",
    "pdf": "pdf.reader",
    "docx": "office.docx",
    "pptx": "office.pptx",
    "xlsx": "office.xlsx",
    "image": "images",
}
# These hold other files, which are read in turn.
_CONTAINER_READERS: dict[Format, str] = {
    "eml": "mail.eml",
    "msg": "mail.msg",
    "ofd": "ofd.reader",
    "zip": "archives.zip",
    "tar": "archives.tar",
    "packed": "archives.packed",
    **dict.fromkeys(LEGACY, "office.legacy"),
}
_MEMBER_COST_BYTES = 4096
_MAY_HOLD_ARTICLES: frozenset[Format] = frozenset(
    ("txt", "md", "html", "pdf", "docx", "ofd", "epub")
)
_UNBROKEN = re.compile(r"\S+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_LANGUAGE_SAMPLE_CHARACTERS = 50_000
_TITLE_CHARACTERS = 300


def read_document(data: bytes, name: str, limits: ReadLimits = DEFAULT_LIMITS) -> ParsedDocument:
    """What `data` says. `name` is shown to people and used only where the content does not tell.

    Raises UnreadableDocumentError, and nothing else, for a file that cannot be read.
    """
    return _Reading(limits.max_archive_bytes).read(data, name, limits)


class _Reading:
    """One file with all that is inside of it, however deep: together they may unpack to so many bytes."""

    def __init__(self, bytes_left: int) -> None:
        self._bytes_left = bytes_left

    def read(self, data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
        if len(data) > limits.max_file_bytes:
            raise unreadable(
                name,
                f"it has {len(data)} bytes, more than {limits.max_file_bytes}",
                "Split it, or raise ingest.max_file_bytes.",
            )
        form = detect_format(data, name)
        try:
            parsed = self._read_as(form, data, name, limits)
        except RecursionError as error:
            raise unreadable(name, "it is nested too deeply", "Ask who made this file.") from error
        except MemoryError as error:
            raise unreadable(name, "it needs too much memory", "Split it into parts.") from error
        except UnreadableDocumentError:
            raise
        except Exception as error:
            # The libraries behind the readers raise whatever they stumble over in a hostile file.
            raise unreadable(
                name,
                f"it is damaged ({type(error).__name__}: {error})",
                "Save it again from the program that made it, or get a fresh copy.",
            ) from error
        parsed = _tidied(parsed)
        _check_text(parsed, name, limits)
        if form in _MAY_HOLD_ARTICLES:
            parsed = with_articles(parsed)
        return replace(_without_title_in_paths(parsed), language=_language(parsed))

    def _read_as(self, form: Format, data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
        container = _CONTAINER_READERS.get(form)
        module = importlib.import_module(f"teaegg.ingest.readers.{container or _READERS[form]}")
        if container:
            read_container: ContainerReader = module.read
            return read_container(data, name, limits, self._read_member)
        reader: Reader = module.read
        return reader(data, name, limits)

    def _read_member(self, data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
        """Even an empty file costs something: there may be a million of them."""
        self._bytes_left -= len(data) + _MEMBER_COST_BYTES
        if self._bytes_left < 0:
            raise unreadable(
                name,
                f"what it is packed in unpacks to more than {limits.max_archive_bytes} bytes in all",
                "Unpack it and learn the folder.",
            )
        return self.read(data, name, limits)


def _tidied(parsed: ParsedDocument) -> ParsedDocument:
    """Every text cleaned; what becomes empty is dropped; removed smuggled characters are noted."""
    invisible = 0
    blocks = []
    for block in parsed.blocks:
        text, removed = clean(block.text)
        invisible += removed
        if text.strip():
            blocks.append(replace(block, text=text, location=_tidied_location(block)))
    notes = list(parsed.notes)
    if invisible:
        notes.append(f"{invisible} invisible characters were removed.")
    title = " ".join(clean(parsed.title).text.split())[:_TITLE_CHARACTERS]
    return replace(
        parsed, title=title, blocks=tuple(blocks), notes=tuple(clean(n).text for n in notes)
    )


def _tidied_location(block: Block) -> Location:
    location = block.location
    path = tuple(" ".join(clean(heading).text.split()) for heading in location.path)
    return replace(
        location,
        path=tuple(heading for heading in path if heading),
        sheet=clean(location.sheet).text if location.sheet else location.sheet,
        part=clean(location.part).text if location.part else location.part,
    )


def _check_text(parsed: ParsedDocument, name: str, limits: ReadLimits) -> None:
    characters = sum(len(block.text) + 1 for block in parsed.blocks)
    if not characters:
        raise unreadable(name, "no text was found in it", "Check whether it is the right file.")
    if characters > limits.max_text_characters:
        raise unreadable(
            name,
            f"it holds {characters} characters of text, more than {limits.max_text_characters}",
            "Split it, or raise ingest.max_text_characters.",
        )
    for block in parsed.blocks:
        if len(block.text) > limits.max_unbroken_characters and _is_unbroken(block.text, limits):
            raise unreadable(
                name,
                f"it holds more than {limits.max_unbroken_characters} characters without a space or a mark",
                "This is data, not text for people; leave it out.",
            )


def _is_unbroken(text: str, limits: ReadLimits) -> bool:
    """Chinese needs no spaces but has its marks; a run without either is data."""
    runs = re.split(r"[\s。，；、！？,.;:!?：（）()]+", text)
    return max(map(len, runs)) > limits.max_unbroken_characters


def _without_title_in_paths(parsed: ParsedDocument) -> ParsedDocument:
    """Passages carry the title beside the path; saying it twice would only blur the search."""

    def shortened(block: Block) -> Block:
        path = block.location.path
        if path and path[0] == parsed.title:
            return replace(block, location=replace(block.location, path=path[1:]))
        return block

    return replace(parsed, blocks=tuple(map(shortened, parsed.blocks)))


def _language(parsed: ParsedDocument) -> Literal["zh", "en"]:
    """Chinese unless there are more English words than Chinese characters."""
    sample, characters = [], 0
    for block in parsed.blocks:
        sample.append(block.text)
        characters += len(block.text)
        if characters > _LANGUAGE_SAMPLE_CHARACTERS:
            break
    text = "\n".join(sample)[:_LANGUAGE_SAMPLE_CHARACTERS]
    counts = Counter(zh=len(_CHINESE.findall(text)), en=len(_LATIN_WORD.findall(text)))
    return "en" if counts["en"] > counts["zh"] else "zh"
