"""Experts on this machine: one llama.cpp, and a queue that keeps requests of one expert together."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

from teaegg.models.adapters.server import AdapterServer
from teaegg.models.base import ChatModel, Choice, Message
from teaegg.models.templates import ChatTemplate
from teaegg.serving.experts.queueing import Queue
from teaegg.serving.experts.turns import Turns

PATIENCE_SECONDS = 5.0
MOST_PASSED = 8
MOST_WAITING = 256


class LocalExperts:
    """An `ExpertHost` on an `AdapterServer`, which it closes; GGUF adapters by name."""

    def __init__(self, server: AdapterServer, *, now: Callable[[], float] = time.monotonic) -> None:
        self._server = server
        turns = Turns(
            slots=server.slots, patience_seconds=PATIENCE_SECONDS, most_passed=MOST_PASSED
        )
        self._queue = Queue(turns, now=now, most_waiting=MOST_WAITING)

    @property
    def loaded(self) -> tuple[str, ...]:
        return self._server.known

    async def load(self, adapters: Mapping[str, Path]) -> None:
        await self._server.load(adapters)

    async def unload(self, name: str) -> None:
        await self._server.unload(name)

    def chat(self, name: str | None, template: ChatTemplate) -> ChatModel:
        return _InTurn(self._server.chat(name, template), self._queue, name)

    async def close(self) -> None:
        await self._server.close()


class _InTurn:
    """A chat model whose every request waits for its turn."""

    def __init__(self, chat: ChatModel, queue: Queue, expert: str | None) -> None:
        self._chat = chat
        self._queue = queue
        self._expert = expert

    @property
    def name(self) -> str:
        return self._chat.name

    @property
    def fingerprint(self) -> str:
        return self._chat.fingerprint

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        async with self._queue.turn(self._expert):
            arriving = self._chat.stream(messages, max_tokens=max_tokens, temperature=temperature)
            try:
                async for piece in arriving:
                    yield piece
            finally:
                if close := getattr(arriving, "aclose", None):
                    await close()

    async def choose(self, prompt: str, options: Sequence[str], *, picks: int) -> Choice:
        async with self._queue.turn(self._expert):
            return await self._chat.choose(prompt, options, picks=picks)

    async def close(self) -> None:
        """The host belongs to others as well and stays."""
