"""How many rows of each kind are wanted, and how what is there is shared out among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from teaegg.core.errors import InvalidRequestError
from teaegg.core.scenes import Scene
from teaegg.distill.rows import RowKind

USUAL: Mapping[RowKind, float] = {
    "lookup": 30,
    "condition": 12,
    "table": 12,
    "definition": 8,
    "procedure": 6,
    "comparison": 4,
    "multi_passage": 4,
    "follow_up": 6,
    "calculation": 2,
    "unanswerable": 10,
    "out_of_scope": 2,
    "adversarial": 4,
    "replay": 4,
}
"""Weights of a scene that names none. About one row in eight teaches to say that nothing is said."""

_ASKED_FOR_EACH = 2
"""Questions asked for each row wanted: about half do not survive verifying and cleaning."""
_SPARE = 8

ASKED: tuple[RowKind, ...] = (
    "lookup",
    "definition",
    "comparison",
    "condition",
    "calculation",
    "procedure",
    "table",
    "multi_passage",
    "follow_up",
)
"""What a teacher is asked for; the other kinds are shaped from these, or need no document."""


def weights_of(scene: Scene) -> dict[RowKind, float]:
    """Kind → weight. Raises InvalidRequestError for a kind that there is not."""
    if not scene.data.kinds:
        return dict(USUAL)
    known = {name: name for name in get_args(RowKind)}
    weights: dict[RowKind, float] = {}
    for share in scene.data.kinds:
        if share.kind not in known:
            raise InvalidRequestError(
                f"The scene {scene.name} asks for rows of the kind {share.kind!r}.",
                remedy=f"There are {', '.join(known)}.",
            )
        weights[known[share.kind]] = share.weight
    return weights


def questions_wanted(rows: int, weights: Mapping[RowKind, float]) -> dict[RowKind, int]:
    """Kind → how many questions are asked for so many rows."""
    whole = sum(weights.values()) or 1
    return {
        kind: int(rows * weight / whole * _ASKED_FOR_EACH) + _SPARE
        for kind, weight in weights.items()
        if weight > 0
    }


def shared_out(
    total: int, weights: Mapping[RowKind, float], available: Mapping[RowKind, int]
) -> dict[RowKind, int]:
    """Kind → rows, `total` together as far as there are so many.

    What one kind cannot give is shared among the others by their weights; the largest remainder
    decides the last rows.
    """
    counts: dict[RowKind, int] = dict.fromkeys(weights, 0)
    open_kinds = {kind for kind in weights if weights[kind] > 0 and available.get(kind, 0) > 0}
    left = total
    while left > 0 and open_kinds:
        whole = sum(weights[kind] for kind in open_kinds)
        exact = {kind: left * weights[kind] / whole for kind in sorted(open_kinds)}
        given = {kind: int(amount) for kind, amount in exact.items()}
        for kind in sorted(exact, key=lambda name: (given[name] - exact[name], name)):
            if sum(given.values()) == left:
                break
            given[kind] += 1
        for kind, amount in given.items():
            taken = min(amount, available[kind] - counts[kind])
            counts[kind] += taken
            left -= taken
        open_kinds = {kind for kind in open_kinds if counts[kind] < available[kind]}
    return {kind: count for kind, count in counts.items() if count}
