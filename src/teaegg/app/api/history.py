"""Answers given earlier, shown only as far as their asker may still read what they rest on."""

from __future__ import annotations

from typing import Any

from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.errors import NotFoundError

_ANSWER_FIELDS = ("verdict", "answer", "sentences", "nearest", "mode", "confidence", "trace")


async def earlier_answer(workspace: Workspace, actor: Actor, trace: str) -> dict[str, Any] | None:
    """The answer of `trace` in the shape of `answer_record`, or None when it may not be shown."""
    try:
        record = await workspace.trace(actor, trace)
    except NotFoundError:
        return None
    answer = {name: record[name] for name in _ANSWER_FIELDS}
    # Records from before versions were told have none.
    return {**answer, "versions": record.get("versions", {}), "timings": record["timings_ms"]}
