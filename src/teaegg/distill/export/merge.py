"""Base and adapter as one GGUF file, for engines that take no adapters: Ollama, LM Studio, llama.cpp."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.distill.export.jinja import jinja_of
from teaegg.distill.export.peft_folder import LowRank, read_peft
from teaegg.distill.export.projections import place_in
from teaegg.distill.export.writing import gguf_library, whole_file
from teaegg.models.gguf import GgufHeader, read_header
from teaegg.models.local import bundled_model
from teaegg.models.templates import ChatTemplate

Quantisation = Literal["q8_0", "f16"]
"""What can be written without a compiler. Q4_K_M needs llama.cpp's own llama-quantize: run it on f16."""

_TOKENS = "tokenizer.ggml.tokens"
_ENDS = ("tokenizer.ggml.eot_token_id", "tokenizer.ggml.eos_token_id")
_REWRITTEN = ("general.architecture", "general.file_type", "tokenizer.chat_template", _ENDS[0])


def merge(
    base: Path | None,
    peft_folder: Path,
    target: Path,
    quantisation: Quantisation = "q8_0",
    *,
    template: ChatTemplate,
) -> None:
    """Write `base + alpha / rank * b @ a`; what the adapter does not touch stays as the base has it.

    The file carries `template` as its chat template and the template's first end as end of turn, so
    that other engines ask as training did and stop where it did. Raises as `write_gguf_adapter`, and
    InvalidRequestError for a template whose ends the base's vocabulary does not have.
    """
    header = read_header(base or bundled_model())
    adapter = read_peft(peft_folder)
    placed = place_in(header, adapter)
    end = _token(header, template.ends[0], template)
    gguf = gguf_library()
    with whole_file(target) as partial:
        writer = gguf.GGUFWriter(partial, header.text("general.architecture"))
        _copy_fields(writer, header, gguf)
        kinds = gguf.LlamaFileType
        writer.add_file_type(kinds.MOSTLY_Q8_0 if quantisation == "q8_0" else kinds.MOSTLY_F16)
        writer.add_chat_template(jinja_of(template))
        writer.add_eot_token_id(end)
        with (
            header.path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            scale = adapter.alpha / adapter.rank
            _add_tensors(writer, _Source(header, data, gguf), placed, scale, quantisation)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
        writer.close()


def _token(header: GgufHeader, text: str, template: ChatTemplate) -> int:
    tokens = header.fields.get(_TOKENS, [])
    if text not in tokens:
        raise InvalidRequestError(
            f"The base {header.path.name} has no token {text!r}, at which the chat template "
            f"{template.name} ends an answer.",
            remedy="Use the template that the expert was trained with.",
        )
    return int(tokens.index(text))


def _copy_fields(writer: Any, header: GgufHeader, gguf: Any) -> None:
    for name, value in header.fields.items():
        if name not in _REWRITTEN:
            kind, *member = (gguf.GGUFValueType(number) for number in header.kinds[name])
            writer.add_key_value(name, value, kind, *member)


class _Source:
    """The base's tensors: as they stand in the file, or as numbers."""

    def __init__(self, header: GgufHeader, data: mmap.mmap, gguf: Any) -> None:
        self.header = header
        self.gguf = gguf
        self._data = data

    def raw(self, name: str) -> tuple[NDArray[np.uint8], Any]:
        """Bytes of shape (..., bytes of a row), copied, and their kind."""
        tensor = self.header.tensors[name]
        kind = self.gguf.GGMLQuantizationType(tensor.kind)
        numbers, size = self.gguf.GGML_QUANT_SIZES[kind]
        rows = tensor.shape[:0:-1]
        width = tensor.shape[0] // numbers * size
        start = self.header.data_starts + tensor.offset
        count = int(np.prod(rows, dtype=np.int64)) * width
        piece = self._data[start : start + count]
        if len(piece) < count:
            raise ModelError(
                f"The base {self.header.path} is cut off in tensor {name}.", remedy="Copy it again."
            )
        return np.frombuffer(piece, np.uint8).reshape(*rows, width), kind

    def numbers(self, name: str) -> NDArray[np.float32]:
        raw, kind = self.raw(name)
        return np.asarray(self.gguf.quants.dequantize(raw, kind), np.float32)


def _add_tensors(
    writer: Any,
    source: _Source,
    placed: dict[str, LowRank],
    scale: float,
    quantisation: Quantisation,
) -> None:
    kinds = source.gguf.GGMLQuantizationType
    wanted = kinds.Q8_0 if quantisation == "q8_0" else kinds.F16
    for name in source.header.tensors:
        if name not in placed:
            raw, kind = source.raw(name)
            if kind in (kinds.F32, kinds.F16):
                writer.add_tensor(name, raw.view({kinds.F32: "<f4", kinds.F16: "<f2"}[kind]))
            else:
                writer.add_tensor(name, raw, raw_dtype=kind)
            continue
        change = scale * (placed[name].b @ placed[name].a)
        merged = source.gguf.quants.quantize(source.numbers(name) + change, wanted)
        writer.add_tensor(name, merged, raw_dtype=wanted if merged.dtype == np.uint8 else None)
