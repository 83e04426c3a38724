"""The company's glossary: names and what people call them instead, one file that anybody can edit.

A CSV table `name,aliases,collection,note`; aliases are separated by ";" or "、". Spreadsheet programs
write it in UTF-8 or GB18030: both are read. An entry with a collection is known to its readers only.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from teaegg.core.actors import VisibleSet, scope_of
from teaegg.core.errors import ConflictError, InvalidRequestError, NotFoundError, StorageError

COLUMNS = ("name", "aliases", "collection", "note")
_SEPARATORS = re.compile(r"\s*[;；、|]\s*")
_LONGEST_WORD = 80
_MOST_BYTES = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """`name` and its `aliases` mean the same; with `collection` only for those who may read it."""

    name: str
    aliases: tuple[str, ...]
    collection: str = ""
    note: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

    def is_visible(self, visible: VisibleSet) -> bool:
        """An alias of what one may not know of must not be understood either: it would tell."""
        if visible.everything or not self.collection:
            return True
        return scope_of(self.collection, "", restricted=False) in visible.scopes


class GlossaryFile:
    """The entries of one file, read again whenever the file has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, int] | None = None
        self._entries: tuple[GlossaryEntry, ...] = ()

    def entries(self) -> tuple[GlossaryEntry, ...]:
        """All entries in order; none while there is no file.

        Raises InvalidRequestError, naming the line, for a file that cannot be understood.
        """
        stamp = self._current_stamp()
        if stamp != self._stamp:
            self._entries = parse_glossary(self._read(), str(self.path)) if stamp else ()
            self._stamp = stamp
        return self._entries

    def add(self, entry: GlossaryEntry) -> None:
        """Raises ConflictError when the name is there already in the same collection."""
        known = self.entries()
        if any(_same_place(entry, other) for other in known):
            raise ConflictError(
                f"The glossary already has {entry.name!r}.",
                remedy=f"Remove it first: teaegg glossary remove {entry.name}",
            )
        checked = parse_glossary(glossary_text([entry]).encode(), "the new entry")
        self._write([*known, *checked])

    def remove(self, name: str, collection: str = "") -> None:
        """Raises NotFoundError when there is no such entry."""
        known = self.entries()
        asked = GlossaryEntry(name, (), collection)
        kept = [entry for entry in known if not _same_place(asked, entry)]
        if len(kept) == len(known):
            raise NotFoundError(
                f"The glossary has no {name!r}.", remedy="See `teaegg glossary list`."
            )
        self._write(kept)

    def merge(self, entries: Iterable[GlossaryEntry]) -> int:
        """Add `entries`; of the same name and collection the new one stays. Returns how many."""
        new = list(entries)
        kept = [old for old in self.entries() if not any(_same_place(old, one) for one in new)]
        self._write([*kept, *new])
        return len(new)

    def _current_stamp(self) -> tuple[int, int] | None:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._refused(error) from error
        return status.st_mtime_ns, status.st_size

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise self._refused(error) from error

    def _write(self, entries: Sequence[GlossaryEntry]) -> None:
        """All or nothing: another process reads the old file or the new one."""
        beside = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            beside.write_text(glossary_text(entries), encoding="utf-8-sig", newline="")
            beside.replace(self.path)
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> StorageError:
        return StorageError(
            f"The glossary {self.path} cannot be used: {error.strerror or error}.",
            remedy="Check the file's rights and the free space.",
        )


def glossary_text(entries: Iterable[GlossaryEntry]) -> str:
    """The file of `entries`, header first."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow((entry.name, "; ".join(entry.aliases), entry.collection, entry.note))
    return out.getvalue()


def parse_glossary(data: bytes, source: str) -> tuple[GlossaryEntry, ...]:
    """The entries of a file's bytes. Raises InvalidRequestError that names `source` and the line."""
    if len(data) > _MOST_BYTES:
        raise _wrong(source, 0, f"it has {len(data)} bytes, {_MOST_BYTES} are allowed")
    reader = csv.reader(io.StringIO(_decoded(data, source)), strict=True)
    entries: dict[tuple[str, str], GlossaryEntry] = {}
    try:
        for cells in reader:
            entry = _entry(cells, source, reader.line_num)
            if entry is None:
                continue
            key = _key(entry)
            if key in entries:
                raise _wrong(source, reader.line_num, f"{entry.name!r} stands there twice")
            entries[key] = entry
    except csv.Error as error:
        raise _wrong(source, reader.line_num, str(error)) from error
    return tuple(entries.values())


def _decoded(data: bytes, source: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _wrong(source, 0, "it is neither UTF-8 nor GB18030")


def _entry(cells: Sequence[str], source: str, line: int) -> GlossaryEntry | None:
    """None for the header, a blank line and a remark (#)."""
    texts = [" ".join(cell.split()) for cell in cells]
    if not any(texts) or texts[0].startswith("#") or texts[0].lower() == COLUMNS[0]:
        return None
    if len(texts) > len(COLUMNS):
        raise _wrong(
            source, line, f"{len(texts)} columns, {len(COLUMNS)} are known: {', '.join(COLUMNS)}"
        )
    name, aliases, collection, note = [*texts, "", "", ""][: len(COLUMNS)]
    words = tuple(_aliases(aliases, name))
    if not name or not words:
        raise _wrong(source, line, "a name and at least one alias that differs from it are needed")
    for word in (name, *words):
        if len(word) > _LONGEST_WORD:
            raise _wrong(source, line, f"{word[:20]!r}… has more than {_LONGEST_WORD} characters")
    return GlossaryEntry(name, words, collection, note)


def _aliases(written: str, name: str) -> Iterator[str]:
    yield from dict.fromkeys(word for word in _SEPARATORS.split(written) if word and word != name)


def _key(entry: GlossaryEntry) -> tuple[str, str]:
    return entry.name.casefold(), entry.collection


def _same_place(one: GlossaryEntry, other: GlossaryEntry) -> bool:
    return _key(one) == _key(other)


def _wrong(source: str, line: int, problem: str) -> InvalidRequestError:
    where = f", line {line}" if line else ""
    return InvalidRequestError(
        f"The glossary {source}{where} cannot be understood: {problem}.",
        remedy=f"The columns are {', '.join(COLUMNS)}; aliases are separated by “;”.",
    )
