"""How fast an endpoint is asked: calls and tokens in any minute, and the pauses that it asks for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from teaegg.core.clock import Clock

Sleep = Callable[[float], Awaitable[None]]

_MINUTE_SECONDS = 60.0
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_DOUBLING = 10


@dataclass(slots=True)
class Sent:
    """One call in the window. `tokens` begins as the most it can take and is put right afterwards."""

    at_seconds: float
    tokens: int


class Pace:
    """A sliding window of one minute: what any sixty seconds hold stays within both limits.

    Limits of 0 are none. A single call larger than the limit goes out alone.
    """

    def __init__(
        self, *, requests_per_minute: int, tokens_per_minute: int, clock: Clock, sleep: Sleep
    ) -> None:
        self._requests = requests_per_minute
        self._tokens = tokens_per_minute
        self._clock = clock
        self._sleep = sleep
        self._window: deque[Sent] = deque()
        self._closed_until = 0.0
        self._turn = asyncio.Lock()

    async def turn(self, tokens: int) -> Sent:
        """Wait until a call of `tokens` may go out, in the order of asking."""
        async with self._turn:
            while (wait := self._wait_seconds(tokens)) > 0:
                await self._sleep(wait)
            sent = Sent(self._clock.monotonic_seconds(), tokens)
            self._window.append(sent)
            return sent

    def pause(self, seconds: float) -> None:
        """Nothing goes out for so long: the endpoint asked for it, and it means all of us."""
        self._closed_until = max(self._closed_until, self._clock.monotonic_seconds() + seconds)

    def _wait_seconds(self, tokens: int) -> float:
        now = self._clock.monotonic_seconds()
        while self._window and self._window[0].at_seconds <= now - _MINUTE_SECONDS:
            self._window.popleft()
        if self._closed_until > now:
            return self._closed_until - now
        if self._window and not self._fits(tokens):
            return self._window[0].at_seconds + _MINUTE_SECONDS - now
        return 0.0

    def _fits(self, tokens: int) -> bool:
        if self._requests and len(self._window) >= self._requests:
            return False
        in_window = sum(sent.tokens for sent in self._window)
        return not self._tokens or in_window + tokens <= self._tokens


def pause_seconds(tries: int, asked_seconds: float | None, chance: float) -> float:
    """Before the next try, after `tries`: as long as the endpoint asks, else doubling from a second.

    `chance` from 0 to 1 spreads clients that failed together ("full jitter", half of it kept).
    """
    if asked_seconds is not None:
        return asked_seconds
    doubled = _FIRST_PAUSE_SECONDS * 2.0 ** min(tries - 1, _LONGEST_DOUBLING)
    return doubled * (0.5 + 0.5 * chance)
