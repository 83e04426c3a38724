"""LangChain: splitter and vector store of its tutorial, and its ensemble with BM25 over jieba's words."""

from __future__ import annotations

from pathlib import Path

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever

from bench.retrieval.metrics import Returned
from bench.retrieval.peers.pieces import split_documents
from bench.retrieval.peers.segmentation import words
from bench.retrieval.sets import RetrievalSet
from bench.retrieval.systems import DEPTH
from bench.retrieval.vectors import CachedEmbedder


class E5(Embeddings):
    """The common embedder in LangChain's form."""

    def __init__(self, kept: CachedEmbedder) -> None:
        self._kept = kept

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [list(map(float, vector)) for vector in self._kept.passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        return list(map(float, self._kept.question(text)))


class Default:
    """Pieces of 1,000 characters with an overlap of 200, in FAISS."""

    packages = ("langchain-core", "langchain-community", "langchain-text-splitters", "faiss-cpu")

    def __init__(self, home: Path, embedder: CachedEmbedder) -> None:
        self._embedder = E5(embedder)
        self._retriever: BaseRetriever

    def learn(self, data: RetrievalSet) -> None:
        self._retriever = self._made(split_documents(data))

    def _made(self, pieces: list[Document]) -> BaseRetriever:
        store = FAISS.from_documents(pieces, self._embedder)
        return store.as_retriever(search_kwargs={"k": DEPTH})

    def search(self, question: str) -> list[Returned]:
        found = self._retriever.invoke(question)
        return [Returned(one.metadata["document"], one.page_content) for one in found]

    def close(self) -> None:
        return None


class HybridJieba(Default):
    """`EnsembleRetriever` of both with equal weights."""

    packages = (*Default.packages, "langchain-classic", "rank-bm25", "jieba")

    def _made(self, pieces: list[Document]) -> BaseRetriever:
        full_text = BM25Retriever.from_documents(pieces, preprocess_func=words, k=DEPTH)
        return EnsembleRetriever(retrievers=[full_text, super()._made(pieces)], weights=[0.5, 0.5])
