"""Footnotes: found at the foot of a column by their sign and smaller type, put behind what cites them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from teaegg.ingest.readers.pdf.layout import Paragraph

_SIGN = re.compile(r"\s*([①-⑳⑴-⒇]|[*＊†‡§]{1,3}|[\[［(（〔]?\d{1,3}[\]］)）〕]?)\s*(?=\S)")
_SMALLER = 0.95
_BELOW = 0.3


def tied(paragraphs: Sequence[Paragraph], body_size: float) -> list[Paragraph]:
    """The same paragraphs of one page; a footnote follows the last paragraph before it that cites it.

    What looks like a footnote but is cited nowhere on the page stays where it stands.
    """
    ordered: list[Paragraph] = []
    notes: list[tuple[str, Paragraph]] = []
    open_note = ""
    for paragraph in paragraphs:
        sign = _sign_of(paragraph, body_size)
        if sign and any(_cites(other, sign) for other in paragraphs if other is not paragraph):
            notes.append((sign, replace(paragraph, footnote=True)))
            open_note = sign
        elif open_note and not paragraph.level and _is_small(paragraph, body_size):
            notes.append((open_note, replace(paragraph, footnote=True)))
        else:
            open_note = ""
            ordered.append(paragraph)
    for sign, note in notes:
        at = max(
            (n for n, other in enumerate(ordered) if not other.footnote and _cites(other, sign)),
            default=len(ordered) - 1,
        )
        while at + 1 < len(ordered) and ordered[at + 1].footnote:
            at += 1
        ordered.insert(at + 1, note)
    return ordered


def _is_small(paragraph: Paragraph, body_size: float) -> bool:
    return paragraph.size < _SMALLER * body_size


def _sign_of(paragraph: Paragraph, body_size: float) -> str:
    """The sign that begins a footnote, without brackets; '' for what is none."""
    if paragraph.level or not _is_small(paragraph, body_size) or paragraph.box[1] < _BELOW:
        return ""
    match = _SIGN.match(paragraph.text)
    return _bare(match[1]) if match else ""


def _bare(sign: str) -> str:
    return sign.strip(" []［］()（）〔〕")


def _cites(paragraph: Paragraph, sign: str) -> bool:
    """A raised small sign, or one that can be nothing else: ① anywhere, 1) behind a word."""
    if any(sign in re.split(r"[,，、\s]", _bare(mark)) for mark in paragraph.marks):
        return True
    if sign.isdecimal():
        return bool(
            re.search(rf"(?<=[^\s\d.,(（]){re.escape(sign)}[)）]", paragraph.text)
            or re.search(rf"[\[［〔]{re.escape(sign)}[\]］〕]", paragraph.text[1:])
        )
    return sign in paragraph.text[1:]
