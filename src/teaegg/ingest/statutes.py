"""Chinese statutes, regulations and contracts: every 第…条 becomes one block that knows its place.

The structure is that of 立法法 (2023) article 65: 编, 章, 节, 条; the paragraphs (款) and items (项) of an
article stay together, because they are only understood together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from teaegg.core.documents import Block, Location, ParsedDocument
from teaegg.core.quantities.numerals import (
    ARTICLE_REFERENCE,
    CHINESE_NUMERAL_CHARACTERS,
    canonical_article,
)

_NUMBER = rf"[{CHINESE_NUMERAL_CHARACTERS}\d]+"
_ARTICLE = re.compile(
    rf"\s*(?:\*\*)?({ARTICLE_REFERENCE.pattern})(?:\*\*)?(?=[\s\u3000:：【\[(（]|$)"
)
# Without a space after it, 第…条 may be a reference; it counts when it is the next in order.
_TIGHT_ARTICLE = re.compile(
    rf"\s*({ARTICLE_REFERENCE.pattern})(?![的规第款项之至或和及与、，。,所中前后])"
)
_DIVISION = re.compile(
    rf"\s*第\s*{_NUMBER}\s*(分编|编|篇|部分|章|节)(?=[\s\u3000]|\S)(?!\s*[的规第])"
)
_DIVISION_LEVELS = {"编": 1, "篇": 1, "部分": 1, "分编": 2, "章": 3, "节": 4}
_DIVISION_CHARACTERS = 45
_SENTENCE_ENDS = re.compile(r"[。；;，,]$|。")
_APPENDIX = re.compile(rf"\s*(?:附件|附表|附录|附图|附：|附:)\s*(?:{_NUMBER})?\s*[:：]?.{{0,40}}$")
_TITLE_ENDS = re.compile(
    r"(?:法|条例|规定|办法|解释|决定|细则|规则|章程|合同|协议|制度|规范|准则|通知|意见|批复|公约|修正案)(?:[（(].{1,20}[)）])?$"
)
_TITLE_CHARACTERS = 60
_TITLE_LOOKED_AT = 5


class _Line(NamedTuple):
    """A line of the document with the block it comes from."""

    text: str
    block: Block


def with_articles(parsed: ParsedDocument) -> ParsedDocument:
    """The same document with its articles as blocks; unchanged when it has no article structure.

    `location.article` is canonical ("33", "120-1"), `location.path` holds part, chapter and section.
    Text before the first article stays as it is; so do tables.
    """
    articles = _articles_in_order(parsed.blocks)
    if len(articles) < 2 and articles[:1] != ["1"]:
        return parsed
    lines = list(_lines(parsed.blocks))
    title = _title(parsed, lines)
    blocks = tuple(_Restructuring(title, _repeated_divisions(lines)).blocks(parsed.blocks))
    return replace(parsed, title=title, blocks=blocks)


def _lines(blocks: Sequence[Block]) -> Iterator[_Line]:
    for block in blocks:
        if block.kind != "row":
            for text in block.text.split("\n"):
                yield _Line(text, block)


def _articles_in_order(blocks: Sequence[Block]) -> list[str]:
    found = (_article(line.text, "") for line in _lines(blocks))
    return [article for article in found if article]


def _article(text: str, last: str) -> str | None:
    """The canonical number when `text` begins an article; `last` is the article before it."""
    if match := _ARTICLE.match(text):
        return canonical_article(match[1])
    if match := _TIGHT_ARTICLE.match(text):
        number = canonical_article(match[1])
        return number if number and _follows(number, last) else None
    return None


def _follows(number: str, last: str) -> bool:
    if not last:
        return number == "1"
    whole, _, part = number.partition("-")
    last_whole, _, last_part = last.partition("-")
    if part:
        return whole == last_whole and int(part) == int(last_part or 0) + 1
    return int(whole) == int(last_whole) + 1


def _division_level(text: str) -> int:
    """1 (编) to 4 (节) for a line that is the heading of a part, chapter or section, else 0."""
    match = _DIVISION.match(text)
    if match is None or len(text) > _DIVISION_CHARACTERS or _SENTENCE_ENDS.search(text):
        return 0
    return _DIVISION_LEVELS[match[1]]


def _repeated_divisions(lines: Sequence[_Line]) -> frozenset[int]:
    """Indices of division lines that come again later: they belong to the table of contents."""
    last_at: dict[str, int] = {}
    divisions = [
        (i, _squeezed(line.text)) for i, line in enumerate(lines) if _division_level(line.text)
    ]
    first_article = next((i for i, line in enumerate(lines) if _article(line.text, "")), 0)
    for index, key in divisions:
        last_at[key] = index
    return frozenset(i for i, key in divisions if i < first_article and last_at[key] > i)


def _squeezed(text: str) -> str:
    return re.sub(r"\s|\u3000|[.…·]+\d*$", "", text)


def _title(parsed: ParsedDocument, lines: Sequence[_Line]) -> str:
    """The first heading when it names a law, else the first short line that does, else what there was."""
    first = next((block for block in parsed.blocks if block.kind == "heading"), None)
    if first is not None and first.text == parsed.title and not _division_level(first.text):
        return parsed.title
    candidates = [" ".join(line.text.split()) for line in lines if line.text.strip()][
        :_TITLE_LOOKED_AT
    ]
    named = (
        text for text in candidates if len(text) <= _TITLE_CHARACTERS and _TITLE_ENDS.search(text)
    )
    return next(named, parsed.title)


class _Restructuring:
    """One pass over the lines, keeping the open divisions and the open article."""

    def __init__(self, title: str, contents_lines: frozenset[int]) -> None:
        self._title = title
        self._contents_lines = contents_lines
        self._divisions: list[tuple[int, str]] = []
        self._article = ""
        self._in_article = False
        self._gathered: list[_Line] = []
        self._done: list[Block] = []

    def blocks(self, blocks: Sequence[Block]) -> list[Block]:
        index = 0
        for block in blocks:
            if block.kind == "row":
                self._flush(keep_open=True)
                self._done.append(self._placed(block))
                continue
            for text in block.text.split("\n"):
                self._line(index, _Line(text, block))
                index += 1
            if not self._in_article:
                self._flush()
        self._flush()
        return self._done

    def _line(self, index: int, line: _Line) -> None:
        number = _article(line.text, self._article)
        level = 0 if index in self._contents_lines or number else _division_level(line.text)
        if level or (line.block.kind == "heading" and not number):
            self._flush()
            self._open_division(line, level)
        elif number:
            self._flush()
            self._article, self._in_article = number, True
            self._gathered.append(line)
        elif self._in_article and _APPENDIX.match(line.text):
            self._flush()
            self._article = ""
            self._divisions.clear()
            self._gathered.append(line)
        else:
            self._gathered.append(line)

    def _open_division(self, line: _Line, level: int) -> None:
        text = " ".join(line.text.split())
        if not text:
            return
        # Headings that are no divisions (the title, "一、一般规定") keep the level they came with.
        level = level or line.block.level
        while self._divisions and self._divisions[-1][0] >= level:
            self._divisions.pop()
        location = replace(line.block.location, path=self._path())
        self._done.append(Block("heading", text, location, level))
        if text != self._title:
            self._divisions.append((level, text))

    def _flush(self, *, keep_open: bool = False) -> None:
        lines, self._gathered = self._gathered, []
        text = "\n".join(line.text.strip() for line in lines if line.text.strip())
        if text:
            self._done.append(self._block(text, lines))
        if not keep_open:
            self._in_article = False

    def _block(self, text: str, lines: Sequence[_Line]) -> Block:
        first = next(line.block for line in lines if line.text.strip())
        if not self._in_article:
            kind = first.kind if first.kind != "heading" else "paragraph"
            return Block(kind, text, replace(first.location, path=self._path()))
        location = replace(
            first.location, path=self._path(), article=self._article, box=_box(lines)
        )
        return Block("article", text, location)

    def _placed(self, block: Block) -> Block:
        article = self._article if self._in_article else None
        location = replace(block.location, path=self._path(), article=article)
        return replace(block, location=location)

    def _path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._divisions)


def _box(lines: Sequence[_Line]) -> tuple[float, float, float, float] | None:
    """Around the parts on the first page; an article that runs on is found where it begins."""
    page = lines[0].block.location.page
    places: list[Location] = [
        line.block.location for line in lines if line.block.location.page == page
    ]
    boxes = [place.box for place in places if place.box is not None]
    if not boxes:
        return None
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)
