"""Index terms: one deterministic tokenisation for Chinese and English, documents and questions.

Chinese runs become overlapping character pairs (a dictionary-free segmentation that full-text search
of Chinese has used since the 1990s, e.g. Nie et al., "On the use of words and n-grams for Chinese
information retrieval", IRAL 2000); English words are stemmed (Snowball); part numbers, article
references and other identifiers are kept whole as well as in parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

from teaegg.core.quantities.numerals import ARTICLE_REFERENCE, canonical_article, to_half_width
from teaegg.core.quantities.terms import figure_terms
from teaegg.core.spelling.scripts import simplified

TERMS_VERSION = 2
"""Raised whenever the same text gives other terms, identifiers or facts than before: an index made
under another version is derived again from its own passages when it is opened."""

_TOKEN = re.compile(r"[㐀-鿿豈-﫿々〇]+|[a-z0-9À-ɏ]+(?:[-_./#+][a-z0-9]+)*", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?=[a-z0-9\-_./]*\d)[a-z0-9]+(?:[-_./][a-z0-9]+)*", re.IGNORECASE)
_LATIN_WORD = re.compile(r"[a-zA-ZÀ-ɏ]{3,}")
_SEPARATORS = re.compile(r"[-_./#+]")
_PLAIN_NUMBER = re.compile(r"[\d.]+")
# M8×30, M8*30 and M8✕30 are one size; typographic dashes in codes are hyphens.
_SIGNS = str.maketrans({**dict.fromkeys("×✕╳✖", "x"), **dict.fromkeys("‐‑‒–−﹣", "-")})
_ANY_SIGN = re.compile("[×✕╳✖‐‑‒–−﹣]")
_STAR_AS_TIMES = re.compile(r"(?<=\d)\*(?=\d)")
_CODE_GROUPS = re.compile(
    r"(?<![\w-])[A-Z0-9][A-Z0-9\-_./]*(?: [A-Z0-9][A-Z0-9\-_./]*){1,4}(?![\w-])"
)
_LONGEST_GROUPED_CODE = 24
_STEMMER = snowballstemmer.stemmer("english")
_MINIMUM_IDENTIFIER_CHARACTERS = 4


def index_terms(text: str) -> list[str]:
    """The terms of `text` in order, with repetitions; [] for text without letters or digits."""
    folded = fold(text)
    terms: list[str] = []
    for match in _TOKEN.finditer(folded.lower()):
        token = match[0]
        if ord(token[0]) < 0x2E80:
            terms.extend(_latin_terms(token))
        else:
            terms.extend(_pairs(token))
    terms.extend(f"§{reference}" for reference in article_references(folded))
    terms.extend(figure_terms(folded))
    return terms


def fold(text: str) -> str:
    """`text` as it is compared: half width, simplified characters, one kind of dash and times sign."""
    plain = simplified(to_half_width(text))
    if _ANY_SIGN.search(plain):
        plain = plain.translate(_SIGNS)
    return _STAR_AS_TIMES.sub("x", plain)


def identifiers(text: str) -> frozenset[str]:
    """Part numbers, order numbers, codes: tokens with a digit, canonical (see `canonical_identifier`).

    Plain numbers count only from four digits on, so that "3" or "2.5" is no identifier. A code
    written in groups ("6204 2RS C3") counts as a whole too.
    """
    return _identifiers_in(fold(text))


def _identifiers_in(folded: str) -> frozenset[str]:
    found = set()
    for written in (*(match[0] for match in _IDENTIFIER.finditer(folded)), *_grouped(folded)):
        canonical = _SEPARATORS.sub("", written.upper())
        has_letter = any(c.isalpha() for c in canonical)
        if (has_letter and len(canonical) > 1) or len(canonical) >= _MINIMUM_IDENTIFIER_CHARACTERS:
            found.add(canonical)
    return frozenset(found)


def _grouped(folded: str) -> Iterator[str]:
    """Neighbouring groups of capitals and digits, joined: the whole code and each part of it."""
    for match in _CODE_GROUPS.finditer(folded):
        groups = match[0].split(" ")
        for start in range(len(groups)):
            for end in range(start + 2, len(groups) + 1):
                joined = "".join(groups[start:end])
                if len(joined) <= _LONGEST_GROUPED_CODE and any(c.isdigit() for c in joined):
                    yield joined


def canonical_identifier(text: str) -> str:
    """ "qh-hx-m8x30 " and "ＱＨ_ＨＸ.M8X30" are the same code: upper case, half width, no separators."""
    return _SEPARATORS.sub("", fold(text).upper().strip())


def latin_words(text: str) -> frozenset[str]:
    """Every Latin word in lower case and every identifier of `text`, as spelling is compared."""
    folded = fold(text)
    words = {match[0].lower() for match in _LATIN_WORD.finditer(folded)}
    return frozenset(words.union(found.lower() for found in _identifiers_in(folded)))


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
