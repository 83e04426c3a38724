"""Chinese scripts folded to one: what is written in traditional characters is found in simplified ones.

Character by character and only for comparing: quotes and passages stay as they were written. The
pairs are OpenCC's (t2s, Apache-2.0); one character always becomes one, so that places stay true.
"""

from __future__ import annotations

from functools import cache

_BLOCKS = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))


def simplified(text: str) -> str:
    """`text` with every traditional character replaced by its simplified form; same length."""
    return text if text.isascii() else text.translate(_pairs())


@cache
def _pairs() -> dict[int, str]:
    # Late: reading OpenCC's tables takes a tenth of a second, which commands that never search
    # need not wait for.
    import opencc

    characters = [chr(code) for start, end in _BLOCKS for code in range(start, end)]
    # Each on a line of its own: OpenCC would otherwise convert whole words.
    folded = str(opencc.OpenCC("t2s").convert("\n".join(characters))).split("\n")
    return {
        ord(character): simple
        for character, simple in zip(characters, folded, strict=True)
        if character != simple and len(simple) == 1
    }
