"""Learning again whenever something changes, until a person or the system says stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from watchfiles import awatch

from teaegg.app.cli.learning import LearnReport
from teaegg.app.cli.output import complain, note
from teaegg.core.errors import TeaEggError

_SETTLED_MS = 800
"""Changes that follow each other this closely are one: an editor writes a file in several steps."""


async def watch(
    places: Sequence[Path],
    again: Callable[[], Awaitable[LearnReport]],
    show: Callable[[LearnReport], None],
    *,
    seconds: float,
) -> None:
    """Call `again` when something below `places` changes, and every `seconds` in any case.

    What a network drive or a remote source changes announces itself to nobody, hence the second.
    An error is told and the watch goes on; SIGINT and SIGTERM end it cleanly.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    note("Watching. Ctrl-C ends it.")
    try:
        async for _ in _occasions(places, stopped, seconds):
            await _learned_unless_stopped(again, show, stopped)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
    note("Stopped watching.")


async def _occasions(
    places: Sequence[Path], stopped: asyncio.Event, seconds: float
) -> AsyncIterator[None]:
    while not stopped.is_set():
        there = [place for place in places if await asyncio.to_thread(place.exists)]
        if there:
            await _changed(there, stopped, seconds)
        else:
            await _passed(stopped, seconds)
        if not stopped.is_set():
            yield


async def _changed(places: Sequence[Path], stopped: asyncio.Event, seconds: float) -> None:
    """Until something below `places` changes, `seconds` have passed or `stopped` is set."""
    try:
        # One round: a place that was replaced by another of the same name is watched anew.
        async for _ in awatch(
            *places,
            stop_event=stopped,
            step=_SETTLED_MS // 4,
            debounce=_SETTLED_MS,
            rust_timeout=round(seconds * 1000),
            yield_on_timeout=True,
        ):
            break
    except OSError:
        # A place went since it was seen, or the system gives no more watches: looking by the clock.
        await _passed(stopped, seconds)


async def _passed(stopped: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)


async def _learned_unless_stopped(
    again: Callable[[], Awaitable[LearnReport]],
    show: Callable[[LearnReport], None],
    stopped: asyncio.Event,
) -> None:
    learning = asyncio.ensure_future(again())
    waiting = asyncio.ensure_future(stopped.wait())
    await asyncio.wait((learning, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not learning.done():
        learning.cancel()
        await asyncio.wait((learning,))
        return
    try:
        report = learning.result()
    except TeaEggError as error:
        complain(error)
        return
    if report.has_news:
        show(report)
