"""Plain BM25 over jieba's words (bm25s with its defaults), on LangChain's pieces; no vectors."""

from __future__ import annotations

from pathlib import Path

import bm25s

from bench.retrieval.metrics import Returned
from bench.retrieval.peers.pieces import split
from bench.retrieval.peers.segmentation import words
from bench.retrieval.sets import RetrievalSet
from bench.retrieval.systems import DEPTH
from bench.retrieval.vectors import CachedEmbedder


class Jieba:
    packages = ("bm25s", "jieba", "langchain-text-splitters")

    def __init__(self, home: Path, embedder: CachedEmbedder) -> None:
        self._pieces: list[Returned] = []
        self._index = bm25s.BM25()

    def learn(self, data: RetrievalSet) -> None:
        self._pieces = split(data)
        self._index.index([words(one.text) for one in self._pieces], show_progress=False)

    def search(self, question: str) -> list[Returned]:
        most = min(DEPTH, len(self._pieces))
        found, scores = self._index.retrieve([words(question)], k=most, show_progress=False)
        pairs = zip(found[0], scores[0], strict=True)
        return [self._pieces[int(at)] for at, score in pairs if score > 0]

    def close(self) -> None:
        return None
