"""Is this file an adapter of this base? Asked before llama.cpp sees it, whose answer names no file."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np

from teaegg.core.errors import ModelError
from teaegg.models.gguf import F16, F32, GgufHeader, GgufTensor, read_header

_NUMBERS = {F16: "<f2", F32: "<f4"}


def check_adapter(path: Path, base: GgufHeader) -> None:
    """Raises ModelError, which names the file, for anything but a whole LoRA adapter of `base`."""
    header = read_header(path)
    if (header.text("general.type"), header.text("adapter.type")) != ("adapter", "lora"):
        raise ModelError(
            f"{path} is not a LoRA adapter but {header.text('general.type') or 'something else'}.",
            remedy="Name a file that `teaegg expert export` or convert_lora_to_gguf.py wrote.",
        )
    _check_fit(header, base)
    _check_numbers(header)


def _check_fit(header: GgufHeader, base: GgufHeader) -> None:
    architecture, wanted = header.text("general.architecture"), base.text("general.architecture")
    if architecture != wanted:
        raise _foreign(
            header, base, f"it is for {architecture or 'no'} models, the base is {wanted}"
        )
    names = {name.rpartition(".")[0] for name in header.tensors}
    for name in sorted(names):
        a, b = (header.tensors.get(f"{name}.lora_{letter}") for letter in "ab")
        if a is None or b is None or name not in base.tensors:
            raise _foreign(
                header, base, f"{name} is not a projection of the base with both factors"
            )
        inputs, outputs = base.tensors[name].shape[:2]
        if a.shape != (inputs, b.shape[0]) or b.shape != (a.shape[-1], outputs):
            raise _foreign(
                header,
                base,
                f"{name} is {inputs} to {outputs} there, its factors {a.shape}, {b.shape}",
            )
    if not names:
        raise _foreign(header, base, "it holds no tensors")


def _foreign(header: GgufHeader, base: GgufHeader, why: str) -> ModelError:
    return ModelError(
        f"The adapter {header.path} does not belong to the base {base.path.name}: {why}.",
        remedy="Load it on the base it was trained on, or train it again on this one.",
    )


def _check_numbers(header: GgufHeader) -> None:
    with (
        header.path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        for tensor in header.tensors.values():
            if not _finite(tensor, data, header.data_starts):
                raise ModelError(
                    f"The adapter {header.path} is damaged: {tensor.name} holds no usable numbers.",
                    remedy="Export it again.",
                )


def _finite(tensor: GgufTensor, data: mmap.mmap, starts: int) -> bool:
    if tensor.kind not in _NUMBERS:
        return False
    count = int(np.prod(tensor.shape))
    kind: np.dtype[np.floating] = np.dtype(_NUMBERS[tensor.kind])
    values = np.frombuffer(data, kind, count, starts + tensor.offset)
    finite = bool(np.isfinite(values).all())
    # The map cannot be closed while an array looks at it.
    del values
    return finite
