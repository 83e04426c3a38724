"""Plain text: lines become paragraphs, numbered lines become headings."""

from __future__ import annotations

import re
from itertools import islice

from teaegg.core.documents import ParsedDocument
from teaegg.ingest.encodings import decode
from teaegg.ingest.readers.base import Outline, ReadLimits, stem_of

_ENDS_A_SENTENCE = tuple("。！？；，、：.!?;,:…”")
_TITLE_CHARACTERS = 60
_HEADINGS = (
    re.compile(r"第[零〇一二三四五六七八九十百\d]+[编篇章]"),
    re.compile(r"第[零〇一二三四五六七八九十百\d]+节"),
    re.compile(r"[一二三四五六七八九十]+、"),
    re.compile(r"(?:\d+\.){1,4}\d+\s|\d+\s+[A-Z]|Chapter \d+|Section \d+"),
)
_HEADING_CHARACTERS = 40


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
    below = _next_filled(lines)
    paragraph: list[str] = []
    for index in range(start, len(lines)):
        line = lines[index]
        level = _heading_level(line) if _has_body_below(line, below[index]) else 0
        if level or not line:
            outline.add("paragraph", "\n".join(paragraph))
            paragraph.clear()
        if level:
            outline.heading(line, level)
        elif line:
            paragraph.append(line)
    outline.add("paragraph", "\n".join(paragraph))


def _next_filled(lines: list[str]) -> list[str]:
    """For every line the next one below it that is not blank, or ''."""
    below: list[str] = []
    next_filled = ""
    for line in reversed(lines):
        below.append(next_filled)
        next_filled = line or next_filled
    below.reverse()
    return below


def _add_title(outline: Outline, lines: list[str]) -> int:
    """The index of the first line after the title."""
    filled = list(islice((index for index, line in enumerate(lines) if line), 2))
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


def _has_body_below(line: str, below: str) -> bool:
    """A numbered line is a heading only with text below: a list of short items is content."""
    if not below or not line:
        return False
    level_below = _heading_level(below)
    return level_below == 0 or level_below > _heading_level(line)
