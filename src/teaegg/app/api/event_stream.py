"""Server-Sent Events: one `event:` name and one line of JSON each, in UTF-8."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi.responses import StreamingResponse

from teaegg.app.api.errors import error_body, status_of

ErrorBody = Callable[[Exception], dict[str, Any]]
_LOG = logging.getLogger(__name__)


def frame(data: dict[str, Any], *, event: str = "") -> str:
    """One event of the stream."""
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n"


async def stream(
    frames: AsyncIterator[str], *, on_error: ErrorBody = error_body, event: str = "error"
) -> StreamingResponse:
    """The frames as they come.

    What goes wrong before the first one is raised, so that it has its HTTP status; what goes wrong
    later becomes a last event.
    """
    first = await anext(frames, "")
    return StreamingResponse(
        _to_the_end(first, frames, on_error, event),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _to_the_end(
    first: str, frames: AsyncIterator[str], on_error: ErrorBody, event: str
) -> AsyncIterator[str]:
    yield first
    try:
        async for text in frames:
            yield text
    except Exception as error:
        if status_of(error)[0] >= 500:
            _LOG.error("A streamed answer broke off: %s", error, exc_info=error)
        yield frame(on_error(error), event=event)
