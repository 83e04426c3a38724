"""Several items under way at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


async def side_by_side(
    items: Iterable[Item], ask: Callable[[Item], Awaitable[Result]], *, at_once: int
) -> AsyncIterator[Result]:
    """What `ask` gives for each item, as it comes, `at_once` of them under way.

    When one fails the others under way are still heard, since they may have been paid for; then it
    raises. Leaving the stream cancels what is under way.
    """
    waiting = iter(items)
    under_way = {asyncio.ensure_future(ask(item)) for item in islice(waiting, at_once)}
    failure: BaseException | None = None
    try:
        while under_way:
            done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            failure = failure or next((one.exception() for one in done if one.exception()), None)
            for one in done:
                if one.exception() is None:
                    yield one.result()
            # Only now: whoever is slow to take what came is not sent more, which may be paid for.
            if failure is None:
                under_way |= {
                    asyncio.ensure_future(ask(item)) for item in islice(waiting, len(done))
                }
    finally:
        for one in under_way:
            one.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
    if failure is not None:
        raise failure
