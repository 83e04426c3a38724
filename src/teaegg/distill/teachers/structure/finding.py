"""What the rules find: a question, the words that answer it, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from teaegg.core.documents import Passage
from teaegg.core.ids import text_hash
from teaegg.distill.rows import RowKind
from teaegg.retrieval.spans.sentences import split_sentences

Option = TypeVar("Option")

_NUMBERING = re.compile(
    r"^\s*(?:第[\d一二三四五六七八九十百]+[编章节部分篇条][\s\u3000]*|[\d.]+[.、)）\s]+|[A-Z]\d+[\s—－-]+"
    r"|[（(]?[一二三四五六七八九十]+[)）、.．]\s*|附[录件]\s*[A-Z\d一二三四五六七八九十]*\s*|表\s*[\d-]+\s*)+"
)
# What stands at the head of a sentence and is none of it: numbers, bullets, 注意：.
_MARK = re.compile(
    r"^(?:\s*(?:[•·*●○■◆–-]\s*|\d{1,3}(?:\.\d{1,3})+[.\s\u3000]+|\d{1,2}[.、)）](?!\d)\s*"
    r"|[（(][一二三四五六七八九十\d]{1,3}[)）]\s*|[一二三四五六七八九十]{1,3}、\s*|[①-⑩]\s*"
    r"|第[〇零一二三四五六七八九十百千\d]+[条章节款](?:之[一二三四五六七八九十])?[\s\u3000]+|(?:注意|警告|危险|说明|注|提示)[：:]\s*))+"
)
_GENERIC = frozenset(
    "总则 附则 其他 概述 目录 前言 说明 通则 一般规定 附件 备注 简介 引言 结语 contents introduction "
    "overview general notes other appendix summary".split()
)
_TITLE_CHARACTERS = 24
_FILE_NAME = re.compile(r"^[\w.+-]+$")
_EDITION = re.compile(r"^中华人民共和国(?=.{2,})")


@dataclass(frozen=True, slots=True)
class Finding:
    """`answer` is made of lines, each of which stands in one of `quotes` (index of the passage in its
    lesson, words of that passage). `subject` is what a follow-up may leave out."""

    kind: RowKind
    question: str
    answer: str
    quotes: tuple[tuple[int, str], ...]
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of a passage, without its final mark: `text` is words of the passage."""

    passage: Passage
    text: str

    @property
    def title(self) -> str:
        return short_title(self.passage)


def sentences_of(passage: Passage) -> Iterator[Said]:
    """The sentences of running text; lines that are only a heading or a mark of a list are left out."""
    for start, end in split_sentences(passage.text):
        text = _MARK.sub("", passage.text[start:end]).rstrip("。；;.!！ \u3000")
        if "\n" not in text and len(text) > 3:
            yield Said(passage, text)


def topic(passage: Passage) -> str:
    """The innermost heading that says something, without its number; "" when there is none."""
    for heading in reversed(passage.location.path):
        name = _NUMBERING.sub("", heading).strip()
        if 2 <= len(name) <= 40 and name.lower() not in _GENERIC and "." not in name:
            return name
    return ""


def short_title(passage: Passage) -> str:
    """The title as people say it; "" for one that is only the name of a file, or long."""
    title = _EDITION.sub("", passage.title).strip()
    if _FILE_NAME.fullmatch(title) and title.isascii():
        return ""
    return title if len(title) <= _TITLE_CHARACTERS or title.isascii() else ""


def pick(options: Sequence[Option], key: str) -> Option:
    """One of `options`, always the same for `key`: people do not ask everything in one form."""
    return options[int(text_hash(key)[:8], 16) % len(options)]


def chosen(findings: Iterable[Finding], kind: RowKind, count: int, key: str) -> list[Finding]:
    """`count` of the findings of `kind`, of different questions, drawn by `key`."""
    own = {finding.question: finding for finding in findings if finding.kind == kind}
    order = sorted(own.values(), key=lambda found: text_hash(f"{key}\x00{found.question}"))
    return order[:count]
