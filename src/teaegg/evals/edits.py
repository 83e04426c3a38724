"""How much of a draft a person changed before it went out: a measure of friction.

The edit distance of Levenshtein 1966 (characters put in, taken out, replaced), computed a whole row at
a time in the bits of one number (Myers 1999; Hyyrö 2003), because drafts are long. Set against what the
person made of it as in HTER (Snover et al. 2006), by the longer of the two: so it stays below 1.
"""

from __future__ import annotations

from collections import defaultdict


def edit_distance(one: str, other: str) -> int:
    """Fewest characters to put in, take out or replace that make `other` of `one`."""
    if not one:
        return len(other)
    places: dict[str, int] = defaultdict(int)
    for place, character in enumerate(one):
        places[character] |= 1 << place
    whole, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    # Bit i of `rises` and `falls`: in this row the i-th distance is one more or less than that before.
    rises, falls, distance = whole, 0, len(one)
    for character in other:
        equal = places.get(character, 0)
        diagonal = (((equal & rises) + rises) ^ rises) | equal | falls
        up, down = falls | ~(diagonal | rises) & whole, diagonal & rises
        distance += bool(up & last) - bool(down & last)
        up, down = (up << 1 | 1) & whole, (down << 1) & whole
        rises, falls = down | ~(diagonal | up) & whole, up & diagonal
    return distance


def edited_share(draft: str, final: str) -> float:
    """From 0 (as drafted, but for blanks) to 1 (nothing of it was kept)."""
    before, after = (" ".join(text.split()) for text in (draft, final))
    return edit_distance(before, after) / max(len(before), len(after), 1)
