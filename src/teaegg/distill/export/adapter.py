"""A PEFT adapter as the GGUF file that llama.cpp loads beside its base."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from teaegg.core.errors import ModelError
from teaegg.distill.export.peft_folder import Matrix, read_peft
from teaegg.distill.export.projections import place_in
from teaegg.distill.export.writing import gguf_library, whole_file
from teaegg.models.gguf import read_header
from teaegg.models.local import bundled_model

Precision = Literal["f16", "f32"]
_LARGEST_F16 = float(np.finfo(np.float16).max)


def write_gguf_adapter(
    peft_folder: Path, target: Path, *, base: Path | None = None, precision: Precision = "f16"
) -> None:
    """Write `target` for `base` (None: the bundled model); a killed process leaves no half of it.

    The layout is that of llama.cpp's convert_lora_to_gguf.py: per projection `NAME.lora_a` of shape
    (rank, inputs) and `NAME.lora_b` (outputs, rank), applied as `adapter.lora.alpha / rank * b @ a`.
    Raises InvalidRequestError for an adapter that GGUF cannot hold, ModelError for unreadable files
    or another base's adapter, StorageError when the disk refuses.
    """
    header = read_header(base or bundled_model())
    adapter = read_peft(peft_folder)
    placed = place_in(header, adapter)
    gguf = gguf_library()
    with whole_file(target) as partial:
        writer = gguf.GGUFWriter(partial, header.text("general.architecture"))
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, adapter.alpha)
        for name, factors in placed.items():
            for letter, matrix in (("a", factors.a), ("b", factors.b)):
                writer.add_tensor(f"{name}.lora_{letter}", _rounded(matrix, precision, name))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def _rounded(matrix: Matrix, precision: Precision, name: str) -> NDArray[Any]:
    if precision == "f32":
        return matrix
    if np.abs(matrix).max(initial=0) > _LARGEST_F16:
        raise ModelError(
            f"{name} holds numbers beyond half precision.", remedy="Export with precision f32."
        )
    return matrix.astype(np.float16)
