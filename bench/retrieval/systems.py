"""What every measured system looks like, and the one place where they are listed.

A system is given a set's documents once, then questions. It returns the texts that it would hand to
a reader, best first, `DEPTH` of them. Each peer is used as its own documentation shows, with its
default settings; only the depth is asked for. Each is one small module, imported when it is chosen.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Protocol

from bench.retrieval.metrics import Returned
from bench.retrieval.sets import RetrievalSet
from bench.retrieval.vectors import CachedEmbedder

DEPTH = 50
"""Texts asked for: enough that short passages fill the longest budget."""

SYSTEMS = {
    "teaegg": "bench.retrieval.teaegg:TeaEgg",
    "llamaindex": "bench.retrieval.peers.llamaindex:Default",
    "llamaindex-hybrid-jieba": "bench.retrieval.peers.llamaindex:HybridJieba",
    "langchain": "bench.retrieval.peers.langchain:Default",
    "langchain-hybrid-jieba": "bench.retrieval.peers.langchain:HybridJieba",
    "haystack-hybrid": "bench.retrieval.peers.haystack:Hybrid",
    "txtai-hybrid": "bench.retrieval.peers.txtai:Hybrid",
    "lancedb-ngram": "bench.retrieval.peers.lance:Ngram",
    "lancedb-icu": "bench.retrieval.peers.lance:Icu",
    "lancedb-simple": "bench.retrieval.peers.lance:Simple",
    "lancedb-hybrid": "bench.retrieval.peers.lance:Hybrid",
    "bm25-jieba": "bench.retrieval.peers.bm25:Jieba",
}
"""Name → module:class."""


class System(Protocol):
    """`packages` are the distributions whose versions the record names."""

    packages: tuple[str, ...]

    def learn(self, data: RetrievalSet) -> None: ...

    def search(self, question: str) -> list[Returned]: ...

    def close(self) -> None: ...


def make_system(name: str, home: Path, embedder: CachedEmbedder) -> System:
    """The system `name`, which keeps what it must in `home`."""
    module, _, kind = SYSTEMS[name].partition(":")
    system: System = getattr(importlib.import_module(module), kind)(home, embedder)
    return system
