"""Plain LanceDB: full text with each of its tokenizers, and its hybrid query; LangChain's pieces."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, ClassVar

import lancedb

from bench.retrieval.metrics import Returned
from bench.retrieval.peers.pieces import split
from bench.retrieval.sets import RetrievalSet
from bench.retrieval.systems import DEPTH
from bench.retrieval.vectors import CachedEmbedder


class FullText:
    """Full text; `TOKENIZER` is handed to `create_fts_index`."""

    packages = ("lancedb", "langchain-text-splitters")
    TOKENIZER: ClassVar[dict[str, Any]]

    def __init__(self, home: Path, embedder: CachedEmbedder) -> None:
        shutil.rmtree(home, ignore_errors=True)
        self._database = lancedb.connect(home)
        self._embedder = embedder
        self._table: Any = None

    def learn(self, data: RetrievalSet) -> None:
        rows = self._rows(split(data))
        self._table = self._database.create_table("pieces", rows)
        self._table.create_fts_index("text", **self.TOKENIZER)

    def search(self, question: str) -> list[Returned]:
        found = self._query(question).limit(DEPTH).to_list()
        return [Returned(row["document"], row["text"]) for row in found]

    def close(self) -> None:
        return None

    def _rows(self, pieces: list[Returned]) -> list[dict[str, Any]]:
        return [one._asdict() for one in pieces]

    def _query(self, question: str) -> Any:
        return self._table.search(_plain(question), query_type="fts")


class Ngram(FullText):
    """Pairs of characters."""

    TOKENIZER = {  # noqa: RUF012 - declared as a ClassVar above
        "base_tokenizer": "ngram",
        "ngram_min_length": 2,
        "ngram_max_length": 2,
        "stem": False,
    }


class Icu(FullText):
    """Words as ICU finds them."""

    TOKENIZER = {"base_tokenizer": "icu"}  # noqa: RUF012


class Simple(FullText):
    """The default: words between blanks and punctuation."""

    TOKENIZER = {}  # noqa: RUF012


class Hybrid(Icu):
    """Its hybrid query with the ICU words and its default reranker (reciprocal ranks)."""

    def _rows(self, pieces: list[Returned]) -> list[dict[str, Any]]:
        vectors = self._embedder.passages([one.text for one in pieces])
        return [
            {**one._asdict(), "vector": vector} for one, vector in zip(pieces, vectors, strict=True)
        ]

    def _query(self, question: str) -> Any:
        vector = self._embedder.question(question)
        hybrid = self._table.search(query_type="hybrid")
        return hybrid.vector(vector).text(_plain(question))


def _plain(question: str) -> str:
    """Without the quotation marks that would make it a phrase query."""
    return question.replace('"', " ")
