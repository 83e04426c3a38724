"""Behind the answers: vectors fill in, left uploads are learned, errors do not end the work."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from teaegg.app.wiring import open_workspace
from teaegg.app.worker import Worker
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import ModelUnavailableError
from teaegg.core.settings import EmbeddingModelSettings, Settings
from teaegg.models.base import Vectors
from teaegg.models.standin import ScriptedChat, TermEmbedder


class EnoughError(Exception):
    """Ends the endless loop of a worker in a test."""


def sleeping(times: int) -> tuple[list[float], Callable[[float], Awaitable[None]]]:
    """A sleep that returns at once and stops the worker at the `times`-th call."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == times:
            raise EnoughError

    return slept, sleep


async def test_the_worker_makes_every_document_complete(workspace: Workspace) -> None:
    before = await workspace.progress(LOCAL_OWNER)
    assert before.get("searchable", 0) == 3
    _, sleep = sleeping(1)
    worker = Worker(workspace, sleep=sleep)
    with pytest.raises(EnoughError):
        await worker.run()
    assert await workspace.progress(LOCAL_OWNER) == {"complete": 3}
    assert worker.progress is None


async def test_answers_come_while_the_worker_runs(workspace: Workspace) -> None:
    working = asyncio.create_task(Worker(workspace).run())
    result = await asyncio.wait_for(workspace.search(LOCAL_OWNER, "年假"), 10)
    assert result.evidence
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


def leave_behind(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("# 遗留通知\n\n夏季作息从六月开始。\n", encoding="utf-8")
    path.with_name(".upload-1.part").write_text("half of a file")


async def test_an_upload_that_a_stop_left_behind_is_learned_at_the_next_start(
    workspace: Workspace,
) -> None:
    leave_behind(workspace.upload_path("handbook", "left.md"))
    await Worker(workspace).learn_left_uploads()
    titles = {d.title for d in await workspace.documents(LOCAL_OWNER, collection="handbook")}
    assert "遗留通知" in titles
    assert not any("part" in title for title in titles)


class UnreachableOnce(TermEmbedder):
    """An endpoint whose first call is lost."""

    reached = False

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not self.reached:
            self.reached = True
            raise ModelUnavailableError("The endpoint did not answer.")
        return await super().embed_passages(texts)


async def test_a_model_that_does_not_answer_is_tried_again_later(home: Path) -> None:
    settings = Settings(home=home, embedding=EmbeddingModelSettings(dimensions=64))
    slept, sleep = sleeping(2)
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=UnreachableOnce(64)
    ) as workspace:
        with pytest.raises(EnoughError):
            await Worker(workspace, sleep=sleep).run()
        assert slept[0] > slept[1]
        assert await workspace.progress(LOCAL_OWNER) == {"complete": 3}


async def test_sources_that_are_due_are_brought_in_step_and_a_failing_one_stops_nobody(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "kept"
    leave_behind(folder / "notice.md")
    for name, address, schedule in (
        ("broken", "http://127.0.0.1:1/", "every 1m"),
        ("folder", str(folder), "daily 00:00"),
        ("manual", str(folder), ""),
    ):
        await workspace.sources.add(LOCAL_OWNER, name, address, "制度", schedule=schedule)
    _, sleep = sleeping(2)
    with pytest.raises(EnoughError):
        await Worker(workspace, sleep=sleep).run()
    broken, kept, manual = await workspace.sources.list(LOCAL_OWNER)
    assert "did not answer" in broken.error and broken.succeeded_at is None
    assert kept.counts == {"learned": 1} and kept.error == ""
    assert manual.tried_at is None
    assert await workspace.sources.due(LOCAL_OWNER) == []
