"""The policy of `turns` as a place where requests wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from teaegg.core.errors import ModelUnavailableError
from teaegg.serving.experts.turns import Turns


class Queue:
    """`now` gives seconds; more than `most_waiting` requests are told to come back later."""

    def __init__(self, turns: Turns, *, now: Callable[[], float], most_waiting: int) -> None:
        self._turns = turns
        self._now = now
        self._most_waiting = most_waiting
        self._called: dict[int, asyncio.Future[None]] = {}

    @asynccontextmanager
    async def turn(self, expert: str | None) -> AsyncIterator[None]:
        """Waits for a turn and holds it. Raises ModelUnavailableError when the queue is full."""
        if self._turns.waiting >= self._most_waiting:
            raise ModelUnavailableError(
                f"{self._turns.waiting} questions are waiting already.",
                remedy="Try again in a moment.",
            )
        ticket = self._turns.ask(expert, self._now())
        self._called[ticket] = asyncio.get_running_loop().create_future()
        try:
            self._call()
            await self._called[ticket]
            yield
        finally:
            del self._called[ticket]
            self._turns.leave(ticket)
            self._call()

    def _call(self) -> None:
        while request := self._turns.start(self._now()):
            called = self._called[request.ticket]
            if not called.done():
                called.set_result(None)
