"""A workspace for measurements, reached through the same door as every user's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.answers import Answer
from teaegg.core.settings import AnswerSettings, SearchSettings, Settings
from teaegg.ingest.learning.outcomes import FileOutcome
from teaegg.models.base import Embedder
from teaegg.retrieval.events import AnswerReady


@asynccontextmanager
async def workspace_in(
    home: Path,
    *,
    search: SearchSettings | None = None,
    answers: AnswerSettings | None = None,
    embedder: Embedder | None = None,
) -> AsyncIterator[Workspace]:
    """A workspace with the default engines and settings, save for what is handed in."""
    settings = Settings(
        home=home, search=search or SearchSettings(), answers=answers or AnswerSettings()
    )
    async with open_workspace(settings, embedder=embedder) as workspace:
        yield workspace


def write_texts(folder: Path, texts: Iterable[tuple[str, str]]) -> None:
    """One text file per (name, text), as a company would have them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts:
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


async def answer(workspace: Workspace, question: str, *, collections: Sequence[str] = ()) -> Answer:
    """Ask through the same door as every user and wait for the whole answer."""
    async for event in workspace.ask(LOCAL_OWNER, question, collections=collections):
        if isinstance(event, AnswerReady):
            return event.answer
    raise AssertionError("the answer never came")


async def learn_folder(
    workspace: Workspace, folder: Path, collection: str, *, vectors: bool
) -> list[FileOutcome]:
    """Learn `folder` as a user would; with `vectors`, wait until they are all there."""
    outcomes = await workspace.learner.learn([folder], collection=collection)
    # Of a kept workspace the vectors are there already; what else waits for some must not be made now.
    if vectors and any(outcome.outcome != "unchanged" for outcome in outcomes):
        await workspace.vectors.fill()
    return outcomes
