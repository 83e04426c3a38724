"""Letters that an examinee prefers whatever stands behind them, taken out of its choice.

Language models favour some places among the options ("A" more often than it is right), so their accuracy
depends on where the right ones happen to stand. Zheng et al. 2024 ("Large Language Models Are Not Robust
Multiple Choice Selectors", ICLR) read what is observed as a prior of the place times a belief about the
content, up to a factor. With the options of some items shown in every rotation the prior can be told from
the belief (their PriDe); the other items, read once, are divided by it. Averages are of logarithms,
as that model has it: then what an examinee prefers by place drops out altogether.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

Option = TypeVar("Option")
Nats = Sequence[float]
"""Log-likelihoods of the options of one item, by the place at which they were shown."""


def rotated(options: Sequence[Option], shift: int) -> tuple[Option, ...]:
    """The options as shown in rotation `shift` (0: as they are): place p shows option p + shift."""
    shift %= max(1, len(options))
    return (*options[shift:], *options[:shift])


def items_to_rotate(items: Sequence[str], share: float) -> list[str]:
    """Of item ids that `share` (at least one) by which the prior is estimated, favouring none: by hash.

    Zheng et al. find that 5 % of an exam do; the smaller the exam, the larger the share should be.
    Raises ValueError for a share that is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share is above 0 and at most 1, not {share}")
    drawn = sorted(items, key=lambda name: hashlib.sha256(name.encode()).digest())
    return drawn[: max(1, round(share * len(items)))]


def corrected(read: Mapping[str, Sequence[Nats]]) -> dict[str, tuple[float, ...]]:
    """Item id → for each option, in the item's own order, the logarithm of the belief in it (shares of 1).

    `read` holds for each item either all rotations, from 0 on, or rotation 0 alone. The prior is that of
    the rotated items with as many options. Raises ValueError for an item with another number of
    rotations, or without an option, and where an item was read once and none like it was rotated.
    """
    sizes = {name: _size(name, turns) for name, turns in read.items()}
    priors = {
        size: position_prior(
            [turns for name, turns in read.items() if sizes[name] == len(turns) == size]
        )
        for size in set(sizes.values())
        if any(sizes[name] == len(turns) == size for name, turns in read.items())
    }
    if lacking := sorted(name for name, size in sizes.items() if size not in priors):
        raise ValueError(f"no item with as many options as {lacking[0]} was read in all rotations")
    return {
        name: belief(turns)
        if len(turns) == sizes[name]
        else _shares(
            [nats - prior for nats, prior in zip(turns[0], priors[sizes[name]], strict=True)]
        )
        for name, turns in read.items()
    }


def belief(turns: Sequence[Nats]) -> tuple[float, ...]:
    """Of all rotations of one item the logarithm of the share of each option: every option stood at
    every place once, so that the places' prior is the same for all."""
    shares = [_shares(nats) for nats in turns]
    size = len(turns)
    return _shares(
        [
            math.fsum(shares[shift][(option - shift) % size] for shift in range(size)) / size
            for option in range(size)
        ]
    )


def position_prior(items: Sequence[Sequence[Nats]]) -> tuple[float, ...]:
    """The logarithm of the share that each place gets whatever it shows, over items read in all
    rotations. Raises ValueError where there are none."""
    if not items:
        raise ValueError("a prior needs items that were read in all rotations")
    priors = [_place_shares(turns) for turns in items]
    return tuple(
        math.log(math.fsum(math.exp(prior[place]) for prior in priors) / len(priors))
        for place in range(len(priors[0]))
    )


def _place_shares(turns: Sequence[Nats]) -> tuple[float, ...]:
    """At each place every option of one item stood once: what is left is the place."""
    shares = [_shares(nats) for nats in turns]
    return _shares([math.fsum(column) / len(turns) for column in zip(*shares, strict=True)])


def _shares(nats: Nats) -> tuple[float, ...]:
    """Logarithms of shares that sum to 1."""
    highest = max(nats)
    whole = highest + math.log(math.fsum(math.exp(value - highest) for value in nats))
    return tuple(value - whole for value in nats)


def _size(name: str, turns: Sequence[Nats]) -> int:
    """How many options the item has."""
    size = len(turns[0]) if turns else 0
    if not size or len(turns) not in (1, size) or any(len(nats) != size for nats in turns):
        raise ValueError(f"{name} was read in {len(turns)} rotations of {size} options")
    return size
