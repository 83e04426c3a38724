"""Answers given earlier, shown only as far as their asker may still read what they rest on."""

from __future__ import annotations

from typing import Any

from teaegg.app.records import feedback_record, shown_version
from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.errors import NotFoundError
from teaegg.retrieval.tracing import version_note

_ANSWER_FIELDS = ("verdict", "answer", "sentences", "nearest", "mode", "confidence", "trace")


async def earlier_answer(workspace: Workspace, actor: Actor, trace: str) -> dict[str, Any] | None:
    """The answer of `trace` in the shape of `answer_record`, or None when it may not be shown."""
    try:
        record = await workspace.trace(actor, trace)
    except NotFoundError:
        return None
    answer = {name: record[name] for name in _ANSWER_FIELDS}
    # Records from before versions were told have none.
    versions = {
        document: shown_version(version_note(told))
        for document, told in record.get("versions", {}).items()
    }
    own = await workspace.opinions.own(actor, [trace])
    return {
        **answer,
        "versions": versions,
        "timings": record["timings_ms"],
        "feedback": feedback_record(own[trace]) if trace in own else None,
    }
