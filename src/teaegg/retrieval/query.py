"""What a question asks for: terms for full text, codes and article references for exact look-up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from teaegg.core.terms import fold, index_terms
from teaegg.retrieval.spans.content import content_terms
from teaegg.retrieval.understanding.codes import codes_in, joined_codes
from teaegg.retrieval.understanding.references import ArticleReference, references_in
from teaegg.retrieval.understanding.synonyms import NO_SYNONYMS, Synonyms
from teaegg.retrieval.understanding.titles import named_documents
from teaegg.store.documents import DocumentName

Language = Literal["zh", "en"]

_CHINESE = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Query:
    """A question taken apart.

    `terms` are its content terms; `codes` identifiers that look like part or order numbers,
    `joined_codes` those that it may have written with blanks; `articles` canonical article numbers,
    `references` the same with paragraph 款 and item 项; `documents` the ids of documents named in the
    question, the latest version first.
    """

    text: str
    language: Language
    terms: tuple[str, ...]
    codes: frozenset[str]
    articles: frozenset[str]
    documents: tuple[str, ...]
    joined_codes: frozenset[str] = frozenset()
    references: tuple[ArticleReference, ...] = ()


def understand(
    question: str, names: Sequence[DocumentName], words: Synonyms = NO_SYNONYMS
) -> Query:
    """Read `question`; `names` and `words` are what its author may know of."""
    references = references_in(question)
    others = other_words(question, words)
    return Query(
        text=question,
        language=language_of(question),
        terms=tuple(dict.fromkeys((*content_terms(question), *_terms_of(others)))),
        codes=codes_in(question),
        articles=frozenset(reference.article for reference in references),
        documents=named_documents(" ".join((question, *others)), names),
        joined_codes=joined_codes(question),
        references=references,
    )


def other_words(question: str, words: Synonyms) -> tuple[str, ...]:
    """What the glossary's names in the question are called otherwise."""
    asked = fold(question).lower()
    concepts = words.concepts(asked)
    found = (word for concept in concepts for word in concept.words if word not in asked)
    return tuple(dict.fromkeys(found))


def _terms_of(words: Sequence[str]) -> list[str]:
    return [term for word in words for term in index_terms(word)]


def language_of(text: str) -> Language:
    """Chinese as soon as there are Chinese characters: English terms inside are common there."""
    return "zh" if _CHINESE.search(text) else "en"
