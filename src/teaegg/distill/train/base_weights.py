"""The base in the form that trains: GGUF weights unpacked once and kept beside other caches."""

from __future__ import annotations

import math
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from teaegg.core.errors import ModelError, StorageError
from teaegg.core.ids import text_hash
from teaegg.models.gguf import GgufHeader, read_header
from teaegg.models.local import bundled_model, fingerprint

_CONVERSION = "2"
"""Part of the cache's name: another way to convert never reads what an older one wrote."""


def base_folder(base: Path | None, *, cache: Path | None = None) -> Path:
    """The folder with config.json, model.safetensors and tokenizer.json of `base`.

    A folder is taken as it is; a GGUF file (None: the bundled model) is converted at the first use
    (under a minute, then it is only looked up) and cached under its SHA-256. Raises ModelError for
    what is no whole model, StorageError where the cache cannot be written.
    """
    if base is not None and base.is_dir():
        return _checked(base)
    path = base or bundled_model()
    if not path.is_file():
        raise ModelError(
            f"The base {path} is not there.", remedy="Name a GGUF file or a folder of safetensors."
        )
    folder = (cache or cache_root()) / f"{fingerprint(path)[:32]}-{_CONVERSION}"
    if not folder.is_dir():
        _convert_into(path, folder)
    return folder


def weights_hash(base: Path | None) -> str:
    """SHA-256 that names a base: of its GGUF file, or of the weights in its folder."""
    if base is None or base.is_file():
        return fingerprint(base or bundled_model())
    return text_hash(" ".join(fingerprint(path) for path in sorted(base.glob("*.safetensors"))))


def cache_root() -> Path:
    """Where converted bases are kept: the user's cache folder."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(root) if root else Path.home() / ".cache") / "teaegg" / "bases"


def _checked(folder: Path) -> Path:
    missing = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"The base {folder} has no {missing[0]}.",
            remedy="Name a folder that a model was saved to with its tokenizer, or a GGUF file.",
        )
    return folder


def _convert_into(path: Path, folder: Path) -> None:
    """Written beside and renamed: a killed process leaves no half base."""
    partial = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}.partial")
    try:
        partial.mkdir(parents=True)
        _convert(path, partial)
        try:
            partial.rename(folder)
        except OSError:
            # Another process was faster; what it wrote is the same.
            if not folder.is_dir():
                raise
    except OSError as error:
        raise StorageError(
            f"The base {path.name} cannot be unpacked to {folder.parent}: {error}.",
            remedy="Free some disk space (600 MB for the bundled model) or set XDG_CACHE_HOME.",
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _convert(path: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    place: dict[str, Any] = {"gguf_file": path.name}
    header = read_header(path)
    _refuse_truncated(header)
    try:
        model = AutoModelForCausalLM.from_pretrained(
            path.parent,
            dtype=torch.bfloat16,
            quantization_config=GgufConfig(dequantize=True),
            **place,
        )
        tokenizer = AutoTokenizer.from_pretrained(path.parent, **place)
        _cut_as_the_engine(tokenizer.backend_tokenizer, header.text("tokenizer.ggml.pre"))
        model.config.quantization_config = None
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    except (ValueError, KeyError, RuntimeError, NotImplementedError) as error:
        raise ModelError(
            f"The base {path} cannot be read as a model to train: {str(error)[:300]}",
            remedy="Name a GGUF file of an architecture that transformers knows (Gemma 3, Llama, Qwen).",
        ) from error


def _cut_as_the_engine(tokenizer: Any, manner: str) -> None:
    """How text is cut before words are looked up, by the name that the file gives it. transformers
    takes every byte-level vocabulary for that of GPT-2, which reads numbers whole."""
    from tokenizers import pre_tokenizers

    if manner == "smollm":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False),
            ]
        )


def _refuse_truncated(header: GgufHeader) -> None:
    """Raises ModelError where the file ends before its last tensor does."""
    import gguf

    path, end = header.path, 0
    for tensor in header.tensors.values():
        block, block_bytes = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType(tensor.kind)]
        size = math.prod(tensor.shape) // block * block_bytes
        end = max(end, header.data_starts + tensor.offset + size)
    if path.stat().st_size < end:
        raise ModelError(
            f"The base {path} ends after {path.stat().st_size} bytes; its tensors need {end}.",
            remedy="Copy or download it again; it was cut off on the way.",
        )
