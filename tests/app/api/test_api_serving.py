"""A real second process on loopback: the official OpenAI client, unchanged, and the port."""

import asyncio
import base64
from collections.abc import Iterator

import numpy as np
import openai
import pytest
from tests.app.api.served import Served

from teaegg.app.api.serve import listen, serve
from teaegg.app.workspace import Workspace
from teaegg.core.errors import ConflictError, SettingsError

QUESTION = "年假有几天？"


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    base, key = f"{served.address}/v1", served.keys["li"]
    with openai.OpenAI(base_url=base, api_key=key, max_retries=0) as opened:
        yield opened


def test_models_are_listed(client: openai.OpenAI) -> None:
    names = {model.id for model in client.models.list()}
    assert {"teaegg", "teaegg-quote", "teaegg-compose", "teaegg-embedding"} <= names


def test_a_completion_carries_its_proof(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(
        model="teaegg-quote", messages=[{"role": "user", "content": QUESTION}]
    )
    message = reply.choices[0].message
    assert message.verdict == "answered"
    assert message.citations[0]["quote"] in message.content
    assert message.trace.startswith("t")
    assert reply.choices[0].finish_reason == "stop"


def test_a_stream_says_the_same_as_the_whole(client: openai.OpenAI) -> None:
    ask = {"model": "teaegg", "messages": [{"role": "user", "content": QUESTION}]}
    whole = client.chat.completions.create(**ask).choices[0].message.content
    chunks = list(client.chat.completions.create(**ask, stream=True))
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert said == whole
    last = chunks[-1].choices[0]
    assert (last.finish_reason, last.delta.verdict) == ("stop", "answered")


def test_earlier_messages_tell_what_a_follow_up_means(client: openai.OpenAI) -> None:
    reply = client.chat.completions.create(
        model="teaegg",
        messages=[
            {"role": "system", "content": "You are helpful."},
            {"role": "user", "content": "年假需要什么证明？"},
            {"role": "assistant", "content": "……"},
            {"role": "user", "content": [{"type": "text", "text": "那病假呢？"}]},
        ],
    )
    assert "医院证明" in reply.choices[0].message.content


@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_embeddings_in_both_encodings(client: openai.OpenAI, encoding: str) -> None:
    reply = client.embeddings.create(
        model="teaegg-embedding", input=["年假", "报销"], encoding_format=encoding
    )
    raw = reply.data[1].embedding
    vector = (
        np.frombuffer(base64.b64decode(raw), dtype="<f4") if isinstance(raw, str) else np.array(raw)
    )
    assert vector.shape == (64,)
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5


def test_one_text_gives_one_vector(client: openai.OpenAI) -> None:
    reply = client.embeddings.create(model="teaegg-embedding-question", input="年假有几天？")
    assert len(reply.data) == 1


def test_errors_are_those_of_the_protocol(client: openai.OpenAI, served: Served) -> None:
    ask = [{"role": "user", "content": QUESTION}]
    with pytest.raises(openai.NotFoundError, match="gpt-4"):
        client.chat.completions.create(model="gpt-4", messages=ask)
    with pytest.raises(openai.BadRequestError, match="role user"):
        client.chat.completions.create(
            model="teaegg", messages=[{"role": "system", "content": "x"}]
        )
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model="teaegg-embedding", input="")
    stranger = openai.OpenAI(base_url=f"{served.address}/v1", api_key="te-wrong", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        stranger.models.list()


async def test_a_taken_port_is_named_with_a_remedy(workspace: Workspace) -> None:
    taken = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    with pytest.raises(ConflictError, match=f"Port {port}.*--port"):
        await serve(workspace, "127.0.0.1", port)
    taken.close()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_a_host_that_is_not_this_machine_is_a_wrong_setting(host: str) -> None:
    with pytest.raises(SettingsError):
        listen(host, 0)


async def test_the_server_tells_its_address_and_stops_when_cancelled(workspace: Workspace) -> None:
    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(workspace, "127.0.0.1", 0, told.set_result))
    address = await asyncio.wait_for(told, 20)
    assert address.startswith("http://127.0.0.1:")
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    port = int(address.rsplit(":", 1)[1])
    listen("127.0.0.1", port).close()
