"""A tiny Gemma 3 with random weights and a tokenizer of bytes, so that training takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.needed import MISSING_TRAINING, do_without

from teaegg.distill.rows import Row, Turn

SPECIAL = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
_CITIES = ("青城", "白河", "南岭", "东湖", "西山", "北原", "云州", "海口")


@pytest.fixture(scope="session", autouse=True)
def _torch() -> None:
    """Everything below needs the extra `train`."""
    if MISSING_TRAINING:
        do_without(f"{', '.join(MISSING_TRAINING)} is not installed: pip install 'teaegg[train]'")


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    folder = tmp_path_factory.mktemp("tiny_base")
    _byte_tokenizer(folder / "tokenizer.json")
    config = Gemma3TextConfig(
        vocab_size=256 + len(SPECIAL),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=1,
        head_dim=16,
        sliding_window=24,
        sliding_window_pattern=3,
        query_pre_attn_scalar=16,
        pad_token_id=0,
        eos_token_id=1,
        bos_token_id=2,
    )
    torch.manual_seed(7)
    model = Gemma3ForCausalLM(config)
    for name, parameter in model.named_parameters():
        # Norms of a trained Gemma are far from 1: an offset that is lost would show.
        torch.nn.init.normal_(parameter, 0.5 if "norm" in name else 0.0, 0.2)
    model.save_pretrained(folder)
    return folder


def _byte_tokenizer(path: Path) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *letters])}
    tokenizer = Tokenizer(models.BPE(vocabulary, [], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(word, special=True) for word in SPECIAL])
    beginning = SPECIAL[2]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{beginning} $A", special_tokens=[(beginning, 2)]
    )
    tokenizer.save(str(path))


@pytest.fixture(scope="session")
def city_rows() -> Callable[[int], list[Row]]:
    """`count` rows, three questions to a passage; the answer stands in the passage."""

    def make(count: int) -> list[Row]:
        rows = []
        for number in range(count):
            city = _CITIES[number // 3 % len(_CITIES)]
            passage = f"[1] {city}\n{city}有{number // 3 + 2}座桥。"
            asked = ("有什么？", "有几座桥？", "在哪里？")[number % 3]
            answer = ("桥", f"{number // 3 + 2}座桥", city)[number % 3]
            turn = Turn(role="user", content=f"{passage}\n\n问题：{asked}")
            rows.append(
                Row(
                    id=f"r{number}",
                    kind="lookup",
                    turns=(turn,),
                    answer=answer,
                    documents=(f"d{number // 3}",),
                )
            )
        return rows

    return make
