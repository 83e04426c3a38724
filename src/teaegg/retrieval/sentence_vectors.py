"""Vectors of sentences that were compared before: most questions are about the same few pages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from teaegg.models.base import Embedder, Vectors

_REMEMBERED = 20_000
"""Sentences kept, the least recently used going first: 30 MB at 384 dimensions."""


class SentenceVectors:
    """Embeds sentences as passages, each once as long as it is remembered."""

    def __init__(self, embedder: Embedder, *, remembered: int = _REMEMBERED) -> None:
        self._embedder = embedder
        self._remembered = remembered
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    async def of(self, sentences: Sequence[str]) -> Vectors:
        """Shape (len(sentences), dimensions). Raises ModelError."""
        missing = [text for text in dict.fromkeys(sentences) if text not in self._known]
        made = dict(zip(missing, await self._embedder.embed_passages(missing), strict=True))
        vectors = [made[text] if text in made else self._known[text] for text in sentences]
        for text, vector in zip(sentences, vectors, strict=True):
            self._known[text] = vector
            self._known.move_to_end(text)
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)
        return np.stack(vectors)
