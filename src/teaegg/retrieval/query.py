"""What a question asks for: terms for full text, codes and article references for exact look-up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from teaegg.core.numerals import to_half_width
from teaegg.core.terms import article_references, identifiers
from teaegg.retrieval.spans.content import content_terms
from teaegg.store.documents import DocumentName

Language = Literal["zh", "en"]

_CHINESE = re.compile(r"[㐀-鿿]")
_TITLE_DECORATION = re.compile(r"中华人民共和国|[《》〈〉]|[（(][^（）()]*[)）]|\s+")
_MINIMUM_TITLE_CHARACTERS = 2
_MINIMUM_DIGITS_OF_A_CODE = 6


@dataclass(frozen=True, slots=True)
class Query:
    """A question taken apart.

    `terms` are its content terms; `codes` identifiers that look like part or order
    numbers; `articles` canonical article numbers; `documents` the ids of documents named in the
    question, the latest version first.
    """

    text: str
    language: Language
    terms: tuple[str, ...]
    codes: frozenset[str]
    articles: frozenset[str]
    documents: tuple[str, ...]


def understand(question: str, names: Iterable[DocumentName]) -> Query:
    """Read `question`; `names` are the documents its author may know of."""
    return Query(
        text=question,
        language=language_of(question),
        terms=content_terms(question),
        codes=frozenset(code for code in identifiers(question) if _looks_like_a_code(code)),
        articles=frozenset(article_references(question)),
        documents=_named_documents(question, names),
    )


def language_of(text: str) -> Language:
    """Chinese as soon as there are Chinese characters: English terms inside are common there."""
    return "zh" if _CHINESE.search(text) else "en"


def _looks_like_a_code(identifier: str) -> bool:
    has_letter = any(character.isalpha() for character in identifier)
    return has_letter or len(identifier) >= _MINIMUM_DIGITS_OF_A_CODE


def _named_documents(question: str, names: Iterable[DocumentName]) -> tuple[str, ...]:
    """Documents whose short title stands in the question; of nested titles only the longest."""
    asked = _TITLE_DECORATION.sub("", to_half_width(question)).lower()
    found: list[tuple[str, DocumentName]] = []
    for name in names:
        for short in _short_titles(name.title):
            if short in asked:
                found.append((short, name))
                break
    # 劳动法 stands inside 劳动合同法 only by its letters, 合同法 by its words: the longest title wins.
    kept = [
        (short, name)
        for short, name in found
        if not any(short != other and short in other for other, _ in found)
    ]
    ordered = sorted(kept, key=lambda pair: pair[1].source, reverse=True)
    return tuple(name.document for _, name in ordered)


def _short_titles(title: str) -> list[str]:
    """The title without decoration, then its first part: 民法典 for 中华人民共和国民法典 总则."""
    plain = to_half_width(title)
    whole = _TITLE_DECORATION.sub("", plain).lower()
    first = _TITLE_DECORATION.sub("", re.split(r"[\s·—]+", plain.strip())[0]).lower()
    return [short for short in (whole, first) if len(short) > _MINIMUM_TITLE_CHARACTERS]
