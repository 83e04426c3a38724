"""The unpacked base is the one that is served: tokens and probabilities agree with llama.cpp's."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from teaegg.distill.recipe import Recipe
from teaegg.distill.train.tokens import Tokenizer, TokenRow

torch = pytest.importorskip("torch")

TEXTS = (
    "The capital of France is",
    "你好，世界！增值税率为13%。\n第二行\n\n  缩进 text",
    "<start_of_turn>user\n[1] 标题\n北京是中国的首都。\n\n问题：首都是哪？<end_of_turn>\n"
    "<start_of_turn>model\n",
    "𠮷野家 😀 tab\there\r\nnew  double ",
    " leading space,，。《》“”",
)


@pytest.fixture(scope="module")
def base() -> Path:
    from teaegg.distill.train.base_weights import base_folder

    return base_folder(None)


@pytest.fixture(scope="module")
def engine() -> Any:
    import xllamacpp

    from teaegg.models.local import bundled_model

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(bundled_model())
    parameters.n_ctx = 512
    parameters.verbosity = -1
    return xllamacpp.Server(parameters)


@pytest.mark.journey
@pytest.mark.timeout(600)
def test_tokens_and_probabilities_are_those_of_the_engine(base: Path, engine: Any) -> None:
    from teaegg.distill.train.sheets import make_sheets
    from teaegg.distill.train.student import Student

    tokenizer = Tokenizer(base)
    student = Student(base, Recipe(rank=1), device=torch.device("cpu"))
    for text in TEXTS:
        prompt = tokenizer.prompt(text)
        assert tokenizer.text(prompt[1:]) == text
        body = {"prompt": text, "max_tokens": 1, "temperature": 0, "n_probs": 40}
        reply = engine.handle_completions(body)
        assert reply["usage"]["prompt_tokens"] == len(prompt)
        likely = reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        (sheet,) = make_sheets([TokenRow("r", prompt, (0,), "g")], most_tokens=512)
        with torch.no_grad():
            logits = student.logits(student.outputs([sheet]).hidden)[0]
        ours = torch.log_softmax(logits, -1)
        assert int(ours.argmax()) == likely[0]["id"]
        divergence = sum(
            math.exp(item["logprob"]) * (item["logprob"] - float(ours[item["id"]]))
            for item in likely
        )
        assert abs(divergence) < 0.05, text
