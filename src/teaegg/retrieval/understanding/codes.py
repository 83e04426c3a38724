"""Part numbers and other codes in a question, in the spellings that people give them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

from teaegg.core.terms import canonical_identifier, fold, identifiers
from teaegg.retrieval.spans.content import is_stop_word

_MINIMUM_DIGITS_OF_A_CODE = 6
_MINIMUM_JOINED_CHARACTERS = 5
_LONGEST_CODE = 40
_MOST_GROUPS = 6
_MOST_AMBIGUOUS_CHARACTERS = 6
_WORD_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-_./#+]*(?:[ 　]+[A-Za-z0-9][A-Za-z0-9\-_./#+]*)+")
_ORDINAL_OR_DECADE = re.compile(r"\d+(?:ST|ND|RD|TH)|\d{2}(?:\d{2})?S")
_LOOK_ALIKE = {"O": "O0", "0": "0O", "I": "I1L", "1": "1IL", "L": "L1I"}


def codes_in(question: str) -> frozenset[str]:
    """Canonical identifiers of `question` that look like part or order numbers."""
    return frozenset(code for code in identifiers(question) if _looks_like_a_code(code))


def joined_codes(question: str) -> frozenset[str]:
    """Codes that may have been written with blanks: "qh hx m8x30" gives QHHXM8X30 and its parts."""
    found = set()
    for run in _WORD_RUN.findall(fold(question)):
        groups = [word for word in run.split() if not is_stop_word(word.lower())]
        for start in range(len(groups)):
            for end in range(start + 2, min(start + _MOST_GROUPS, len(groups)) + 1):
                joined = canonical_identifier("".join(groups[start:end]))
                if _MINIMUM_JOINED_CHARACTERS <= len(joined) <= _LONGEST_CODE and _has_both(joined):
                    found.add(joined)
    return frozenset(found)


def look_alikes(codes: Iterable[str]) -> frozenset[str]:
    """Spellings of `codes` with O for 0, I or L for 1 and the other way round.

    Codes with more than six such characters are left out: too many would come of them.
    """
    found: set[str] = set()
    for code in codes:
        if sum(character in _LOOK_ALIKE for character in code) <= _MOST_AMBIGUOUS_CHARACTERS:
            choices = (_LOOK_ALIKE.get(character, character) for character in code)
            found.update("".join(spelling) for spelling in product(*choices))
    return frozenset(found.difference(codes))


def _looks_like_a_code(identifier: str) -> bool:
    if _ORDINAL_OR_DECADE.fullmatch(identifier):
        return False
    has_letter = any(character.isalpha() for character in identifier)
    return has_letter or len(identifier) >= _MINIMUM_DIGITS_OF_A_CODE


def _has_both(joined: str) -> bool:
    return any(c.isdigit() for c in joined) and any(c.isalpha() for c in joined)
