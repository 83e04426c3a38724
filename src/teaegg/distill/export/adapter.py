"""A PEFT adapter as the GGUF file that llama.cpp loads beside its base."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal

import numpy as np

from teaegg.core.errors import ModelError, StorageError
from teaegg.distill.export.peft_folder import read_peft
from teaegg.distill.export.projections import place_in
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
    import gguf

    kind = np.float16 if precision == "f16" else np.float32
    partial = target.with_name(f"{target.name}.{secrets.token_hex(4)}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        writer = gguf.GGUFWriter(partial, header.text("general.architecture"))
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, adapter.alpha)
        for name, factors in placed.items():
            for letter, matrix in (("a", factors.a), ("b", factors.b)):
                if precision == "f16" and np.abs(matrix).max(initial=0) > _LARGEST_F16:
                    raise ModelError(
                        f"{peft_folder}: {name} holds numbers beyond half precision.",
                        remedy="Export with precision f32.",
                    )
                writer.add_tensor(f"{name}.lora_{letter}", matrix.astype(kind))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        partial.replace(target)
    except OSError as error:
        raise StorageError(
            f"The adapter {target} cannot be written: {error}.",
            remedy="Check the free space and who may write there.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
