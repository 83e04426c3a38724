"""What a question asks for: terms for full text, codes and article references for exact look-up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from teaegg.core.numerals import to_half_width
from teaegg.core.terms import article_references, identifiers, index_terms
from teaegg.store.documents import DocumentName

Language = Literal["zh", "en"]

_CHINESE = re.compile(r"[㐀-鿿]")
# Words every question has and no document is about. Longest first: 是什么 must go before 什么.
_STOCK_PHRASES = re.compile(
    "|".join(
        sorted(
            (
                "的内容是什么|是什么意思|有哪些规定|是如何规定的|如何规定|怎么规定|规定了什么|具体内容|"
                "请问一下|请问|我想问|想问一下|咨询一下|能不能|是不是|有没有|可不可以|为什么|是什么|什么是|"
                "有哪些|是哪些|哪一年|哪一个|哪一种|哪些|哪个|哪里|哪种|怎么样|怎么办|怎样|怎么|如何|什么时候|"
                "什么|多少|几个|是谁|谁|吗|呢|吧|啊|呀|了吗|请|告诉我|根据|按照|关于"
            ).split("|"),
            key=len,
            reverse=True,
        )
    )
)
_ENGLISH_STOP_WORDS = frozenset(
    "a an the of to in on at by for from with and or is are was were be been do does did has have had "
    "what which who whom whose when where why how many much can could should would will may might i "
    "you we they he she it its their our your my me us this that these those there as if not any "
    "please tell about into than then so such".split()
)
_TITLE_DECORATION = re.compile(r"中华人民共和国|[《》〈〉]|[（(][^（）()]*[)）]|\s+")
_MINIMUM_TITLE_CHARACTERS = 2
_MINIMUM_DIGITS_OF_A_CODE = 6


@dataclass(frozen=True, slots=True)
class Query:
    """A question taken apart.

    `terms` are index terms without stock phrases; `codes` identifiers that look like part or order
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
        terms=question_terms(question),
        codes=frozenset(code for code in identifiers(question) if _looks_like_a_code(code)),
        articles=frozenset(article_references(question)),
        documents=_named_documents(question, names),
    )


def language_of(text: str) -> Language:
    """Chinese as soon as there are Chinese characters: English terms inside are common there."""
    return "zh" if _CHINESE.search(text) else "en"


def question_terms(question: str) -> tuple[str, ...]:
    """Distinct index terms of what the question is about; of all of it when nothing else is left."""
    # A space keeps the characters on both sides of a dropped phrase from forming a false pair.
    about = _STOCK_PHRASES.sub(" ", to_half_width(question))
    terms = [term for term in index_terms(about) if term not in _ENGLISH_STOP_WORDS]
    return tuple(dict.fromkeys(terms or index_terms(question)))


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
