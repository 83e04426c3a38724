"""Exact hits: the passages that a code singles out, and their place before all others."""

from __future__ import annotations

from collections.abc import Sequence

from teaegg.core.answers import Evidence
from teaegg.core.documents import Passage
from teaegg.core.terms import canonical_identifier, identifiers

_TELLING_PASSAGES = 8
_SUBJECT_CHARACTERS = 12
_EXACT_STEP = 0.1
"""Each further exact hit counts so much less: the first is what the reference means."""


def telling(
    passages: Sequence[Passage], codes: frozenset[str], fused: Sequence[Evidence]
) -> list[Passage]:
    """The passages that `codes` single out, best first; [] when they stand in too many places.

    Where a code stands in many passages, those that begin with it count: that is what a row is
    about, while a size or a model further on it shares with others. More codes held come first,
    then what the fused search prefers, then where the code stands.
    """
    rank = {item.passage.id: position for position, item in enumerate(fused)}
    subject = [p for p in passages if _code_position(p, codes) <= _SUBJECT_CHARACTERS]
    for candidates in (passages, subject):
        if 0 < len(candidates) <= _TELLING_PASSAGES:
            return sorted(
                candidates,
                key=lambda p: (
                    -_codes_held(p, codes),
                    rank.get(p.id, len(rank)),
                    _code_position(p, codes),
                ),
            )
    return []


def _codes_held(passage: Passage, codes: frozenset[str]) -> int:
    return len(codes & identifiers(passage.text))


def _code_position(passage: Passage, codes: frozenset[str]) -> int:
    text = canonical_identifier(passage.text)
    return min((at for code in codes if (at := text.find(code)) >= 0), default=len(text))


def exact_first(exact: Sequence[Passage], fused: Sequence[Evidence]) -> list[Evidence]:
    """Exact hits first, in their order, with the scores the searches gave them; then the others."""
    by_id = {item.passage.id: item for item in fused}
    first: dict[str, Evidence] = {}
    for passage in {passage.id: passage for passage in exact}.values():
        known = by_id.get(passage.id)
        text_score, vector_score = (known.text_score, known.vector_score) if known else (None, None)
        score = max(1.0 - _EXACT_STEP * len(first), _EXACT_STEP)
        first[passage.id] = Evidence(passage, score, text_score, vector_score, exact=True)
    return [*first.values(), *(item for item in fused if item.passage.id not in first)]
