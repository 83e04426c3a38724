"""What stands on every page and says nothing: running heads, feet and page numbers, of scans too."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from teaegg.ingest.readers.ocr import Line
from teaegg.ingest.readers.pdf.layout import PageContent, PageFigure, PageItem
from teaegg.ingest.readers.pdf.lines import PageLine

_MARGIN = 0.12
_MIN_PAGES = 3
# Heads change with the chapters and differ on left and right pages: look at the pages near by.
_WINDOW = 6
_SAME_HEIGHT = 0.015
_PAGE_NUMBER = re.compile(
    r"[-–—·.\s]*(?:\d{1,4}|[ivxlcdm]{1,6})[-–—·.\s]*"
    r"|第\s*[\d一二三四五六七八九十百]+\s*页(?:\s*[,，/]?\s*共\s*[\d一二三四五六七八九十百]+\s*页)?"
    r"|(?:page|p\.)\s*\d+(?:\s*(?:of|/)\s*\d+)?|\d{1,4}\s*/\s*\d{1,4}",
    re.IGNORECASE,
)
_NUMBERS = re.compile(r"[\d一二三四五六七八九十]+|\b[ivxlc]+\b|\s+")
_NUMBER_MARGIN = 0.1

_AnyLine = PageLine | Line
_Key = tuple[str, bool]
_Seen = dict[_Key, list[tuple[int, float]]]


def without_furniture(pages: list[PageContent]) -> list[PageContent]:
    """Drop lone page numbers, and lines that stand at one height of the margin on pages near by."""
    seen: _Seen = defaultdict(list)
    for index, page in enumerate(pages):
        for line in _lines(page):
            if _in_margin(line):
                seen[_key(line)].append((index, line.box[1]))
    return [replace(page, items=list(_kept(page, index, seen))) for index, page in enumerate(pages)]


def _lines(page: PageContent) -> Iterator[_AnyLine]:
    for item in page.items:
        if isinstance(item, PageLine):
            yield item
        elif isinstance(item, PageFigure):
            yield from item.lines


def _kept(page: PageContent, index: int, seen: _Seen) -> Iterator[PageItem]:
    for item in page.items:
        if isinstance(item, PageLine):
            if not _is_furniture(item, index, seen):
                yield item
        elif isinstance(item, PageFigure):
            lines = tuple(line for line in item.lines if not _is_furniture(line, index, seen))
            yield replace(item, lines=lines)
        else:
            yield item


def _is_furniture(line: _AnyLine, index: int, seen: _Seen) -> bool:
    return _is_page_number(line) or _is_running(line, index, seen)


def _in_margin(line: _AnyLine) -> bool:
    return line.box[3] < _MARGIN or line.box[1] > 1 - _MARGIN


def _is_page_number(line: _AnyLine) -> bool:
    at_edge = line.box[3] < _NUMBER_MARGIN or line.box[1] > 1 - _NUMBER_MARGIN
    return at_edge and bool(_PAGE_NUMBER.fullmatch(line.text.strip()))


def _key(line: _AnyLine) -> _Key:
    """The line without its numbers, and whether it stands in the upper half."""
    return _NUMBERS.sub("#", line.text.lower()), line.box[1] < 0.5


def _is_running(line: _AnyLine, index: int, seen: _Seen) -> bool:
    if not _in_margin(line):
        return False
    pages = {
        other
        for other, top in seen[_key(line)]
        if abs(other - index) <= _WINDOW and abs(top - line.box[1]) <= _SAME_HEIGHT
    }
    return len(pages) >= _MIN_PAGES
