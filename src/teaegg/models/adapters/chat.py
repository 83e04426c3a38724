"""One adapter as a chat model: the prompt is rendered by the house's own template."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from teaegg.models.base import Choice, Message
from teaegg.models.llama.choosing import check_options, choose
from teaegg.models.llama.engine import Engine
from teaegg.models.llama.streaming import completion_text, pieces
from teaegg.models.templates import ChatTemplate


class Speakers(Protocol):
    """Where adapters are: see `AdapterServer`."""

    executor: ThreadPoolExecutor

    @property
    def base_name(self) -> str: ...

    def fingerprint(self, name: str | None) -> str: ...

    def speaking(
        self, name: str | None
    ) -> AbstractAsyncContextManager[tuple[Engine, int | None]]: ...


class AdapterChat:
    """Speaks with `adapter` (None: the bare base) behind `template`, from one server with others."""

    def __init__(
        self,
        server: Speakers,
        adapter: str | None,
        template: ChatTemplate,
        *,
        remember: bool = False,
    ) -> None:
        self._server = server
        self._adapter = adapter
        self._template = template
        self._remember = remember

    @property
    def name(self) -> str:
        return self._adapter or self._server.base_name

    @property
    def fingerprint(self) -> str:
        """Of base and adapter together, once they have been loaded; "" before."""
        return self._server.fingerprint(self._adapter)

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        body = {
            "prompt": self._template.prompt(messages),
            "max_tokens": max_tokens,
            "temperature": temperature,
            "stop": list(self._template.ends),
            # A remembered prompt is computed in other batches than a new one, and the last digits
            # that differ can tip a close decision: the same question shall have the same answer.
            "cache_prompt": self._remember,
        }
        async with self._server.speaking(self._adapter) as (engine, index):
            arriving = pieces(
                lambda forward: engine.stream(body, forward, adapter=index),
                completion_text,
                executor=self._server.executor,
            )
            try:
                async for piece in arriving:
                    yield piece
            finally:
                await arriving.aclose()

    async def choose(self, prompt: str, options: Sequence[str], *, picks: int) -> Choice:
        check_options(options)
        async with self._server.speaking(self._adapter) as (engine, index):
            return await asyncio.get_running_loop().run_in_executor(
                self._server.executor,
                lambda: choose(
                    lambda body: engine.complete(body, adapter=index), prompt, list(options), picks
                ),
            )

    async def close(self) -> None:
        """The server belongs to others as well and stays."""
