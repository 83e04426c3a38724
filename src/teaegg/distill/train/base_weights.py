"""The base in the form that trains: GGUF weights unpacked once and kept beside other caches."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from teaegg.core.errors import ModelError, StorageError
from teaegg.models.local import bundled_model, fingerprint

_CONVERSION = "1"
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
    _refuse_truncated(path)
    try:
        model = AutoModelForCausalLM.from_pretrained(
            path.parent,
            dtype=torch.bfloat16,
            quantization_config=GgufConfig(dequantize=True),
            **place,
        )
        tokenizer = AutoTokenizer.from_pretrained(path.parent, **place)
        model.config.quantization_config = None
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    except (ValueError, KeyError, RuntimeError, NotImplementedError) as error:
        raise ModelError(
            f"The base {path} cannot be read as a model to train: {str(error)[:300]}",
            remedy="Name a GGUF file of an architecture that transformers knows (Gemma 3, Llama, Qwen).",
        ) from error


def _refuse_truncated(path: Path) -> None:
    """Raises ModelError where the file ends before its last tensor does."""
    import gguf

    try:
        reader = gguf.GGUFReader(path)
        end = max(
            (tensor.data_offset + int(tensor.n_bytes) for tensor in reader.tensors), default=0
        )
    except (ValueError, IndexError, KeyError, OSError) as error:
        raise ModelError(
            f"The base {path} is no whole GGUF file: {error}.",
            remedy="Copy or download it again; its size must not have changed on the way.",
        ) from error
    if not end or path.stat().st_size < end:
        raise ModelError(
            f"The base {path} ends after {path.stat().st_size} bytes; its tensors need {end}.",
            remedy="Copy or download it again; it was cut off on the way.",
        )


def base_description(folder: Path) -> dict[str, Any]:
    """What config.json says. Raises ModelError where it is no JSON object."""
    try:
        described = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The base {folder} has an unreadable config.json: {error}.",
            remedy="Save the model again.",
        ) from error
    return dict(described)
