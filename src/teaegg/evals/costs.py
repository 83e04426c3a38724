"""What a sitting cost beside what it scored: waiting, tokens, money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from teaegg.core.exams import Response


@dataclass(frozen=True, slots=True)
class Cost:
    """Of `responses` in all. Seconds are those of one response, None where none was timed; tokens and
    `price` (currency of the settings) are sums. `price` is None where nobody counted, `priced` says how
    many responses it is the sum of: a sum over a part is a lower bound.
    """

    responses: int
    seconds_median: float | None
    seconds_p95: float | None
    first_seconds_median: float | None
    prompt_tokens: int
    answer_tokens: int
    price: float | None
    priced: int


def cost_of(responses: Iterable[Response]) -> Cost:
    """All of a sitting's responses, in any order. A time of 0 or less was not measured."""
    kept = list(responses)
    seconds = [response.seconds for response in kept]
    prices = [response.price for response in kept if response.price is not None]
    return Cost(
        responses=len(kept),
        seconds_median=_percentile(seconds, 50),
        seconds_p95=_percentile(seconds, 95),
        first_seconds_median=_percentile([response.first_seconds for response in kept], 50),
        prompt_tokens=sum(response.prompt_tokens for response in kept),
        answer_tokens=sum(response.answer_tokens for response in kept),
        price=float(np.sum(sorted(prices))) if prices else None,
        priced=len(prices),
    )


def _percentile(seconds: Iterable[float | None], rank: float) -> float | None:
    measured = [value for value in seconds if value is not None and value > 0]
    return float(np.percentile(measured, rank)) if measured else None
