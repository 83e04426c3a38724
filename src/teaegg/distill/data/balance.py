"""Which of the clean questions become rows: so many of each kind, no document more than its turn."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import zip_longest

from teaegg.distill.data.general import general_items
from teaegg.distill.data.records import Asked
from teaegg.distill.data.shares import ASKED, shared_out
from teaegg.distill.rows import RowKind
from teaegg.retrieval.query import Language

_SHAPED: tuple[RowKind, ...] = ("unanswerable", "adversarial")
_GENERAL: tuple[RowKind, ...] = ("out_of_scope", "replay")
_BROUGHT_SHARE = 0.5
"""Of all rows: what people ask most must not crowd out that nothing is said, hidden orders and the like."""


def balanced(
    items: Sequence[Asked],
    weights: Mapping[RowKind, float],
    total: int,
    *,
    language: Language,
    known: Collection[str] = (),
    known_share: float = 1.0,
    brought: Sequence[Asked] = (),
    seed: int,
) -> list[Asked]:
    """`total` items as far as there are so many, shared out by `weights`, in an order of `seed`.

    Within a kind documents take turns. Of the items in `known` (the student answers them already) at
    most `known_share` of a kind's rows are taken. Unanswerable and adversarial ones are made from
    questions that are not used otherwise, or else from used ones: the same question with and without
    its passage is a good lesson too. Of what people `brought` at most half of the rows are taken, and
    as many more as the others leave room for.
    """
    generator = random.Random(f"balance {seed}")  # noqa: S311 -- an order, not a secret
    pools: dict[RowKind, list[Asked]] = {
        kind: _in_turns([item for item in items if item.kind == kind], generator) for kind in ASKED
    }
    general = {kind: list(general_items(kind, language)) for kind in _GENERAL}
    answerable = [item for pool in pools.values() for item in pool if item.kind != "follow_up"]
    available = to_choose_from({kind: len(pool) for kind, pool in pools.items()}, language)
    room = total - sum(shared_out(total, weights, available).values())
    most = max(int(total * _BROUGHT_SHARE), room)
    chosen = _in_turns(brought, generator)[:most]
    counts = shared_out(total - len(chosen), weights, available)
    for kind in ASKED:
        chosen += _least_known(pools[kind], counts.get(kind, 0), known, known_share)
    used = {item.id for item in chosen}
    spare = _in_turns([item for item in answerable if item.id not in used], generator)
    again = _in_turns([item for item in answerable if item.id in used], generator)
    for kind in _SHAPED:
        wanted = counts.get(kind, 0)
        taken = [*spare[:wanted], *again[: max(0, wanted - len(spare))]]
        spare, again = spare[wanted:], again[max(0, wanted - len(spare)) :]
        chosen += [_shaped(item, kind) for item in taken]
    for kind in _GENERAL:
        generator.shuffle(general[kind])
        chosen += general[kind][: counts.get(kind, 0)]
    generator.shuffle(chosen)
    return chosen


def to_choose_from(asked: Mapping[RowKind, int], language: Language) -> dict[RowKind, int]:
    """Kind → how many rows there can be, of so many questions that were `asked` of each kind."""
    answerable = sum(count for kind, count in asked.items() if kind != "follow_up")
    general = {kind: sum(1 for _ in general_items(kind, language)) for kind in _GENERAL}
    return {**asked, **general, **dict.fromkeys(_SHAPED, answerable)}


def _least_known(
    pool: Sequence[Asked], wanted: int, known: Collection[str], known_share: float
) -> list[Asked]:
    """The first `wanted` of `pool`, with at most `known_share` of them known.

    Where there is not enough unknown there are fewer rows: what is known already teaches nothing.
    """
    room = int(wanted * known_share)
    taken: list[Asked] = []
    for item in pool:
        if len(taken) == wanted:
            break
        if item.id in known:
            if room == 0:
                continue
            room -= 1
        taken.append(item)
    return taken


def _in_turns(items: Iterable[Asked], generator: random.Random) -> list[Asked]:
    """One of each document in turn."""
    by_document: dict[tuple[str, ...], list[Asked]] = defaultdict(list)
    for item in items:
        by_document[item.documents].append(item)
    for own in by_document.values():
        generator.shuffle(own)
    groups = [by_document[name] for name in sorted(by_document)]
    generator.shuffle(groups)
    return [item for turn in zip_longest(*groups) for item in turn if item is not None]


def _shaped(item: Asked, kind: RowKind) -> Asked:
    return item.model_copy(update={"id": f"{item.id}-{kind[:2]}", "kind": kind})
