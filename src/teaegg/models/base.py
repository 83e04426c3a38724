"""The contracts of this floor. Every back end passes `tests/contract/`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What a constrained model picked: indices into the options, in the order it emitted them.

    `prefill_ms` and `decode_ms` are the engine's own measure where it gives one, else
    `prefill_ms` is 0 and `decode_ms` holds the whole wait.
    """

    picked: tuple[int, ...]
    prefill_ms: float
    decode_ms: float


class ChatModel(Protocol):
    """A language model.

    `name` is what people call it; `fingerprint` names the exact weights or endpoint, for traces.
    Raises `ModelError` or `ModelUnavailableError`, never an exception of the engine's library.
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        """Free text, piece by piece."""
        ...

    async def choose(self, prompt: str, options: Sequence[str], *, picks: int) -> Choice:
        """Let the model emit 1 to `picks` different `options` after `prompt`, and nothing else.

        The constraint holds while decoding (a grammar, or a schema whose only values are the
        options), so that text outside `options` cannot come out. `options` are distinct, not
        empty, and hold no line breaks. Raises InvalidRequestError when there are none.
        """
        ...

    async def close(self) -> None: ...


class Embedder(Protocol):
    """Text to unit vectors; the inner product of two is their similarity."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), dimensions), float32, rows of length 1."""
        ...

    async def embed_question(self, text: str) -> Vectors:
        """Shape (dimensions,), float32, length 1."""
        ...

    async def close(self) -> None: ...
