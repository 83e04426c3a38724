"""Haystack: its hybrid tutorial's BM25 and embedding retrievers, joined by reciprocal ranks.

Its splitter counts words between blanks, which Chinese does not have: it gets LangChain's pieces.
"""

from __future__ import annotations

from pathlib import Path

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore

from bench.retrieval.metrics import Returned
from bench.retrieval.peers.pieces import split
from bench.retrieval.sets import RetrievalSet
from bench.retrieval.systems import DEPTH
from bench.retrieval.vectors import CachedEmbedder


class Hybrid:
    packages = ("haystack-ai", "langchain-text-splitters")

    def __init__(self, home: Path, embedder: CachedEmbedder) -> None:
        self._embedder = embedder
        self._store = InMemoryDocumentStore(
            embedding_similarity_function="cosine", return_embedding=False, shared=False
        )
        self._full_text = InMemoryBM25Retriever(self._store, top_k=DEPTH)
        self._vectors = InMemoryEmbeddingRetriever(self._store, top_k=DEPTH)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=DEPTH)

    def learn(self, data: RetrievalSet) -> None:
        pieces = split(data)
        vectors = self._embedder.passages([one.text for one in pieces])
        documents = [
            Document(
                id=str(number),
                content=one.text,
                meta={"document": one.document},
                embedding=list(map(float, vector)),
            )
            for number, (one, vector) in enumerate(zip(pieces, vectors, strict=True))
        ]
        self._store.write_documents(documents)

    def search(self, question: str) -> list[Returned]:
        vector = list(map(float, self._embedder.question(question)))
        by_text = self._full_text.run(query=question)["documents"]
        by_vector = self._vectors.run(query_embedding=vector)["documents"]
        joined = self._joiner.run(documents=[by_text, by_vector])["documents"]
        return [Returned(one.meta["document"], one.content or "") for one in joined]

    def close(self) -> None:
        return None
