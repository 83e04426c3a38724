"""Personal data in a text: identity and card numbers by their check digits, telephones, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from teaegg.core.errors import SettingsError
from teaegg.distill.data.checking.near_copies import INSTALL

PersonalKind = Literal["identity number", "card number", "telephone", "e-mail address"]

_CODE = re.compile(r"(?<![0-9A-Za-z])\d{13,19}[0-9Xx]?(?![0-9A-Za-z])")
_TELEPHONE = re.compile(
    r"(?<![\d.-])(?:(?:\+|00)\d{1,3}[ -]?)?"
    r"(?:1[3-9]\d(?:[ -]?\d{4}){2}|(?:\(0\d{2,3}\)|\d{3,4})[ -]\d{3,4}[ -]?\d{4})(?![\d-])"
    r"|(?<![\w+])\+\d{1,3}(?:[ -]?\d{2,4}){3,5}(?!\d)"
)
_EMAIL = re.compile(r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_IDENTITY_DIGITS = 18
_CARD_DIGITS = range(13, 20)


class PersonalDatum(NamedTuple):
    """One stretch: characters [start, end) of the text."""

    kind: PersonalKind
    start: int
    end: int


def personal_data(text: str) -> tuple[PersonalDatum, ...]:
    """What of `text` names or reaches one person, in reading order, nothing twice.

    A number counts as identity (GB 11643) or card number (ISO/IEC 7812, Luhn) only when its check
    digit is right; the registration code of a company (GB 32100) is no personal data.
    """
    found: list[PersonalDatum] = []
    for datum in sorted(_all(text), key=lambda item: item.start):
        if not found or datum.start >= found[-1].end:
            found.append(datum)
    return tuple(found)


def masked(text: str) -> str:
    """`text` with every letter and digit of personal data as `*`; its length stays."""
    for datum in personal_data(text):
        piece = text[datum.start : datum.end]
        text = text[: datum.start] + re.sub(r"[^\W_]", "*", piece) + text[datum.end :]
    return text


def _all(text: str) -> Iterator[PersonalDatum]:
    for match in _CODE.finditer(text):
        kind = _kind_of_code(match[0])
        if kind is not None:
            yield PersonalDatum(kind, match.start(), match.end())
    for match in _EMAIL.finditer(text):
        yield PersonalDatum("e-mail address", match.start(), match.end())
    for match in _TELEPHONE.finditer(text):
        yield PersonalDatum("telephone", match.start(), match.end())


def _kind_of_code(code: str) -> PersonalKind | None:
    try:
        from stdnum import luhn
        from stdnum.cn import ric, uscc
    except ImportError as error:
        raise SettingsError(
            "Recognising identity numbers needs the package python-stdnum.", remedy=INSTALL
        ) from error
    if len(code) == _IDENTITY_DIGITS and ric.is_valid(code):
        return "identity number"
    if len(code) in _CARD_DIGITS and code.isdigit() and luhn.is_valid(code):
        return None if uscc.is_valid(code) else "card number"
    return None
