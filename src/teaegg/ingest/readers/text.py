"""Plain text: the encoding is found out, lines become paragraphs, numbered lines become headings."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

import charset_normalizer

from teaegg.core.documents import ParsedDocument
from teaegg.ingest.formats import is_utf16_without_mark
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of, unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE_CHARACTERS = 20_000
_PLAUSIBLE = 0.7
# First bytes of everyday characters and punctuation: GB2312 level 1, Big5 frequent characters.
_EVERYDAY = {
    "gb2312": (range(0xA1, 0xA4), range(0xB0, 0xD8)),
    "big5": (range(0xA1, 0xA4), range(0xA4, 0xC7)),
}
_ENDS_A_SENTENCE = tuple("。！？；，、：.!?;,:…”")
_TITLE_CHARACTERS = 60
_HEADINGS = (
    re.compile(r"第[零〇一二三四五六七八九十百\d]+[编篇章]"),
    re.compile(r"第[零〇一二三四五六七八九十百\d]+节"),
    re.compile(r"[一二三四五六七八九十]+、"),
    re.compile(r"(?:\d+\.){1,4}\d+\s|\d+\s+[A-Z]|Chapter \d+|Section \d+"),
)
_HEADING_CHARACTERS = 40


class Decoded(NamedTuple):
    """`note` says when something was guessed or cut, else ''."""

    text: str
    note: str


def decode(data: bytes, name: str) -> Decoded:
    """Text of `data`: byte order mark, strict UTF-8, then GB18030 or Big5, then a guess.

    An incomplete last character (a file cut while it was copied) is left out with a note.
    Raises UnreadableDocumentError when no encoding fits.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_whole(data[len(mark) :], encoding, name)
    if b"\x00" in data and is_utf16_without_mark(data[: 1024**2]):
        return _decode_whole(data, "utf-16-be" if data[:1] == b"\x00" else "utf-16-le", name)
    utf8 = _decode_or_none(data, "utf-8")
    if utf8 is not None:
        return utf8
    return _decode_legacy(data, name)


def _decode_legacy(data: bytes, name: str) -> Decoded:
    candidates = [
        (_plausibility(decoded.text, charset), decoded)
        for charset, encoding in (("gb2312", "gb18030"), ("big5", "big5hkscs"))
        if (decoded := _decode_or_none(data, encoding)) is not None
    ]
    # max keeps the first of equals: GB18030 before Big5.
    score, best = max(candidates, key=lambda each: each[0], default=(0.0, Decoded("", "")))
    if score >= _PLAUSIBLE:
        return best
    guess = charset_normalizer.from_bytes(data[: 4 * 1024**2]).best()
    if guess is not None and (decoded := _decode_or_none(data, guess.encoding)) is not None:
        return Decoded(decoded.text, f"The character encoding was guessed to be {guess.encoding}.")
    if candidates:
        return Decoded(best.text, "The character encoding is uncertain.")
    raise unreadable(name, "its character encoding is unknown", "Save it as UTF-8.")


def _plausibility(text: str, charset: str) -> float:
    """The share of everyday characters among those outside of ASCII, 0..1."""
    sample = [c for c in text[: 10 * _SAMPLE_CHARACTERS] if not c.isascii()][:_SAMPLE_CHARACTERS]
    encoded = [c.encode(charset, "ignore") for c in sample]
    everyday = sum(
        1 for c in encoded if len(c) == 2 and any(c[0] in span for span in _EVERYDAY[charset])
    )
    return everyday / len(sample) if sample else 0.0


def _decode_or_none(data: bytes, encoding: str) -> Decoded | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(data, final=False)
    except (UnicodeDecodeError, LookupError):
        return None
    pending = decoder.getstate()[0]
    return Decoded(text, "The file ends in the middle of a character." if pending else "")


def _decode_whole(data: bytes, encoding: str, name: str) -> Decoded:
    decoded = _decode_or_none(data, encoding)
    if decoded is None:
        raise unreadable(name, f"it is not valid {encoding.upper()} text", "Save it as UTF-8.")
    return decoded


def read(data: bytes, name: str, limits: ReadLimits) -> ParsedDocument:
    """Paragraphs are runs of lines between blank lines; a short first line is the title."""
    decoded = decode(data, name)
    outline = Outline(notes=[decoded.note] if decoded.note else [])
    lines = [line.strip(" \t\u3000\xa0") for line in decoded.text.splitlines()]
    fill_from_lines(outline, lines)
    return outline.parsed(outline.first_heading() or stem_of(name))


def fill_from_lines(outline: Outline, lines: list[str]) -> None:
    """Add lines of plain text: a title, headings by their numbers, paragraphs between blank lines."""
    start = _add_title(outline, lines)
    paragraph: list[str] = []
    for index in range(start, len(lines)):
        line = lines[index]
        level = _heading_level(line) if _has_body_below(lines, index) else 0
        if level or not line:
            outline.add("paragraph", "\n".join(paragraph))
            paragraph.clear()
        if level:
            outline.heading(line, level)
        elif line:
            paragraph.append(line)
    outline.add("paragraph", "\n".join(paragraph))


def _add_title(outline: Outline, lines: list[str]) -> int:
    """The index of the first line after the title."""
    filled = [index for index, line in enumerate(lines) if line][:2]
    if len(filled) == 2 and _is_title(lines[filled[0]]):
        outline.heading(lines[filled[0]], 1)
        return filled[0] + 1
    return 0


def _is_title(line: str) -> bool:
    return (
        len(line) <= _TITLE_CHARACTERS
        and not line.endswith(_ENDS_A_SENTENCE)
        and not _heading_level(line)
    )


def _heading_level(line: str) -> int:
    """2.. for a short numbered line without closing punctuation (1 is the title's), else 0."""
    if not line or len(line) > _HEADING_CHARACTERS or line.endswith(_ENDS_A_SENTENCE):
        return 0
    return next((level for level, form in enumerate(_HEADINGS, start=2) if form.match(line)), 0)


def _has_body_below(lines: list[str], index: int) -> bool:
    """A numbered line is a heading only with text below: a list of short items is content."""
    below = next((line for line in lines[index + 1 :] if line), "")
    if not below:
        return False
    level, level_below = _heading_level(lines[index]), _heading_level(below)
    return level_below == 0 or level_below > level
