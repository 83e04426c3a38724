"""One's own conversations, newest first, and their turns with the answers as they were given."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from teaegg.app.api.history import earlier_answer
from teaegg.app.api.identity import TheActor, TheWorkspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import Actor
from teaegg.core.errors import NotFoundError
from teaegg.store.traces import Turn

router = APIRouter(prefix="/conversations", tags=["conversations"])


@router.get("")
async def conversations(actor: TheActor, workspace: TheWorkspace) -> dict[str, Any]:
    found = await workspace.conversations.list(actor)
    return {
        "conversations": [
            {"conversation": c.id, "title": c.title, "created_at": c.created_at.isoformat()}
            for c in found
        ]
    }


@router.get("/{conversation}")
async def conversation(
    conversation: str, actor: TheActor, workspace: TheWorkspace
) -> dict[str, Any]:
    """404 for anybody else's. `answer` is null where the asker may no longer see what it quotes."""
    turns = await workspace.conversations.turns(conversation, actor)
    if not turns:
        raise NotFoundError("There is no such conversation.")
    return {
        "conversation": conversation,
        "turns": [await _turn_record(workspace, actor, turn) for turn in turns],
    }


async def _turn_record(workspace: Workspace, actor: Actor, turn: Turn) -> dict[str, Any]:
    return {
        "question": turn.question,
        "understood": turn.understood,
        "asked_at": turn.asked_at.isoformat(),
        "trace": turn.trace,
        "answer": await earlier_answer(workspace, actor, turn.trace),
    }
