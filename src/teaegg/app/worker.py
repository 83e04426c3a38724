"""What goes on behind the answers: left uploads and sources that are due are learned, vectors made."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import TeaEggError
from teaegg.ingest.vectors import VectorProgress

_LOOK_AGAIN_SECONDS = 3.0
_AFTER_ERROR_SECONDS = 30.0
_LOG = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]


class Worker:
    """Runs beside the server until it is cancelled. `progress` is None while there is nothing to do."""

    def __init__(self, workspace: Workspace, *, sleep: Sleep = asyncio.sleep) -> None:
        self._workspace = workspace
        self._sleep = sleep
        self.progress: VectorProgress | None = None

    async def run(self) -> None:
        """Look for work again and again; an error is logged and tried again later."""
        await self._tried(self.learn_left_uploads)
        while True:
            fine = await self._tried(self.sync_due_sources)
            fine = await self._tried(self.fill_vectors) and fine
            await self._sleep(_LOOK_AGAIN_SECONDS if fine else _AFTER_ERROR_SECONDS)

    async def learn_left_uploads(self) -> None:
        """Files that were kept just before the server was stopped; known ones cost a look each."""
        folder = self._workspace.settings.home / "uploads"
        for collection in await asyncio.to_thread(_folders, folder):
            files = await asyncio.to_thread(_files, folder / collection)
            await self._workspace.learner.learn(files, collection=collection)

    async def sync_due_sources(self) -> None:
        """One that fails is remembered with its reason; the others go on."""
        sources = self._workspace.sources
        for record in await sources.due(LOCAL_OWNER):
            try:
                await sources.sync(LOCAL_OWNER, record.name)
            except TeaEggError as error:
                _LOG.warning("The source %s was not brought in step: %s", record.name, error)

    async def fill_vectors(self) -> None:
        """Make the vectors of whatever has become searchable since, here or by a command."""
        try:
            await self._workspace.vectors.fill(
                on_progress=self._note, turn=self._workspace.until_quiet
            )
        finally:
            self.progress = None

    def _note(self, progress: VectorProgress) -> None:
        self.progress = progress

    async def _tried(self, work: Callable[[], Awaitable[None]]) -> bool:
        try:
            await work()
        except TeaEggError as error:
            _LOG.error("Work in the background stopped: %s", error)
            return False
        return True


def _folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _files(folder: Path) -> list[Path]:
    """Without what an upload that was cut off has left."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
