"""Text without what people cannot see: control characters, zero-width marks, bidi and tag characters.

Invisible characters are a known way to smuggle instructions past a reader (Boucher et al., "Trojan
Source", 2021; Unicode tag characters U+E0000..E007F repeat ASCII invisibly), and they break search.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile("[\xa0\u2007\u202f]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# Typography, not smuggling: removed without a remark.
_HARMLESS = re.compile("[\xad\ufeff\ufe00-\ufe0f\u200c\u200d]")
_SMUGGLING = re.compile(
    "[\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_TRAILING_SPACE = re.compile(r"[ \t\u3000]+$", re.MULTILINE)
_MANY_BLANK_LINES = re.compile(r"\n{3,}")
_ANYTHING_TO_DO = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u2007\u200b-\u200f"
    "\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e01ef]"
)


class CleanText(NamedTuple):
    """`invisible` counts the removed characters that have no honest use in running text."""

    text: str
    invisible: int


def clean(text: str) -> CleanText:
    """Lines end in one line feed, only visible characters (and tab) are left; never raises."""
    invisible = 0
    if _ANYTHING_TO_DO.search(text):
        text = _LINE_BREAKS.sub("\n", text)
        text = _SPACES.sub(" ", text)
        text = _HARMLESS.sub("", _CONTROLS.sub("", text))
        text, invisible = _SMUGGLING.subn("", text)
        text = _LONE_SURROGATES.sub("\ufffd", text)
    text = _MANY_BLANK_LINES.sub("\n\n", _TRAILING_SPACE.sub("", text))
    return CleanText(text.strip("\n"), invisible)


def shown(name: str) -> str:
    """A file name as it may be shown: one line, no invisible characters, undecodable bytes marked."""
    return " ".join(clean(name).text.split()) or "(no name)"
