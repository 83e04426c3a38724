"""What every language model and every embedder of the house must do, whichever engine stands behind."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from teaegg.core.errors import InvalidRequestError
from teaegg.core.settings import ChatModelSettings, EmbeddingModelSettings
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.base import ChatModel, Embedder, Message
from teaegg.models.e5.embedder import E5Embedder
from teaegg.models.local import LocalChat
from teaegg.models.nano import NanoEmbedder
from teaegg.models.remote import OpenAIChat, OpenAIEmbedder
from teaegg.models.standin import ScriptedChat
from teaegg.models.templates import GEMMA

_SPEC = importlib.util.spec_from_file_location(
    "model_servers", Path(__file__).parents[1] / "models" / "model_servers.py"
)
assert _SPEC and _SPEC.loader
servers = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(servers)
_MADE = importlib.util.spec_from_file_location(
    "made_adapters", Path(__file__).parents[1] / "models" / "made_adapters.py"
)
assert _MADE and _MADE.loader
made = importlib.util.module_from_spec(_MADE)
_MADE.loader.exec_module(made)

OPTIONS = ["年休假5天", "年休假10天", "Leave is 12 days.", "“不得”转让\\n"]


@pytest.fixture(scope="module")
def chat_address() -> Iterator[str]:
    with servers.chat_server() as address:
        yield address


@pytest.fixture(scope="module")
def embedding_address() -> Iterator[str]:
    with servers.embedding_server() as address:
        yield address


@pytest.fixture(scope="module")
def local_chat() -> Iterator[LocalChat]:
    """Loaded once: reading the weights takes seconds."""
    model = LocalChat(None, context_tokens=1024, threads=1)
    yield model
    asyncio.run(model.close())


@pytest.fixture(scope="module")
def adapter_chat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatModel]:
    """Loaded once, at its first question."""
    path = made.made_gguf(tmp_path_factory.mktemp("adapter"), 1)
    server = AdapterServer(None, context_tokens=512, threads=1, slots=2)
    server.know({"expert": path})
    yield server.chat("expert", GEMMA)
    asyncio.run(server.close())


@pytest.fixture(params=["scripted", "local", "adapter", "openai"])
async def chat(request: pytest.FixtureRequest) -> AsyncIterator[ChatModel]:
    model: ChatModel
    if request.param == "scripted":
        model = ScriptedChat("one, two, three", "four", picks=(1, 0, 3))
    elif request.param == "local":
        yield request.getfixturevalue("local_chat")
        return
    elif request.param == "adapter":
        yield request.getfixturevalue("adapter_chat")
        return
    else:
        model = OpenAIChat(
            ChatModelSettings(
                engine="openai",
                model="gemma",
                base_url=request.getfixturevalue("chat_address"),
                api_key=SecretStr(servers.KEY),
            )
        )
    yield model
    await model.close()


@pytest.fixture(params=["onnxruntime", "nano", "openai"])
async def embedder(request: pytest.FixtureRequest) -> AsyncIterator[Embedder]:
    model: Embedder = NanoEmbedder()
    if request.param == "onnxruntime":
        model = E5Embedder(threads=1, otherwise=model)
    elif request.param == "openai":
        model = OpenAIEmbedder(
            EmbeddingModelSettings(
                engine="openai",
                model="e5",
                base_url=request.getfixturevalue("embedding_address"),
                batch_passages=2,
            )
        )
    yield model
    await model.close()


async def test_text_comes_in_pieces_that_are_never_empty(chat: ChatModel) -> None:
    prompt = [Message("user", "Count: one, two, three,")]
    pieces = [piece async for piece in chat.stream(prompt, max_tokens=6)]
    assert pieces
    assert all(isinstance(piece, str) and piece for piece in pieces)


async def test_a_stream_may_be_left_before_its_end(chat: ChatModel) -> None:
    stream = chat.stream([Message("user", "Count: one, two, three,")], max_tokens=20)
    async for piece in stream:
        assert piece
        break
    await stream.aclose()  # type: ignore[attr-defined]
    choice = await chat.choose("Which?", OPTIONS[:2], picks=1)
    assert choice.picked


@pytest.mark.parametrize("picks", [1, 2, 9])
async def test_picks_are_distinct_indices_of_the_options(chat: ChatModel, picks: int) -> None:
    choice = await chat.choose("员工工作3年，年休假有几天？", OPTIONS, picks=picks)
    assert 1 <= len(choice.picked) <= min(picks, len(OPTIONS))
    assert len(set(choice.picked)) == len(choice.picked)
    assert set(choice.picked) <= set(range(len(OPTIONS)))
    assert choice.prefill_ms >= 0 and choice.decode_ms >= 0


async def test_a_single_option_is_picked(chat: ChatModel) -> None:
    assert (await chat.choose("Which?", ["年休假5天"], picks=3)).picked == (0,)


@pytest.mark.parametrize("options", [[], [""], ["one\ntwo"]])
async def test_a_choice_needs_proper_options(chat: ChatModel, options: list[str]) -> None:
    with pytest.raises(InvalidRequestError):
        await chat.choose("Which?", options, picks=1)


async def test_a_model_says_what_it_is(chat: ChatModel) -> None:
    await chat.choose("Which?", OPTIONS[:2], picks=1)
    assert chat.name
    assert chat.fingerprint


async def test_passages_become_unit_vectors_in_their_order(embedder: Embedder) -> None:
    texts = ["年休假五天", "The seal of the pump", "年休假五天"]
    vectors = await embedder.embed_passages(texts)
    assert vectors.shape == (3, embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert np.allclose(vectors[0], vectors[2], atol=1e-4)
    assert not np.allclose(vectors[0], vectors[1], atol=1e-2)


async def test_a_question_becomes_one_unit_vector_near_its_passage(embedder: Embedder) -> None:
    question = await embedder.embed_question("年休假有几天？")
    vectors = await embedder.embed_passages(["The seal of the pump", "职工年休假为五天"])
    assert question.shape == (embedder.dimensions,)
    assert question.dtype == np.float32
    assert abs(float(np.linalg.norm(question)) - 1) < 1e-3
    assert int(np.argmax(vectors @ question)) == 1


async def test_no_texts_make_no_vectors(embedder: Embedder) -> None:
    assert (await embedder.embed_passages([])).shape == (0, embedder.dimensions)
