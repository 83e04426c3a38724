"""Answers given earlier, shown only as far as their asker may still read what they rest on."""

from __future__ import annotations

from typing import Any

from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.errors import NotFoundError

_ANSWER_FIELDS = ("verdict", "answer", "sentences", "nearest", "mode", "confidence", "trace")


async def readable_trace(workspace: Workspace, actor: Actor, trace: str) -> dict[str, Any]:
    """The record of an answer. Grants may have been taken back since, or documents removed.

    Raises NotFoundError when the trace is not the actor's, and when it names a document that the
    actor may not know of today. Owners read the record whatever has become of the documents.
    """
    record = await workspace.trace(actor, trace)
    if not actor.is_owner:
        for document in _documents_of(record):
            await workspace.document(actor, document)
    return record


async def earlier_answer(workspace: Workspace, actor: Actor, trace: str) -> dict[str, Any] | None:
    """The answer of `trace` in the shape of `answer_record`, or None when it may not be shown."""
    try:
        record = await readable_trace(workspace, actor, trace)
    except NotFoundError:
        return None
    answer = {name: record[name] for name in _ANSWER_FIELDS}
    return {**answer, "timings": record["timings_ms"]}


def _documents_of(record: dict[str, Any]) -> set[str]:
    quoted = [citation for sentence in record["sentences"] for citation in sentence["citations"]]
    return {item["document"] for item in (*quoted, *record["nearest"], *record["evidence"])}
