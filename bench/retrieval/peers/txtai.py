"""txtai: `Embeddings(hybrid=True)` with its defaults; it splits nothing, so it gets LangChain's pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from txtai import Embeddings

from bench.retrieval.metrics import Returned
from bench.retrieval.peers.pieces import split
from bench.retrieval.sets import RetrievalSet
from bench.retrieval.systems import DEPTH
from bench.retrieval.vectors import CachedEmbedder, Vectors


class Hybrid:
    packages = ("txtai", "faiss-cpu", "langchain-text-splitters")

    def __init__(self, home: Path, embedder: CachedEmbedder) -> None:
        self._asking = False
        self._embedder = embedder
        self._pieces: list[Returned] = []

        def transform(texts: list[str]) -> Vectors:
            if self._asking:
                return np.array([embedder.question(text) for text in texts])
            return embedder.passages(texts)

        self._index = Embeddings(method="external", transform=transform, hybrid=True)

    def learn(self, data: RetrievalSet) -> None:
        self._pieces = split(data)
        self._index.index([(at, one.text, None) for at, one in enumerate(self._pieces)])
        self._asking = True

    def search(self, question: str) -> list[Returned]:
        return [self._pieces[at] for at, _ in self._index.search(question, DEPTH)]

    def close(self) -> None:
        self._index.close()
