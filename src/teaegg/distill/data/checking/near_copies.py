"""Texts that say nearly the same: MinHash over character n-grams (Broder 1997), with datasketch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from teaegg.core.errors import SettingsError

_PERMUTATIONS = 64
_DOCUMENT_GRAM = 5
INSTALL = "Install it: pip install 'teaegg[distill]'"
_BLANK = re.compile(r"\s+")


def near_copies(
    texts: Mapping[str, str], similarity: float, *, characters: int = _DOCUMENT_GRAM
) -> list[tuple[str, str]]:
    """Pairs (earlier name, later name) of `texts` whose n-grams have a Jaccard similarity estimated
    at `similarity` (0 to 1) or more, in the order of `texts`."""
    try:
        from datasketch import MinHashLSH
    except ImportError as error:
        raise SettingsError(
            "Making a dataset needs the package datasketch.", remedy=INSTALL
        ) from error
    index = MinHashLSH(threshold=similarity, num_perm=_PERMUTATIONS)
    sketches: dict[str, Any] = {}
    order = {name: number for number, name in enumerate(texts)}
    pairs = []
    for name, text in texts.items():
        pieces = grams(text, characters)
        if not pieces:
            continue
        sketch = _sketch(pieces)
        candidates = sorted(index.query(sketch), key=order.__getitem__)
        pairs += [
            (other, name) for other in candidates if sketches[other].jaccard(sketch) >= similarity
        ]
        index.insert(name, sketch)
        sketches[name] = sketch
    return pairs


def grams(text: str, characters: int) -> set[str]:
    """The n-grams of `text` without blanks, in lower case; a shorter text is one of its own."""
    plain = _BLANK.sub("", text).lower()
    if len(plain) <= characters:
        return {plain} if plain else set()
    return {plain[at : at + characters] for at in range(len(plain) - characters + 1)}


def _sketch(pieces: Iterable[str]) -> Any:
    from datasketch import MinHash

    sketch = MinHash(num_perm=_PERMUTATIONS)
    sketch.update_batch([piece.encode("utf-8", "surrogatepass") for piece in pieces])
    return sketch
