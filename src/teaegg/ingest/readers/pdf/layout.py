"""From lines to structure: headings by type size, lines joined to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from teaegg.ingest.readers.base import Box
from teaegg.ingest.readers.ocr import Line, around
from teaegg.ingest.readers.pdf.lines import PageLine
from teaegg.ingest.readers.pdf.tables import PageTable

_HEADING_SCALE = 1.12
_HEADING_CHARACTERS = 70
_MAX_LEVELS = 4
_MAX_BOLD_SHARE = 0.2
_BODY_CHARACTERS = 25
_ENDS_SENTENCE = tuple("。！？；，、,;：")
_ITEM_START = re.compile(
    r"\s*(?:[•●▪■◆○\-–—*·\uf06c-\uf0fc☐□]\s|[（(]?[一二三四五六七八九十\d]{1,3}[）).、．]|[①-⑳]|第[零〇一二三四五六七八九十百千\d]+[条章节编篇])"
)
_CAPTION = re.compile(
    r"\s*(?:[\[［【〔]?\s*(?:图表?|表格?|附图|附表|照片)\s*[\dA-Z一二三四五六七八九十]"
    r"|(?i:figure|fig\.|table|chart|exhibit)\s*(?:\d|[A-Z]\b|[IVX]+\b))"
)
_CAPTION_CHARACTERS = 500
_ENDS_PARAGRAPH = tuple("。！？.!?：:")
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


@dataclass(frozen=True, slots=True)
class PageFigure:
    """What OCR found in one picture of a page, or on a scanned page; boxes are of the page."""

    box: Box
    lines: tuple[Line, ...]


PageItem = PageLine | PageTable | PageFigure


@dataclass(frozen=True, slots=True)
class PageContent:
    """What stands on one page in reading order; `number` counts from 1."""

    number: int
    items: list[PageItem] = field(default_factory=list)

    @property
    def lines(self) -> list[PageLine]:
        return [item for item in self.items if isinstance(item, PageLine)]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`level` is 0 for body text, 1.. for headings; `marks` are the raised signs in it."""

    text: str
    box: Box
    level: int = 0
    size: float = 0.0
    marks: tuple[str, ...] = ()
    footnote: bool = False

    @property
    def is_caption(self) -> bool:
        return len(self.text) <= _CAPTION_CHARACTERS and bool(_CAPTION.match(self.text))


def body_size(pages: Iterable[PageContent]) -> float:
    """The type size that most characters have, in points; 0 without text."""
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            weights[line.size] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 0.0


class Typeface(NamedTuple):
    """How headings of a document look: `levels` by type size; `bold` is the level of bold lines, or 0."""

    levels: dict[float, int]
    bold: int

    def level(self, line: PageLine) -> int:
        return self.levels.get(line.size, 0) or (self.bold if line.bold else 0)


def typeface(pages: Iterable[PageContent], body: float) -> Typeface:
    """Type sizes clearly larger than `body` are levels 1.., largest first; bold lines stand below them.

    Where most of the text is bold, bold says nothing.
    """
    lines = [line for page in pages for line in page.lines]
    larger = sorted({ln.size for ln in lines if ln.size >= body * _HEADING_SCALE}, reverse=True)
    levels = {size: min(level, _MAX_LEVELS) for level, size in enumerate(larger, start=1)}
    all_characters = sum(len(line.text) for line in lines)
    bold = sum(len(line.text) for line in lines if line.bold)
    is_rare = bold <= _MAX_BOLD_SHARE * all_characters
    return Typeface(levels, min(len(larger) + 1, _MAX_LEVELS) if is_rare else 0)


def paragraphs(lines: list[PageLine], face: Typeface) -> list[Paragraph]:
    """Join the lines of one page; `face` comes from `typeface` of the whole document."""
    pitch = _pitch(lines)
    groups: list[list[PageLine]] = []
    for line in lines:
        if groups and _continues(groups[-1], line, face, pitch):
            groups[-1].append(line)
        else:
            groups.append([line])
    return _without_labels([_paragraph(group, face) for group in groups], face)


def _without_labels(found: list[Paragraph], face: Typeface) -> list[Paragraph]:
    """Bold lines head something: what has no number and no text below is a label in a drawing."""
    kept = []
    for number, paragraph in enumerate(found):
        below = found[number + 1] if number + 1 < len(found) else None
        heads = below is not None and (below.level or len(below.text) >= _BODY_CHARACTERS)
        is_sized = paragraph.size in face.levels
        if paragraph.level and not is_sized and not heads and not _ITEM_START.match(paragraph.text):
            paragraph = replace(paragraph, level=0)
        kept.append(paragraph)
    return kept


def _pitch(lines: list[PageLine]) -> float:
    """The usual white between two lines of running text, as a fraction of the page's height."""
    gaps = [
        below.box[1] - above.box[3]
        for above, below in pairwise(lines)
        if -0.01 < below.box[1] - above.box[3] < 2 * (above.box[3] - above.box[1])
    ]
    return median(gaps) if gaps else 0.0


def _paragraph(group: list[PageLine], face: Typeface) -> Paragraph:
    return Paragraph(
        joined(group),
        around([line.box for line in group]),
        _level(group, face),
        group[0].size,
        tuple(mark for line in group for mark in line.marks),
    )


def _level(group: list[PageLine], face: Typeface) -> int:
    level = face.level(group[0])
    text = joined(group)
    if level and (
        len(text) > _HEADING_CHARACTERS
        or text.endswith(_ENDS_SENTENCE)
        or not re.search(r"\w", text)
    ):
        return 0
    return level


def _continues(group: list[PageLine], line: PageLine, face: Typeface, pitch: float) -> bool:
    last = group[-1]
    height = max(last.box[3] - last.box[1], 1e-4)
    gap = line.box[1] - last.box[3]
    if abs(line.size - last.size) > 0.6 or not -1.5 * height < gap < 1.1 * height:
        return False
    if _ITEM_START.match(line.text) or _CAPTION.match(line.text):
        return False
    if bool(face.level(last)) != bool(face.level(line)):
        return False
    if face.levels.get(line.size):
        return True
    if line.box[1] < last.box[1] - 0.5 * height:
        return False  # the next column
    right = max(each.box[2] for each in [*group, line])
    character = (last.box[2] - last.box[0]) / max(len(last.text), 1)
    is_full = last.box[2] >= right - 2.5 * character
    is_near = gap < max(0.6 * height, pitch + 0.3 * height)
    return is_full or last.hyphenated or (not last.text.endswith(_ENDS_PARAGRAPH) and is_near)


def joined(group: list[PageLine]) -> str:
    """Chinese lines join without a space, others with one; hyphens of typesetting are gone already."""
    text = ""
    glue = ""
    for line in group:
        if text and not glue and not _joins_tightly(text, line.text):
            text += " "
        text += line.text
        glue = "hyphen" if line.hyphenated else ""
    return text


def _joins_tightly(before: str, after: str) -> bool:
    return bool(_CJK.match(before[-1]) or _CJK.match(after[0]))
