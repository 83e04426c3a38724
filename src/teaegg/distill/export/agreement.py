"""How alike two models speak: the same next tokens, and distributions close to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class Agreement:
    """Over all compared positions: the share with the same likely token, and the mean divergence.

    `divergence` is the Kullback-Leibler divergence in nats of the engine's next-token distribution
    from the trainer's; what is not among the engine's likeliest tokens counts as one outcome.
    """

    positions: int
    same_tokens: float
    divergence: float

    def __str__(self) -> str:
        return (
            f"{self.same_tokens:.0%} same tokens and {self.divergence:.4f} nats over "
            f"{self.positions} positions"
        )


def agreement(divergences: Sequence[float], same: Sequence[bool]) -> Agreement:
    return Agreement(len(same), float(np.mean(same)), float(np.mean(divergences)))


def divergence(reference: NDArray[np.float32], likeliest: Mapping[int, float]) -> float:
    """`reference` holds log-probabilities of the whole vocabulary, `likeliest` those of some tokens."""
    tokens = list(likeliest)
    p = np.exp(reference[tokens].astype(np.float64))
    q = np.exp(np.array([likeliest[token] for token in tokens]))
    p, q = np.append(p, 1 - p.sum()), np.append(q, 1 - q.sum())
    p, q = np.clip(p, _SMALLEST, 1), np.clip(q, _SMALLEST, 1)
    return float(max(0.0, (p * np.log(p / q)).sum()))
