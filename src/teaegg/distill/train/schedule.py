"""How far a run is, and the learning rate there."""

from __future__ import annotations

import math


def learning_rate_share(done: float, warmup: float) -> float:
    """1 at the end of the warm-up, along a half cosine to 0 at the end (Loshchilov and Hutter 2017).

    `done` and `warmup` are shares of the run, 0 to 1.
    """
    if done < warmup:
        return done / warmup
    if warmup >= 1:
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (done - warmup) / (1 - warmup))))


def share_done(step: float, steps: int, seconds: float, minutes: float) -> float:
    """By steps, or by time where a bound in minutes comes first: the rate is always 0 at the end."""
    by_steps = step / max(1, steps)
    return min(1.0, max(by_steps, seconds / (60 * minutes) if minutes else 0.0))
