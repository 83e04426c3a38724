"""Index terms: one deterministic tokenisation for Chinese and English, documents and questions.

Chinese runs become overlapping character pairs (a dictionary-free segmentation that full-text search
of Chinese has used since the 1990s, e.g. Nie et al., "On the use of words and n-grams for Chinese
information retrieval", IRAL 2000); English words are stemmed (Snowball); part numbers, article
references and other identifiers are kept whole as well as in parts.
"""

from __future__ import annotations

import re
from functools import lru_cache

import snowballstemmer

from teaegg.core.numerals import ARTICLE_REFERENCE, canonical_article, to_half_width

_TOKEN = re.compile(r"[㐀-鿿豈-﫿々〇]+|[a-z0-9À-ɏ]+(?:[-_./#+][a-z0-9]+)*", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?=[a-z0-9\-_./]*\d)[a-z0-9]+(?:[-_./][a-z0-9]+)*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[-_./#+]")
_PLAIN_NUMBER = re.compile(r"[\d.]+")
_STEMMER = snowballstemmer.stemmer("english")
_MINIMUM_IDENTIFIER_CHARACTERS = 4


def index_terms(text: str) -> list[str]:
    """The terms of `text` in order, with repetitions; [] for text without letters or digits."""
    terms: list[str] = []
    for match in _TOKEN.finditer(to_half_width(text).lower()):
        token = match[0]
        if ord(token[0]) < 0x2E80:
            terms.extend(_latin_terms(token))
        else:
            terms.extend(_pairs(token))
    terms.extend(f"§{reference}" for reference in article_references(text))
    return terms


def identifiers(text: str) -> frozenset[str]:
    """Part numbers, order numbers, codes: tokens with a digit, canonical (see `canonical_identifier`).

    Plain numbers count only from four digits on, so that "3" or "2.5" is no identifier.
    """
    found = set()
    for match in _IDENTIFIER.finditer(to_half_width(text)):
        canonical = canonical_identifier(match[0])
        has_letter = any(c.isalpha() for c in canonical)
        if (has_letter and len(canonical) > 1) or len(canonical) >= _MINIMUM_IDENTIFIER_CHARACTERS:
            found.add(canonical)
    return frozenset(found)


def canonical_identifier(text: str) -> str:
    """ "qh-hx-m8x30 " and "ＱＨ_ＨＸ.M8X30" are the same code: upper case, half width, no separators."""
    return _SEPARATORS.sub("", to_half_width(text).upper().strip())


def article_references(text: str) -> tuple[str, ...]:
    """Every 第…条 in `text`, canonical ("33", "120-1"), in order."""
    found = (canonical_article(match[0]) for match in ARTICLE_REFERENCE.finditer(text))
    return tuple(reference for reference in found if reference is not None)


def _pairs(run: str) -> list[str]:
    if len(run) == 1:
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]


def _latin_terms(token: str) -> list[str]:
    parts = [part for part in _SEPARATORS.split(token) if part]
    terms = [_stem(part) for part in parts]
    if len(parts) > 1:
        terms.append("".join(parts))
    return terms


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return word if _PLAIN_NUMBER.fullmatch(word) else str(_STEMMER.stemWord(word))
