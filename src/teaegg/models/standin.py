"""Models without a model: one says what it was told to, one counts words. For tests, ours and yours."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Sequence

import numpy as np

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.core.terms import index_terms
from teaegg.models.base import Choice, Message, Vectors

_PIECE_CHARACTERS = 3


class ScriptedChat:
    """Streams its scripted texts in turn, a few characters at a time, and picks the first options.

    `picks` are the indices that `choose` returns, as far as they exist among the options and as many
    as were asked for. `prompts` keeps everything that it was asked, for a test to look at.
    """

    def __init__(self, *texts: str, picks: Sequence[int] = (0,)) -> None:
        self._texts = list(texts)
        self._picks = tuple(picks)
        self.prompts: list[Sequence[Message] | str] = []

    @property
    def name(self) -> str:
        return "scripted"

    @property
    def fingerprint(self) -> str:
        return "scripted"

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0
    ) -> AsyncIterator[str]:
        """The next text, cut at `max_tokens` pieces; ModelError when the script is over."""
        self.prompts.append(tuple(messages))
        if not self._texts:
            raise ModelError(
                "The script of the stand-in model is over.",
                remedy="Give ScriptedChat one text for every call of stream.",
            )
        text = self._texts.pop(0)
        for start in range(0, min(len(text), max_tokens * _PIECE_CHARACTERS), _PIECE_CHARACTERS):
            yield text[start : start + _PIECE_CHARACTERS]

    async def choose(self, prompt: str, options: Sequence[str], *, picks: int) -> Choice:
        if not options or any(not option or "\n" in option for option in options):
            raise InvalidRequestError(
                "A choice needs at least one option, and no option may be empty or hold a line break.",
                remedy="Offer the spans of the evidence one by one.",
            )
        self.prompts.append(prompt)
        wanted = [index for index in dict.fromkeys(self._picks) if index < len(options)] or [0]
        return Choice(tuple(wanted[:picks]), prefill_ms=0.0, decode_ms=0.0)

    async def close(self) -> None:
        self._texts.clear()


class TermEmbedder:
    """Vectors from hashed index terms: texts that share words lie close, with no model at all."""

    def __init__(self, dimensions: int = 64) -> None:
        self._dimensions = dimensions

    @property
    def name(self) -> str:
        return "terms"

    @property
    def dimensions(self) -> int:
        return self._dimensions

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(
            len(texts), self._dimensions
        )

    async def embed_question(self, text: str) -> Vectors:
        return self._vector(text)

    async def close(self) -> None:
        """Nothing is held."""

    def _vector(self, text: str) -> Vectors:
        vector: Vectors = np.zeros(self._dimensions, dtype=np.float32)
        for term in index_terms(text):
            vector[zlib.crc32(term.encode()) % self._dimensions] += 1
        length = float(np.linalg.norm(vector))
        if length == 0:
            vector[0] = length = 1.0
        return vector / np.float32(length)
