"""Fonts that hold signs instead of letters: what a person sees there, not the letter behind it.

A ticked box set in Wingdings 2 is the letter R in the file. Boxes, ticks, crosses and arrows carry
meaning in forms; every other sign stands as "•". Source: the tables with which Unicode 7.0 took these
fonts in (L2/12-368).
"""

from __future__ import annotations

import re

_FONT = re.compile(r"(?:^|\+)(wingdings|webdings)[ -]?([23])?", re.IGNORECASE)
_PRIVATE = 0xF000
_FIRST_SIGN = 0x21
_OTHER = "•"
_SIGNS: dict[str, dict[int, str]] = {
    "wingdings": {
        0x6E: "■",
        0x6F: "□",
        0xA8: "□",
        0xD8: "➢",
        0xE0: "→",
        0xE8: "→",
        0xFB: "✗",
        0xFC: "✓",
        0xFD: "☒",
        0xFE: "☑",
    },
    "wingdings2": {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□"},
    "webdings": {0x61: "✓", 0x72: "✗", 0x63: "□", 0x67: "■"},
}


def sign_font(name: str) -> str:
    """The key of a font of signs by its name ("ABCDEF+Wingdings-Regular"), "" for any other font."""
    match = _FONT.search(name)
    return "" if match is None else match[1].lower() + (match[2] or "")


def sign(code: int, font: str) -> str:
    """What stands at `code` of the font with the key `font`; codes may lie in the private area."""
    place = code - _PRIVATE if _PRIVATE <= code < _PRIVATE + 0x100 else code
    if place < _FIRST_SIGN or place > 0xFF:
        return chr(code)
    return _SIGNS.get(font, {}).get(place, _OTHER)
