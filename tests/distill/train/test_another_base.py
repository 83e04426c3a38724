"""SmolLM2 unpacked from its GGUF reads text and speaks as the engine does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.needed import needs_smollm2

pytest.importorskip("torch")

import torch

from teaegg.distill.export.engine_voice import say
from teaegg.distill.recipe import Recipe
from teaegg.distill.train.base_weights import base_folder
from teaegg.distill.train.sheets import make_sheets
from teaegg.distill.train.student import Student
from teaegg.distill.train.tokens import Tokenizer, TokenRow
from teaegg.models.bases import base_named
from teaegg.models.llama.engine import Engine

pytestmark = [needs_smollm2, pytest.mark.timeout(600)]
TEXTS = (
    "The capital of France is",
    "In 2026 the fee rose from 1,250 to 13%.\n\nwe'll see;  double  spaces\t\ttab",
    "<|im_start|>user\nWho wrote it?<|im_end|>\n<|im_start|>assistant\n",
    "增值税率为13%，2026年起执行。",
)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    engine = Engine(base_named("smollm2-135m").path, context_tokens=512, threads=1)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def folder() -> Path:
    return base_folder(base_named("smollm2-135m").path)


def test_text_becomes_the_tokens_of_the_engine(engine: Engine, folder: Path) -> None:
    tokenizer = Tokenizer(folder)
    for text in TEXTS:
        ours = tokenizer.prompt(text)
        said = say(engine, text, 1, adapter=None)
        assert said.prompt_tokens == len(ours), text
        # Equal counts could be other tokens: what follows tells.
        assert said.likeliest == say(engine, list(ours), 1, adapter=None).likeliest, text


@pytest.fixture(scope="module")
def student(folder: Path) -> Student:
    return Student(folder, Recipe(rank=1), device=torch.device("cpu"))


def divergence(student: Student, prompt: tuple[int, ...], likely: dict[int, float]) -> float:
    """Of the student's next token from `likely`, in nats."""
    (sheet,) = make_sheets([TokenRow("r", prompt, (0,), "g")], most_tokens=512)
    with torch.no_grad():
        logits = student.logits(student.outputs([sheet]).hidden)[0]
    ours = torch.log_softmax(logits, -1)
    return sum(math.exp(p) * (p - float(ours[token])) for token, p in likely.items())


def test_probabilities_are_those_of_the_engine(
    engine: Engine, folder: Path, student: Student
) -> None:
    tokenizer = Tokenizer(folder)
    for text in TEXTS:
        likely = say(engine, text, 1, adapter=None).likeliest[0]
        found = divergence(student, tokenizer.prompt(text), likely)
        assert abs(found) < 0.05, (text, found)


def test_parts_of_a_character_are_told_like_whole_ones(
    engine: Engine, folder: Path, student: Student
) -> None:
    tokenizer, text = Tokenizer(folder), "年假有几天？员工每年享受年假五天。年"
    said = say(engine, text, 6, adapter=None)
    assert any("\ufffd" in tokenizer.text([token]) for token in said.tokens)
    for place, likely in enumerate(said.likeliest):
        before = (*tokenizer.prompt(text), *said.tokens[:place])
        # Of another place it would be more than ten; between two engines it is rounding.
        assert abs(divergence(student, before, likely)) < 0.5, place
