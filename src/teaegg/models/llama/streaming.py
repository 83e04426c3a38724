"""From a call that blocks and hands out chunks to an asynchronous stream of text."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor
from typing import Any

from teaegg.models.llama.engine import Forward


async def pieces(
    run: Callable[[Forward], None],
    text_of: Callable[[dict[str, Any]], str],
    *,
    executor: Executor | None = None,
) -> AsyncGenerator[str, None]:
    """The texts of the chunks that `run` forwards, as they come; never an empty one.

    `run` works in a thread of `executor` and is told to stop when the stream is left. What it raises
    is raised here, after the pieces that came before.
    """
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[str | None] = asyncio.Queue()
    stopped = threading.Event()

    def forward(chunk: dict[str, Any]) -> bool:
        if piece := text_of(chunk):
            loop.call_soon_threadsafe(arrived.put_nowait, piece)
        return stopped.is_set()

    worker = loop.run_in_executor(executor, run, forward)
    worker.add_done_callback(lambda _: arrived.put_nowait(None))
    try:
        while (piece := await arrived.get()) is not None:
            yield piece
        await worker
    finally:
        stopped.set()
        # Its failure after the stream was left interests nobody; `gather` takes note of it.
        await asyncio.gather(worker, return_exceptions=True)


def completion_text(chunk: dict[str, Any]) -> str:
    """The text of a chunk of /completions."""
    choices = chunk.get("choices") or [{}]
    return choices[0].get("text") or ""


def chat_text(chunk: dict[str, Any]) -> str:
    """The text of a chunk of /chat/completions."""
    choices = chunk.get("choices") or [{}]
    return choices[0].get("delta", {}).get("content") or ""
