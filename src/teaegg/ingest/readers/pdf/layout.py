"""From lines to structure: running heads dropped, headings by type size, lines joined to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from teaegg.ingest.readers.ocr import Box, around
from teaegg.ingest.readers.pdf.lines import PageLine

_MARGIN = 0.12
_MIN_PAGES = 3
_REPEATED_SHARE = 0.5
_HEADING_SCALE = 1.12
_HEADING_CHARACTERS = 70
_MAX_LEVELS = 4
_ENDS_SENTENCE = tuple("。！？；，、,;：")
_ITEM_START = re.compile(
    r"\s*(?:[•●▪■◆○\-–—*·]\s|[（(]?[一二三四五六七八九十\d]{1,3}[）).、．]|[①-⑳]|第[零〇一二三四五六七八九十百千\d]+[条章节编篇])"
)
_ENDS_PARAGRAPH = tuple("。！？.!?：:")
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")


@dataclass(slots=True)
class PageContent:
    """What stands on one page; `number` counts from 1."""

    number: int
    lines: list[PageLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`level` is 0 for body text, 1.. for headings."""

    text: str
    box: Box
    level: int = 0


def without_running_heads(pages: list[PageContent]) -> list[PageContent]:
    """Drop lines that stand on most pages in the upper or lower margin, whatever their numbers are."""
    if len(pages) < _MIN_PAGES:
        return pages
    seen = Counter(
        key for page in pages for key in {_running(line) for line in page.lines if _in_margin(line)}
    )
    often = {
        key for key, count in seen.items() if count >= max(_MIN_PAGES, _REPEATED_SHARE * len(pages))
    }
    return [
        PageContent(
            page.number,
            [line for line in page.lines if not (_in_margin(line) and _running(line) in often)],
        )
        for page in pages
    ]


def _in_margin(line: PageLine) -> bool:
    return line.box[3] < _MARGIN or line.box[1] > 1 - _MARGIN


def _running(line: PageLine) -> tuple[str, bool]:
    """The line without its numbers, and whether it stands in the upper half."""
    return re.sub(r"[\d一二三四五六七八九十]+|\s+", "#", line.text), line.box[1] < 0.5


def heading_levels(pages: list[PageContent]) -> dict[float, int]:
    """Type sizes that are clearly larger than the body's, largest first, mapped to levels 1.."""
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            weights[line.size] += len(line.text)
    if not weights:
        return {}
    body = weights.most_common(1)[0][0]
    larger = sorted((size for size in weights if size >= body * _HEADING_SCALE), reverse=True)
    return {size: min(level, _MAX_LEVELS) for level, size in enumerate(larger, start=1)}


def paragraphs(lines: list[PageLine], levels: dict[float, int]) -> list[Paragraph]:
    """Join the lines of one page; `levels` comes from `heading_levels` of the whole document."""
    groups: list[list[PageLine]] = []
    for line in lines:
        if groups and _continues(groups[-1], line, levels):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [
        Paragraph(joined(group), around([line.box for line in group]), _level(group, levels))
        for group in groups
    ]


def _level(group: list[PageLine], levels: dict[float, int]) -> int:
    level = levels.get(group[0].size, 0)
    text = joined(group)
    if level and (
        len(text) > _HEADING_CHARACTERS
        or text.endswith(_ENDS_SENTENCE)
        or not re.search(r"\w", text)
    ):
        return 0
    return level


def _continues(group: list[PageLine], line: PageLine, levels: dict[float, int]) -> bool:
    last = group[-1]
    height = max(last.box[3] - last.box[1], 1e-4)
    gap = line.box[1] - last.box[3]
    if abs(line.size - last.size) > 0.6 or not -1.5 * height < gap < 1.1 * height:
        return False
    if _ITEM_START.match(line.text):
        return False
    if levels.get(line.size):
        return True
    if line.box[1] < last.box[1] - 0.5 * height:
        return False  # the next column
    right = max(each.box[2] for each in [*group, line])
    character = (last.box[2] - last.box[0]) / max(len(last.text), 1)
    is_full = last.box[2] >= right - 2.5 * character
    return (
        is_full
        or last.hyphenated
        or (not last.text.endswith(_ENDS_PARAGRAPH) and gap < 0.6 * height)
    )


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
