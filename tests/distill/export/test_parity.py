"""An export is proved against the trained model; one that was broken on purpose is refused."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("peft")

from jinja2 import Template

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.distill.export.adapter import write_gguf_adapter
from teaegg.distill.export.jinja import jinja_of
from teaegg.distill.export.merge import merge
from teaegg.distill.export.parity import Exported, Parity, prove_parity
from teaegg.distill.export.proved import PROMPTS, export_adapter
from teaegg.distill.export.trainer_voice import TrainerVoice
from teaegg.models.base import Message
from teaegg.models.llama.engine import Engine
from teaegg.models.local import bundled_model
from teaegg.models.templates import CHATML, GEMMA, ChatTemplate

_SPEC = importlib.util.spec_from_file_location(
    "made_adapters", Path(__file__).parents[2] / "models" / "made_adapters.py"
)
assert _SPEC and _SPEC.loader
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)

SIZE, FROM_BLOCK = 0.05, 15
ONE = PROMPTS[:1]


@pytest.fixture(scope="module")
def tensors() -> dict[str, np.ndarray]:
    return dict(made.made_tensors(5, size=SIZE, from_block=FROM_BLOCK))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tensors: dict[str, np.ndarray]) -> Path:
    return Path(made.made_folder(tmp_path_factory.mktemp("peft"), tensors))


@pytest.fixture(scope="module")
def voice(folder: Path) -> TrainerVoice:
    return TrainerVoice(None, folder)


@pytest.fixture(scope="module")
def merged(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("merged") / "expert.gguf"
    merge(None, folder, target, "q8_0", template=GEMMA)
    return target


_ENGINES: list[Engine] = []


@pytest.fixture(autouse=True)
def engines_closed() -> Iterator[None]:
    yield
    while _ENGINES:
        _ENGINES.pop().close()


def _engine(path: Path, *adapters: Path) -> Engine:
    _ENGINES.append(Engine(path, context_tokens=512, threads=1, adapters=adapters))
    return _ENGINES[-1]


def _prove_adapter(voice: TrainerVoice, adapter: Path, template: ChatTemplate = GEMMA) -> Parity:
    engine = _engine(bundled_model(), adapter)
    return prove_parity(voice, engine, Exported(engine, 0), ONE, template)


def test_the_adapter_and_the_merged_file_speak_as_training_did(
    voice: TrainerVoice, folder: Path, merged: Path, tmp_path: Path
) -> None:
    write_gguf_adapter(folder, tmp_path / "a.gguf")
    beside = _prove_adapter(voice, tmp_path / "a.gguf")
    whole = prove_parity(
        voice, _engine(bundled_model()), Exported(_engine(merged), None), ONE, GEMMA
    )
    for parity in (beside, whole):
        assert parity.export.divergence <= parity.limit
        assert parity.export.positions == 6


Break = Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]


def _gates_alone(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Six of seven projections were lost on the way."""
    return {name: item for name, item in tensors.items() if "gate_proj" in name}


def _scaled(factor: float) -> Break:
    return lambda tensors: {
        name: item * (factor if "lora_B" in name else 1) for name, item in tensors.items()
    }


def _swapped(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A and B filled in the wrong order, as when they are transposed but the shapes still fit."""
    return {
        name: np.ascontiguousarray(item.reshape(item.shape[::-1]).T)
        for name, item in tensors.items()
    }


@pytest.mark.parametrize("broken", [_scaled(4), _gates_alone, _swapped])
def test_a_broken_adapter_is_refused_with_prompt_token_and_numbers(
    voice: TrainerVoice, tensors: dict[str, np.ndarray], broken: Break, tmp_path: Path
) -> None:
    wrong = made.made_folder(tmp_path / "wrong", broken(tensors))
    write_gguf_adapter(wrong, tmp_path / "a.gguf")
    with pytest.raises(ModelError, match=r"speaks differently .* nats .* token \d"):
        _prove_adapter(voice, tmp_path / "a.gguf")


def test_a_configuration_that_leaves_projections_out_is_refused(
    tensors: dict[str, np.ndarray], tmp_path: Path
) -> None:
    folder = made.made_folder(tmp_path / "peft", tensors, target_modules=["q_proj"])
    with pytest.raises(ModelError, match=r"leaves out .*layers\.0\.mlp\.down_proj"):
        TrainerVoice(None, folder)


def test_a_failing_export_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tensors: dict[str, np.ndarray], tmp_path: Path
) -> None:
    folder = made.made_folder(tmp_path / "peft", tensors)
    monkeypatch.setattr("teaegg.distill.export.parity.LEAST_SAME_TOKENS", 1.1)
    with pytest.raises(ModelError, match="speaks differently"):
        export_adapter(
            folder, tmp_path / "out" / "a.gguf", base=None, template=GEMMA, prompts=ONE, threads=1
        )
    assert list((tmp_path / "out").iterdir()) == []


def test_an_end_that_the_engine_does_not_know_is_refused(
    voice: TrainerVoice, folder: Path, tmp_path: Path
) -> None:
    write_gguf_adapter(folder, tmp_path / "a.gguf")
    endless = replace(GEMMA, ends=("<unused7>",))
    with pytest.raises(ModelError, match="does not stop at '<unused7>'"):
        _prove_adapter(voice, tmp_path / "a.gguf", endless)
    with pytest.raises(InvalidRequestError, match=r"no token '<\|im_end\|>'"):
        merge(None, folder, tmp_path / "m.gguf", template=CHATML)


def test_a_doubled_beginning_and_another_template_are_refused(
    voice: TrainerVoice, folder: Path, tmp_path: Path
) -> None:
    bare = _engine(bundled_model())
    doubled = replace(GEMMA, before="<bos><bos>" + GEMMA.before)
    merge(None, folder, tmp_path / "m.gguf", template=doubled)
    exported = Exported(_engine(tmp_path / "m.gguf"), None)
    with pytest.raises(ModelError, match="beginning of text there once"):
        prove_parity(voice, bare, exported, ONE, GEMMA)


def test_another_base_is_told_from_rounding(voice: TrainerVoice, merged: Path) -> None:
    other = _engine(merged)
    with pytest.raises(ModelError, match="is not the one of the training"):
        prove_parity(voice, other, Exported(other, None), ONE, GEMMA)


@pytest.mark.parametrize("template", [GEMMA, CHATML])
def test_the_jinja_form_renders_what_the_template_renders(template: ChatTemplate) -> None:
    turns = [
        Message("system", 'quotes " and {{ braces }} and \\n'),
        Message("user", "问题：\n年休假？"),
        Message("assistant", "五天"),
        Message("user", " "),
    ]
    rendered = Template(jinja_of(template)).render(
        messages=[{"role": turn.role, "content": turn.content} for turn in turns],
        add_generation_prompt=True,
    )
    assert rendered == template.prompt(turns)
    assert json.dumps(rendered)
