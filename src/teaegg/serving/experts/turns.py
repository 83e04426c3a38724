"""Whose turn it is: requests for the same expert go together, and nobody waits for ever.

A pure policy; time is an argument. llama.cpp computes requests of one adapter in one batch and those of
different adapters one after the other, so a mixed load is quickest when groups stay together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """`expert` None is the bare base; `since` in seconds of the caller's clock."""

    ticket: int
    expert: str | None
    since: float


class Turns:
    """At most `slots` run at a time.

    The oldest request goes first, unless one for an expert that is speaking already can join its batch.
    A younger one may pass an older one so at most `most_passed` times, and never one that has waited
    `patience_seconds`: so the wait of every request is bounded by those before it and `most_passed` more.
    """

    def __init__(self, *, slots: int, patience_seconds: float, most_passed: int) -> None:
        self._slots = slots
        self._patience = patience_seconds
        self._most_passed = most_passed
        self._waiting: dict[int, Request] = {}
        self._passed: Counter[int] = Counter()
        self._running: dict[int, Request] = {}
        self._next_ticket = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def running(self) -> int:
        return len(self._running)

    def ask(self, expert: str | None, now: float) -> int:
        """A place in the queue; its number grows with every request."""
        ticket = self._next_ticket
        self._next_ticket += 1
        self._waiting[ticket] = Request(ticket, expert, now)
        return ticket

    def start(self, now: float) -> Request | None:
        """The request that may begin now, if any; it runs until `leave`."""
        if not self._waiting or len(self._running) >= self._slots:
            return None
        oldest = next(iter(self._waiting.values()))
        chosen = oldest if self._may_not_wait(oldest, now) else self._joining() or oldest
        for older in self._waiting:
            if older >= chosen.ticket:
                break
            self._passed[older] += 1
        self._forget(chosen.ticket)
        self._running[chosen.ticket] = chosen
        return chosen

    def leave(self, ticket: int) -> None:
        """It is done, or was given up while it waited."""
        self._running.pop(ticket, None)
        self._forget(ticket)

    def _may_not_wait(self, oldest: Request, now: float) -> bool:
        return (
            now - oldest.since >= self._patience or self._passed[oldest.ticket] >= self._most_passed
        )

    def _joining(self) -> Request | None:
        speaking = {request.expert for request in self._running.values()}
        return next(
            (request for request in self._waiting.values() if request.expert in speaking), None
        )

    def _forget(self, ticket: int) -> None:
        self._waiting.pop(ticket, None)
        self._passed.pop(ticket, None)
