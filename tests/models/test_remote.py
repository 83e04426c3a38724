"""OpenAI-compatible endpoints: real ones on loopback, and every way in which one can fail."""

from __future__ import annotations

import importlib.util
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from pydantic import SecretStr

from teaegg.core.errors import InvalidRequestError, ModelError, ModelUnavailableError
from teaegg.core.settings import ChatModelSettings, EmbeddingModelSettings
from teaegg.models.base import Message
from teaegg.models.remote import OpenAIChat, OpenAIEmbedder


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


failing_endpoint = _beside("failing_endpoint").failing_endpoint
servers = _beside("model_servers")
KEY = servers.KEY
HELLO = [Message("user", "Count: one, two, three,")]
OPTIONS = ["年休假5天", "年休假10天", "国家法定休假日不计入年休假"]


@pytest.fixture(scope="module")
def chat_address() -> Iterator[str]:
    with servers.chat_server() as address:
        yield address


@pytest.fixture(scope="module")
def embedding_address() -> Iterator[str]:
    with servers.embedding_server() as address:
        yield address


def chat(base_url: str, *, key: str = KEY, timeout: float = 60) -> OpenAIChat:
    return OpenAIChat(
        ChatModelSettings(
            engine="openai",
            model="gemma",
            base_url=base_url,
            api_key=SecretStr(key),
            timeout_seconds=timeout,
        )
    )


def embedder(base_url: str, *, dimensions: int = 384, batch: int = 16) -> OpenAIEmbedder:
    return OpenAIEmbedder(
        EmbeddingModelSettings(
            engine="openai",
            model="e5",
            base_url=base_url,
            dimensions=dimensions,
            batch_passages=batch,
        )
    )


async def said(model: OpenAIChat) -> str:
    try:
        return "".join([piece async for piece in model.stream(HELLO, max_tokens=12)])
    finally:
        await model.close()


async def chosen(model: OpenAIChat, picks: int = 2) -> tuple[int, ...]:
    try:
        return (await model.choose("哪一句？", OPTIONS, picks=picks)).picked
    finally:
        await model.close()


def completion(content: str | None) -> str:
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "finish_reason": "stop", "message": message}
    return json.dumps(
        {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    )


def chunk(text: str, finish: str | None = None) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    body = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [choice],
    }
    return f"data: {json.dumps(body)}\n\n"


async def test_text_streams_from_a_real_second_process(chat_address: str) -> None:
    assert len(await said(chat(chat_address))) > 3


async def test_a_real_server_picks_among_the_options(chat_address: str) -> None:
    model = chat(chat_address)
    choice = await model.choose("工作3年有几天年休假？", OPTIONS, picks=2)
    await model.close()
    assert 1 <= len(choice.picked) <= 2
    assert set(choice.picked) <= {0, 1, 2}
    assert choice.decode_ms > 0


async def test_a_real_server_refuses_a_wrong_key(chat_address: str) -> None:
    with pytest.raises(ModelError, match=r"refused the key.*chat\.api_key") as caught:
        await said(chat(chat_address, key="a-wrong-key"))
    assert "a-wrong-key" not in str(caught.value)
    assert not isinstance(caught.value, ModelUnavailableError)


async def test_vectors_come_from_a_real_second_process(embedding_address: str) -> None:
    model = embedder(embedding_address, batch=2)
    texts = ["年休假五天", "离心泵的密封圈", "the seal of the pump"]
    vectors = await model.embed_passages(texts)
    question = await model.embed_question("年休假有几天？")
    await model.close()
    assert (vectors.shape, vectors.dtype) == ((3, 384), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert int(np.argmax(vectors @ question)) == 0


async def test_no_passages_make_no_vectors_and_no_request(embedding_address: str) -> None:
    model = embedder(embedding_address)
    assert (await model.embed_passages([])).shape == (0, 384)
    await model.close()


async def test_vectors_of_another_length_are_refused(embedding_address: str) -> None:
    model = embedder(embedding_address, dimensions=1024)
    with pytest.raises(ModelError, match=r"length 384.*1024.*embedding\.dimensions = 384"):
        await model.embed_question("年休假")
    await model.close()


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_overloaded_endpoint_is_asked_three_times(status: int) -> None:
    with failing_endpoint(status, '{"error": {"message": "busy"}}') as endpoint:
        with pytest.raises(ModelUnavailableError, match=f"{endpoint.base_url}.*HTTP {status}"):
            await said(chat(endpoint.base_url))
        assert len(endpoint.requests) == 3


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, r"chat\.api_key"),
        (403, r"chat\.api_key"),
        (404, "'gemma'"),
        (400, "refused the request"),
    ],
)
async def test_a_refusal_is_not_repeated_and_says_what_to_do(status: int, words: str) -> None:
    with failing_endpoint(status, '{"error": {"message": "no"}}') as endpoint:
        with pytest.raises(ModelError, match=words) as caught:
            await said(chat(endpoint.base_url))
        assert not isinstance(caught.value, ModelUnavailableError)
        assert caught.value.remedy
        assert len(endpoint.requests) == 1


async def test_a_hanging_endpoint_is_given_up() -> None:
    with failing_endpoint(hang=30) as endpoint:
        with pytest.raises(ModelUnavailableError, match=r"within 0\.2 s.*timeout_seconds"):
            await said(chat(endpoint.base_url, timeout=0.2))
        assert len(endpoint.requests) == 3


async def test_nobody_listening_names_the_address() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
    with pytest.raises(ModelUnavailableError, match=f"{base_url} cannot be reached.*base_url"):
        await said(chat(base_url))


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "text/event-stream"])
async def test_a_web_page_instead_of_an_answer_is_an_error(content_type: str) -> None:
    page = "<html><body>Welcome to the proxy</body></html>"
    with failing_endpoint(200, page, content_type=content_type) as endpoint:
        with pytest.raises(ModelError, match=endpoint.base_url):
            await said(chat(endpoint.base_url))
        with pytest.raises(ModelError, match="OpenAI-compatible"):
            await chosen(chat(endpoint.base_url))
        vectors = embedder(endpoint.base_url)
        with pytest.raises(ModelError, match="OpenAI-compatible"):
            await vectors.embed_question("年休假")
        await vectors.close()


@pytest.mark.parametrize("cut", [True, False])
async def test_a_stream_that_breaks_off_is_no_answer(cut: bool) -> None:
    body = chunk("年休假") + chunk("5天")
    with (
        failing_endpoint(200, body, content_type="text/event-stream", cut=cut) as endpoint,
        pytest.raises(ModelUnavailableError, match=endpoint.base_url),
    ):
        await said(chat(endpoint.base_url))


async def test_a_stream_that_ends_properly_is_an_answer() -> None:
    body = chunk("年休假") + chunk("5天", "stop") + "data: [DONE]\n\n"
    with failing_endpoint(200, body, content_type="text/event-stream") as endpoint:
        assert await said(chat(endpoint.base_url)) == "年休假5天"


async def test_an_error_inside_a_stream_is_translated() -> None:
    body = chunk("年休假") + 'data: {"error": {"message": "out of memory"}}\n\n'
    with (
        failing_endpoint(200, body, content_type="text/event-stream") as endpoint,
        pytest.raises(ModelError, match="out of memory"),
    ):
        await said(chat(endpoint.base_url))


async def test_the_schema_offers_the_numbers_of_the_options_only() -> None:
    with failing_endpoint(200, completion('{"picked": [3, 1]}')) as endpoint:
        assert await chosen(chat(endpoint.base_url)) == (2, 0)
        [request] = endpoint.requests
    schema = request["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["picked"]["items"]["enum"] == [1, 2, 3]
    assert schema["properties"]["picked"]["maxItems"] == 2
    assert all(option in request["messages"][0]["content"] for option in OPTIONS)


async def test_a_number_said_twice_is_one_pick() -> None:
    with failing_endpoint(200, completion('{"picked": [2, 2]}')) as endpoint:
        assert await chosen(chat(endpoint.base_url)) == (1,)


@pytest.mark.parametrize(
    "content",
    [
        "The best line is 1.",
        "1",
        "[1]",
        '{"picked": []}',
        '{"picked": [4]}',
        '{"picked": [0]}',
        '{"picked": [true]}',
        '{"picked": ["1"]}',
        '{"picked": [1, 2, 3]}',
        '{"picked": 1}',
        '{"choice": [1]}',
        '{"picked": [1]',
        '```json\n{"picked": [1]}\n```',
        "",
        None,
    ],
)
async def test_anything_but_offered_numbers_is_an_error_and_never_a_guess(
    content: str | None,
) -> None:
    with (
        failing_endpoint(200, completion(content)) as endpoint,
        pytest.raises(ModelError, match=r"did not keep to the lines.*json_schema"),
    ):
        await chosen(chat(endpoint.base_url))


@pytest.mark.parametrize("body", ["{}", '{"choices": []}', '{"choices": null}', "[]", "null", "7"])
async def test_an_answer_of_another_shape_is_an_error(body: str) -> None:
    with (
        failing_endpoint(200, body) as endpoint,
        pytest.raises(ModelError, match=endpoint.base_url),
    ):
        await chosen(chat(endpoint.base_url))


@pytest.mark.parametrize("options", [[], [""], ["a\nb"]])
async def test_a_choice_without_proper_options_is_not_sent(options: list[str]) -> None:
    with failing_endpoint() as endpoint:
        with pytest.raises(InvalidRequestError):
            await chat(endpoint.base_url).choose("?", options, picks=1)
        assert endpoint.requests == []


def vectors_body(*rows: list[float] | str, indices: list[int] | None = None) -> str:
    order = indices or list(range(len(rows)))
    data = [
        {"object": "embedding", "index": i, "embedding": r}
        for i, r in zip(order, rows, strict=True)
    ]
    return json.dumps({"object": "list", "model": "m", "data": data})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (vectors_body([0.0] * 8), "zero or not finite"),
        (vectors_body([float("nan")] * 8), "zero or not finite"),
        (vectors_body([1.0] * 8, [1.0] * 8), "2 vectors for 1 texts"),
        (vectors_body(), "0 vectors"),
        (vectors_body([1.0] * 8, indices=[5]), "indices"),
        (vectors_body([1.0] * 9), "length 9"),
        (vectors_body("AACAPw=="), "length 1"),
        (vectors_body("no base64!"), "no base64"),
        ("{}", "0 vectors"),
    ],
)
async def test_unusable_vectors_are_refused(body: str, words: str) -> None:
    with failing_endpoint(200, body) as endpoint:
        model = embedder(endpoint.base_url, dimensions=8)
        with pytest.raises(ModelError, match=words):
            await model.embed_question("年休假")
        await model.close()


async def test_vectors_are_put_in_the_order_of_the_texts_and_to_length_one() -> None:
    first, second = [3.0, 4.0] + [0.0] * 6, [0.0] * 7 + [2.0]
    with failing_endpoint(200, vectors_body(second, first, indices=[1, 0])) as endpoint:
        model = embedder(endpoint.base_url, dimensions=8)
        vectors = await model.embed_passages(["a", "b"])
        await model.close()
    assert vectors[0][:2].tolist() == pytest.approx([0.6, 0.8])
    assert vectors[1][7] == pytest.approx(1.0)


def test_the_fingerprint_names_endpoint_and_model_and_never_the_key() -> None:
    model = chat("http://127.0.0.1:1/v1")
    assert model.fingerprint == "http://127.0.0.1:1/v1#gemma"
    assert KEY not in repr(vars(model))
