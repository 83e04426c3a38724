"""No door loads what is not released; going back holds for the next question, and a running one ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from tests.app.api.conftest import DIMENSIONS, settings
from tests.app.api.test_api_experts import QUESTION, make
from tests.app.api.test_experts_beside import Voices, ask
from tests.app.api.test_mcp_tools import agent_of, complaint
from tests.release_making import released_in

from teaegg.app.api.application import create_application
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import NotAllowedError, NotFoundError
from teaegg.models.standin import ScriptedChat, TermEmbedder

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]


def opened(home: Path, voices: Voices) -> AbstractAsyncContextManager[Workspace]:
    return open_workspace(
        settings(home),
        chat=ScriptedChat(),
        embedder=TermEmbedder(DIMENSIONS),
        expert_models=voices,
    )


@pytest.fixture
def voices() -> Voices:
    return Voices()


@pytest.fixture
async def workspace(home: Path, voices: Voices) -> AsyncIterator[Workspace]:
    async with opened(home, voices) as workspace:
        yield workspace


@pytest.fixture
def application(workspace: Workspace) -> FastAPI:
    return create_application(workspace)


async def make_states(workspace: Workspace, tmp_path: Path) -> list[str]:
    """Names of what may not speak: a candidate, a retired and a withdrawn expert, and their scenes."""
    candidate = await make(workspace, tmp_path, "candidate", "handbook")
    retired = await make(workspace, tmp_path, "retired", "handbook")
    await released_in(workspace, "retired")
    await workspace.experts.access.retire(LOCAL_OWNER, "retired")
    await workspace.learner.learn([_file(tmp_path)], collection="handbook")
    withdrawn = await make(workspace, tmp_path, "withdrawn", "handbook", "4")
    (extra,) = [d for d in await workspace.documents(LOCAL_OWNER) if d.title == "加班规定"]
    await workspace.experts.forget(LOCAL_OWNER, [extra])
    made = (candidate, retired, withdrawn)
    return [name for each in made for name in (each.scene, each.id)]


def _file(folder: Path) -> Path:
    path = folder / "overtime.md"
    path.write_text("# 加班规定\n\n加班须提前申请。\n", encoding="utf-8")
    return path


async def test_only_what_is_released_is_loaded_whichever_door_it_is_asked_at(
    workspace: Workspace, signed_in: SignedIn, voices: Voices, tmp_path: Path
) -> None:
    names = await make_states(workspace, tmp_path)
    found = {e.expert.scene: e.state for e in await workspace.experts.access.list(LOCAL_OWNER)}
    assert found == {"candidate": "candidate", "retired": "retired", "withdrawn": "withdrawn"}
    for user in ("chen", "li"):
        client = await signed_in(user)
        actor = await workspace.access.actor(user)
        assert (await client.get("/api/experts")).json()["experts"] == []
        async with agent_of(workspace, user) as agent:
            for name in names:
                body = {"model": name, "messages": [{"role": "user", "content": QUESTION}]}
                assert (await client.post("/v1/chat/completions", json=body)).status_code == 404
                asked = {"question": QUESTION, "expert": name}
                assert (await client.post("/api/ask", json=asked)).status_code == 404
                # The page and the API know of no sandbox.
                asked_for = {**asked, "sandbox": True}
                refused = await client.post("/api/ask", json=asked_for)
                assert refused.status_code == 400
                assert "no such expert" in await complaint(
                    agent, "ask", question=QUESTION, expert=name
                )
                with pytest.raises(NotFoundError):
                    await workspace.experts.reading(actor, name)
    assert voices.asked == []


async def test_the_sandbox_is_for_owners_and_never_opens_what_was_withdrawn(
    workspace: Workspace, voices: Voices, tmp_path: Path
) -> None:
    names = await make_states(workspace, tmp_path)
    li = await workspace.access.actor("li")
    for name in names:
        with pytest.raises(NotAllowedError):
            await workspace.experts.reading(li, name, sandbox=True)
    for name in names[-2:]:
        with pytest.raises(NotFoundError):
            await workspace.experts.reading(LOCAL_OWNER, name, sandbox=True)
    assert voices.asked == []
    reading = await workspace.experts.reading(LOCAL_OWNER, "candidate", sandbox=True)
    assert reading.state == "candidate"


async def test_going_back_holds_for_the_next_question_in_every_process_and_the_running_one_ends(
    workspace: Workspace, home: Path, voices: Voices, tmp_path: Path
) -> None:
    first = await make(workspace, tmp_path, "leave", "handbook")
    await released_in(workspace, "leave")
    second = await make(workspace, tmp_path, "leave", "handbook", "2")
    await released_in(workspace, "leave")
    may_speak = voices.silent[second.id] = asyncio.Event()
    running = asyncio.create_task(ask(workspace, LOCAL_OWNER))
    await voices.began.wait()
    async with opened(home, voices) as elsewhere:
        began = time.perf_counter()
        await elsewhere.releases.roll_back(LOCAL_OWNER, "leave", why="complaints")
        heard = await workspace.beside.heard(LOCAL_OWNER, "leave")
        seconds = time.perf_counter() - began
    assert heard.reading.expert.id == first.id
    assert seconds < 1.0, f"the rollback took effect after {seconds:.2f} s"
    assert (await ask(workspace, LOCAL_OWNER)).expert == first.id
    assert not running.done()
    may_speak.set()
    answer = await running
    assert (answer.expert, answer.verdict) == (second.id, "answered")
    print(f"rolled back and in effect after {1000 * seconds:.0f} ms")
