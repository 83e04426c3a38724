"""Sources that are kept in step, for whoever manages; for everybody else there is nothing here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from teaegg.app.api.identity import TheManager, TheWorkspace
from teaegg.app.source_states import SourceState
from teaegg.ingest.learning.outcomes import LearnProgress
from teaegg.ingest.sources.addresses import shown_address
from teaegg.ingest.sources.factory import kind_of

router = APIRouter(prefix="/sources", tags=["sources"])

Text = Annotated[str, Field(min_length=1, max_length=2000)]


class NewSource(BaseModel):
    """A web page, or a folder below one that the settings offer; `schedule` "" for: when asked."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=100)
    address: Text
    collection: str = Field(max_length=100)
    schedule: str = Field("", max_length=40)


@router.get("")
async def sources(manager: TheManager, workspace: TheWorkspace) -> dict[str, Any]:
    """Every source with how it stands, and `folders` below which one may be added."""
    states = await workspace.sources.states(manager)
    return {
        "sources": [source_record(state) for state in states],
        "folders": list(workspace.sources.offered_folders(manager)),
    }


@router.post("", status_code=201)
async def add(new: NewSource, manager: TheManager, workspace: TheWorkspace) -> dict[str, Any]:
    """Remembers a source; nothing is fetched yet."""
    await workspace.sources.add_offered(
        manager, new.name, new.address, new.collection, schedule=new.schedule
    )
    return source_record(await workspace.sources.state(manager, new.name))


@router.get("/{source}")
async def source(source: str, manager: TheManager, workspace: TheWorkspace) -> dict[str, Any]:
    """One source; `documents` is how many were learned from it and are still known."""
    state = await workspace.sources.state(manager, source)
    known = await workspace.sources.documents_of(manager, source)
    return {**source_record(state), "documents": len(known)}


@router.post("/{source}/run", status_code=202)
async def run(source: str, manager: TheManager, workspace: TheWorkspace) -> dict[str, Any]:
    """Begins to bring it in step; 409 while that is going on."""
    await workspace.sources.start(manager, source)
    return source_record(await workspace.sources.state(manager, source))


@router.post("/{source}/pause")
async def pause(source: str, manager: TheManager, workspace: TheWorkspace) -> dict[str, Any]:
    await workspace.sources.pause(manager, source)
    return source_record(await workspace.sources.state(manager, source))


@router.post("/{source}/resume")
async def resume(source: str, manager: TheManager, workspace: TheWorkspace) -> dict[str, Any]:
    await workspace.sources.pause(manager, source, paused=False)
    return source_record(await workspace.sources.state(manager, source))


@router.delete("/{source}")
async def remove(
    source: str,
    manager: TheManager,
    workspace: TheWorkspace,
    documents: Literal["keep", "forget"] = "keep",
) -> dict[str, Any]:
    """No longer keeps it in step; its documents stay unless `documents` is `forget`."""
    gone = await workspace.sources.remove(manager, source, forget=documents == "forget")
    return {"removed": source, "forgotten": gone}


def source_record(state: SourceState) -> dict[str, Any]:
    """A source as JSON; what could be a secret in its address is hidden."""
    record = state.record
    moments = {
        "added_at": record.added_at,
        "tried_at": record.tried_at,
        "succeeded_at": record.succeeded_at,
        "next_run": state.next_run,
    }
    return {
        "name": record.name,
        "kind": kind_of(record.address),
        "address": shown_address(record.address),
        "collection": record.collection,
        "schedule": record.schedule,
        "permissions": record.permissions,
        "added_by": record.added_by,
        "status": state.status,
        "paused": record.paused,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        "error": record.error,
        "remedy": record.remedy,
        "counts": dict(record.counts),
        "progress": _progress_record(state.progress),
    }


def _progress_record(progress: LearnProgress | None) -> dict[str, int] | None:
    if progress is None:
        return None
    return {"done": progress.done, "total": progress.total, "passages": progress.passages}
