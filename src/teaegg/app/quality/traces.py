"""Traces on behalf of an actor: who may read how an answer came about."""

from __future__ import annotations

from typing import Any

from teaegg.access.service import Access
from teaegg.core.actors import Actor
from teaegg.core.errors import NotFoundError
from teaegg.store.documents import DocumentRecords
from teaegg.store.traces import TraceRecords


class ReadableTraces:
    """A trace that an actor may not read looks like one that is not there."""

    def __init__(self, traces: TraceRecords, access: Access, documents: DocumentRecords) -> None:
        self._traces = traces
        self._access = access
        self._documents = documents

    async def read(self, actor: Actor, trace: str) -> dict[str, Any]:
        """The full record of an answer. Owners read every trace, others their own, and only while
        they may still read every document that it names: grants may have been taken back since.

        Raises NotFoundError.
        """
        record = await self._traces.get(trace, user=None if actor.is_owner else actor.name)
        if record is None or not await self._may_still_read(actor, record):
            raise NotFoundError(f"There is no trace {trace[:80]!r}.", remedy="Check the id.")
        return record

    async def _may_still_read(self, actor: Actor, record: dict[str, Any]) -> bool:
        if actor.is_owner:
            return True
        quoted = [c for sentence in record["sentences"] for c in sentence["citations"]]
        named = {item["document"] for item in (*quoted, *record["nearest"], *record["evidence"])}
        visible = await self._access.visible(actor)
        found = [await self._documents.get(name, visible=visible) for name in named]
        return all(found)
