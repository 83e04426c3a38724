"""A beginning that was computed once is what it would be in front of each question."""

from __future__ import annotations

from pathlib import Path

import pytest

from teaegg.distill.train.factory import make_option_reader
from teaegg.models.options import OptionQuestion, read_all

OPTIONS = ("A", " because", "答案", " b")


@pytest.mark.parametrize("line", ["x\n", "几行字，比窗口还要长。\n" * 3])
async def test_a_beginning_read_once_is_exact_within_and_beyond_the_window(
    tiny_base: Path, line: str
) -> None:
    prompts = ("A?", "Why is snow white, and grass green?\n答案：", "x = 1\n", "again")
    once = [OptionQuestion(line, prompt, OPTIONS) for prompt in prompts]
    each = [OptionQuestion("", line + prompt, OPTIONS) for prompt in prompts]
    reader = make_option_reader(tiny_base, threads=2, exact=True)
    read_once, read_each = [await read_all(reader, questions) for questions in (once, each)]
    await reader.close()
    for ours, theirs in zip(read_once, read_each, strict=True):
        assert [option.tokens for option in ours] == [1, 8, 6, 2]
        for option, other in zip(ours, theirs, strict=True):
            assert option.nats == pytest.approx(other.nats, abs=1e-3)


async def test_likelihoods_are_those_of_the_whole_text(tiny_base: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    from teaegg.distill.train.tokens import Tokenizer

    question = OptionQuestion("一行。\n" * 4, "Is it so?", OPTIONS)
    reader = make_option_reader(tiny_base, threads=1, exact=True)
    (read,) = await read_all(reader, [question])
    await reader.close()
    model = AutoModelForCausalLM.from_pretrained(tiny_base, dtype=torch.float32)
    tokenizer = Tokenizer(tiny_base)
    for option, found in zip(OPTIONS, read, strict=True):
        before, said = tokenizer.prompt(question.prefix + question.prompt), tokenizer.plain(option)
        with torch.inference_mode():
            logits = model(torch.tensor([[*before, *said]])).logits[0, len(before) - 1 : -1]
        nats = torch.log_softmax(logits, -1)[range(len(said)), list(said)].sum().item()
        assert found.nats == pytest.approx(nats, abs=1e-3)
