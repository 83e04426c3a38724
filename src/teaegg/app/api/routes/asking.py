"""Questions, searches and traces."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from teaegg.app.api.event_stream import frame, stream
from teaegg.app.api.identity import TheActor, TheWorkspace
from teaegg.app.records import event_record, search_record
from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.answers import AskedMode
from teaegg.retrieval.events import AnswerReady

router = APIRouter(tags=["questions"])
NEW_CONVERSATION = "new"


class Question(BaseModel):
    """`conversation` is empty (none), "new", or the id of one's own; `mode` defaults to the settings'.

    `expert` (a scene, or an expert's id) answers instead of a mode.
    """

    model_config = ConfigDict(extra="forbid")
    question: str
    mode: AskedMode | None = None
    expert: str = Field("", max_length=100)
    collections: list[str] = Field(default_factory=list, max_length=100)
    conversation: str = Field("", max_length=100)
    stream: bool = False


@router.post("/ask")
async def ask(asked: Question, actor: TheActor, workspace: TheWorkspace) -> Response:
    """The answer, or with `stream` its events: `evidence`, `sentence` for each, then `answer`."""
    records = _records(workspace, actor, asked)
    if asked.stream:
        return await stream(frame(record, event=record["event"]) async for record in records)
    last: dict[str, Any] = {}
    async for record in records:
        last = record
    last.pop("event")
    return JSONResponse(last)


@router.get("/search")
async def search(
    actor: TheActor,
    workspace: TheWorkspace,
    question: Annotated[str, Query(alias="q")],
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    collection: Annotated[list[str] | None, Query()] = None,
) -> dict[str, Any]:
    """The best passages for `q`, with their scores."""
    result = await workspace.search(actor, question, limit=limit, collections=collection or ())
    return search_record(result)


@router.get("/traces/{trace}")
async def trace(trace: str, actor: TheActor, workspace: TheWorkspace) -> dict[str, Any]:
    """The full record of an answer; owners read every trace, others their own."""
    return await workspace.trace(actor, trace)


async def _records(
    workspace: Workspace, actor: Actor, asked: Question
) -> AsyncIterator[dict[str, Any]]:
    """A new conversation begins with its first answer, so that a failed question leaves none."""
    is_new = asked.conversation == NEW_CONVERSATION
    conversation = "" if is_new else asked.conversation
    async for event in workspace.ask(
        actor,
        asked.question,
        mode=asked.mode,
        collections=asked.collections,
        conversation=conversation,
        expert=asked.expert,
    ):
        if is_new and isinstance(event, AnswerReady):
            question = asked.question.strip()
            conversation = await workspace.conversations.begin(actor, question)
            await workspace.conversations.remember(
                conversation, question, question, event.answer.trace
            )
        yield event_record(event, conversation=conversation)
