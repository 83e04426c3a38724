"""A PEFT folder becomes a GGUF adapter, or is refused with the name of what does not fit."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.distill.export.adapter import write_gguf_adapter
from teaegg.models.gguf import read_header

_SPEC = importlib.util.spec_from_file_location(
    "made_adapters", Path(__file__).parents[2] / "models" / "made_adapters.py"
)
assert _SPEC and _SPEC.loader
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)

Q = "base_model.model.model.layers.3.self_attn.q_proj"


@pytest.fixture(scope="module")
def tensors() -> dict[str, np.ndarray]:
    return dict(made.made_tensors(1))


def _read(path: Path) -> dict[str, np.ndarray]:
    header, data = read_header(path), path.read_bytes()
    kinds = {0: np.float32, 1: np.float16}
    return {
        tensor.name: np.frombuffer(
            data,
            kinds[tensor.kind],
            count=int(np.prod(tensor.shape)),
            offset=header.data_starts + tensor.offset,
        ).reshape(tensor.shape[::-1])
        for tensor in header.tensors.values()
    }


@pytest.mark.parametrize(("precision", "error"), [("f32", 0.0), ("f16", 1e-3)])
def test_every_factor_arrives_under_the_name_of_llama_cpp(
    tmp_path: Path, tensors: dict[str, np.ndarray], precision: str, error: float
) -> None:
    folder = made.made_folder(tmp_path / "peft", tensors)
    write_gguf_adapter(folder, tmp_path / "a.gguf", precision=precision)  # type: ignore[arg-type]
    header, written = read_header(tmp_path / "a.gguf"), _read(tmp_path / "a.gguf")
    assert header.text("general.type") == "adapter"
    assert header.text("adapter.type") == "lora"
    assert header.text("general.architecture") == "gemma3"
    assert header.fields["adapter.lora.alpha"] == 16
    assert len(written) == len(tensors)
    for letter in "AB":
        there = written[f"blk.3.attn_q.weight.lora_{letter.lower()}"]
        assert np.allclose(there, tensors[f"{Q}.lora_{letter}.weight"], rtol=error, atol=error)
    assert list(tmp_path.glob("*.partial")) == []


def test_a_rank_stabilised_adapter_keeps_its_scale(
    tmp_path: Path, tensors: dict[str, np.ndarray]
) -> None:
    folder = made.made_folder(tmp_path / "peft", tensors, use_rslora=True)
    write_gguf_adapter(folder, tmp_path / "a.gguf")
    alpha = read_header(tmp_path / "a.gguf").fields["adapter.lora.alpha"]
    assert alpha / 8 == pytest.approx(16 / np.sqrt(8))


def test_bfloat16_factors_are_read(tmp_path: Path, tensors: dict[str, np.ndarray]) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import save_file

    folder = made.made_folder(tmp_path / "peft", tensors)
    halved = {name: torch.from_numpy(item).bfloat16() for name, item in tensors.items()}
    save_file(halved, folder / "adapter_model.safetensors")
    write_gguf_adapter(folder, tmp_path / "a.gguf", precision="f32")
    there = _read(tmp_path / "a.gguf")["blk.3.attn_q.weight.lora_b"]
    assert np.array_equal(there, halved[f"{Q}.lora_B.weight"].float().numpy())


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("base_model.model.lm_head.lora_A.weight", (8, 640)),
        ("base_model.model.model.embed_tokens.lora_embedding_A", (8, 640)),
        ("base_model.model.model.layers.0.self_attn.q_norm.weight", (256,)),
    ],
)
def test_what_engines_would_drop_silently_is_refused_by_name(
    tmp_path: Path, tensors: dict[str, np.ndarray], name: str, shape: tuple[int, ...]
) -> None:
    folder = made.made_folder(tmp_path / "p", {**tensors, name: np.zeros(shape, np.float32)})
    with pytest.raises(InvalidRequestError, match=name.replace(".", r"\.")):
        write_gguf_adapter(folder, tmp_path / "a.gguf")
    assert not (tmp_path / "a.gguf").exists()


@pytest.mark.parametrize(
    "config",
    [
        {"use_dora": True},
        {"bias": "all"},
        {"modules_to_save": ["lm_head"]},
        {"alpha_pattern": {"q_proj": 4}},
    ],
)
def test_a_configuration_that_gguf_cannot_hold_is_refused(
    tmp_path: Path, tensors: dict[str, np.ndarray], config: dict[str, object]
) -> None:
    folder = made.made_folder(tmp_path / "p", tensors, **config)
    with pytest.raises(InvalidRequestError, match=next(iter(config))):
        write_gguf_adapter(folder, tmp_path / "a.gguf")


def test_a_missing_half_and_a_foreign_shape_name_the_projection(
    tmp_path: Path, tensors: dict[str, np.ndarray]
) -> None:
    halved = {name: item for name, item in tensors.items() if name != f"{Q}.lora_B.weight"}
    folder = made.made_folder(tmp_path / "half", halved)
    with pytest.raises(ModelError, match=r"layers\.3\.self_attn\.q_proj has no lora_B"):
        write_gguf_adapter(folder, tmp_path / "a.gguf")
    wide = {**tensors, f"{Q}.lora_A.weight": np.zeros((8, 576), np.float32)}
    folder = made.made_folder(tmp_path / "wide", wide)
    with pytest.raises(ModelError, match=r"not trained on gemma-3-270m.*q_proj has 576 inputs"):
        write_gguf_adapter(folder, tmp_path / "a.gguf")


def test_numbers_that_are_not_finite_are_refused(
    tmp_path: Path, tensors: dict[str, np.ndarray]
) -> None:
    broken = tensors[f"{Q}.lora_A.weight"].copy()
    broken[0, 0] = np.nan
    folder = made.made_folder(tmp_path / "p", {**tensors, f"{Q}.lora_A.weight": broken})
    with pytest.raises(ModelError, match="not finite"):
        write_gguf_adapter(folder, tmp_path / "a.gguf")


def test_files_that_are_cut_off_are_named(tmp_path: Path, tensors: dict[str, np.ndarray]) -> None:
    folder = made.made_folder(tmp_path / "p", tensors)
    weights = folder / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelError, match=r"adapter_model\.safetensors is not a whole"):
        write_gguf_adapter(folder, tmp_path / "a.gguf")
    (folder / "adapter_config.json").write_text("{")
    with pytest.raises(ModelError, match=r"adapter_config\.json is not"):
        write_gguf_adapter(folder, tmp_path / "a.gguf")
    with pytest.raises(ModelError, match=r"none\.gguf is not there"):
        write_gguf_adapter(folder, tmp_path / "a.gguf", base=tmp_path / "none.gguf")
