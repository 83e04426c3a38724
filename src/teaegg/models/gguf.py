"""What a GGUF file says of itself, read in a moment: metadata and the shapes of its tensors.

The format is written down in ggml's docs/gguf.md. The library `gguf` reads it too, but takes nine
seconds for a vocabulary of 262,000 words, which is too long before every adapter that is loaded.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from teaegg.core.errors import ModelError

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9
_DEFAULT_ALIGNMENT = 32
F32, F16 = 0, 1
_BYTES_PER_NUMBER = {F32: 4, F16: 2}


@dataclass(frozen=True, slots=True)
class GgufTensor:
    """`shape` is in the file's order, the fastest dimension first; `offset` counts from the data."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """Everything before the numbers. `fields` holds scalars, strings and lists of them.

    `kinds` are the format's own numbers for the fields' types: one, or the list's and its members'.
    `data_starts` is the byte at which the tensors' data begins.
    """

    path: Path
    fields: dict[str, Any]
    kinds: dict[str, tuple[int, ...]]
    tensors: dict[str, GgufTensor]
    data_starts: int

    def text(self, name: str) -> str:
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """Raises ModelError where the field is missing or no whole number."""
        value = self.fields.get(name)
        if not isinstance(value, int):
            raise ModelError(
                f"{self.path} has no whole number {name} in its metadata.",
                remedy="Use a GGUF file that was converted by llama.cpp.",
            )
        return value


def read_header(path: Path) -> GgufHeader:
    """Raises ModelError, which names the file, when it is missing, cut off or no GGUF."""
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            return _header(path, _Cursor(data), len(data))
    except FileNotFoundError as error:
        raise ModelError(
            f"The file {path} is not there.", remedy="Name an existing GGUF file."
        ) from error
    except (
        OSError,
        ValueError,
        struct.error,
        UnicodeDecodeError,
        KeyError,
        OverflowError,
    ) as error:
        raise ModelError(
            f"{path} is not a whole GGUF file: {error}.",
            remedy="Copy or export it again; it may have been cut off on the way.",
        ) from error


def _header(path: Path, cursor: _Cursor, size: int) -> GgufHeader:
    if cursor.bytes(4) != _MAGIC:
        raise ValueError("it does not begin with the letters GGUF")
    if (version := cursor.scalar("I")) not in _VERSIONS:
        raise ValueError(f"its version is {version}, known are {_VERSIONS}")
    tensors, pairs = cursor.scalar("Q"), cursor.scalar("Q")
    fields, kinds = {}, {}
    for _ in range(pairs):
        name = cursor.string()
        kinds[name], fields[name] = cursor.value(cursor.scalar("I"))
    listed = [_tensor(cursor) for _ in range(tensors)]
    alignment = fields.get("general.alignment", _DEFAULT_ALIGNMENT)
    starts = -(-cursor.position // alignment) * alignment
    for tensor in listed:
        _check_end(tensor, starts, size)
    return GgufHeader(path, fields, kinds, {tensor.name: tensor for tensor in listed}, starts)


def _tensor(cursor: _Cursor) -> GgufTensor:
    name = cursor.string()
    shape = tuple(cursor.scalar("Q") for _ in range(cursor.scalar("I")))
    return GgufTensor(name, shape, cursor.scalar("I"), cursor.scalar("Q"))


def _check_end(tensor: GgufTensor, starts: int, size: int) -> None:
    """A tensor that goes on behind the end of the file means that the file was cut off."""
    numbers = 1
    for length in tensor.shape:
        numbers *= length
    # Of quantised kinds only the start is known here; llama.cpp checks their sizes when it loads.
    end = starts + tensor.offset + numbers * _BYTES_PER_NUMBER.get(tensor.kind, 0)
    if end > size:
        raise ValueError(f"tensor {tensor.name} ends at byte {end}, the file at {size}")


class _Cursor:
    """Reads little-endian values one after the other."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self.position = 0

    def bytes(self, count: int) -> bytes:
        if self.position + count > len(self._data):
            raise ValueError("it ends within its header")
        piece = self._data[self.position : self.position + count]
        self.position += count
        return piece

    def scalar(self, form: str) -> Any:
        (value,) = struct.unpack_from(f"<{form}", self._data, self.position)
        self.position += struct.calcsize(f"<{form}")
        return value

    def string(self) -> str:
        return self.bytes(self.scalar("Q")).decode()

    def value(self, kind: int) -> tuple[tuple[int, ...], Any]:
        if kind != _ARRAY:
            return (kind,), self._single(kind)
        member, count = self.scalar("I"), self.scalar("Q")
        if member in _SCALARS:
            form = f"<{count}{_SCALARS[member]}"
            values = list(struct.unpack(form, self.bytes(struct.calcsize(form))))
        else:
            values = [self._single(member) for _ in range(count)]
        return (kind, member), values

    def _single(self, kind: int) -> Any:
        return self.string() if kind == _STRING else self.scalar(_SCALARS[kind])
