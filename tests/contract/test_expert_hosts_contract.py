"""What every place where experts run must do: on this machine, or behind an OpenAI-compatible server."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import SecretStr

from teaegg.core.errors import ModelError
from teaegg.core.settings import ChatModelSettings
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.base import Message
from teaegg.models.templates import GEMMA
from teaegg.serving.experts.host import ExpertHost
from teaegg.serving.experts.local import LocalExperts
from teaegg.serving.experts.remote import RemoteExperts


def _neighbour(name: str, place: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / place)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


made = _neighbour("made_adapters", "models/made_adapters.py")
servers = _neighbour("model_servers", "models/model_servers.py")
lora = _neighbour("lora_server", "serving/lora_server.py")

QUESTION = [Message("user", "[1]\n职工工作满一年的，年休假五天。\n\n问题：年休假有几天？")]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("adapters")
    for seed in (1, 2):
        made.made_gguf(root, seed, size=0.02)
    return [root]


@pytest.fixture(params=["local", "remote"])
def host(
    request: pytest.FixtureRequest, folders: list[Path], tmp_path: Path
) -> Iterator[tuple[ExpertHost, dict[str, Path]]]:
    server = AdapterServer(None, context_tokens=512, threads=1, slots=2)
    if request.param == "local":
        files = {name: folders[0] / f"adapter-{seed}.gguf" for seed, name in ((1, "a"), (2, "b"))}
        yield LocalExperts(server), files
        asyncio.run(server.close())
        return
    peft = {name: folders[0] / f"peft-{seed}" for seed, name in ((1, "a"), (2, "b"))}
    with lora.lora_server(server, tmp_path) as address:
        settings = ChatModelSettings(
            engine="openai", model=lora.BASE, base_url=address, api_key=SecretStr("key")
        )
        yield RemoteExperts(settings), peft
    asyncio.run(server.close())


async def _say(host: ExpertHost, name: str | None) -> str:
    stream = host.chat(name, GEMMA).stream(QUESTION, max_tokens=8)
    return "".join([piece async for piece in stream])


async def test_experts_come_speak_for_themselves_and_go(
    host: tuple[ExpertHost, dict[str, Path]],
) -> None:
    experts, files = host
    await experts.load(files)
    assert set(experts.loaded) == {"a", "b"}
    alone = {name: await _say(experts, name) for name in ("a", "b", None)}
    assert len(set(alone.values())) == 3
    together = await asyncio.gather(*(_say(experts, name) for name in ("a", "b", None)))
    assert list(together) == list(alone.values())
    assert experts.chat("a", GEMMA).name == "a"
    assert experts.chat("a", GEMMA).fingerprint != experts.chat("b", GEMMA).fingerprint
    await experts.unload("a")
    await experts.unload("a")
    assert experts.loaded == ("b",)
    with pytest.raises(ModelError, match="adapter a is not loaded"):
        await _say(experts, "a")
    assert await _say(experts, "b") == alone["b"]


async def test_files_that_are_no_adapters_are_named(
    host: tuple[ExpertHost, dict[str, Path]], tmp_path: Path
) -> None:
    experts, _ = host
    with pytest.raises(ModelError, match="nowhere"):
        await experts.load({"x": tmp_path / "nowhere"})
    broken = tmp_path / "broken"
    if isinstance(experts, LocalExperts):
        broken.write_bytes(b"GGUF and nothing else")
    else:
        broken.mkdir()
        (broken / "adapter_config.json").write_text("{}")
    with pytest.raises(ModelError, match="broken"):
        await experts.load({"x": broken})
    assert experts.loaded == ()


async def test_a_server_that_takes_no_adapters_says_how_to_start_it(tmp_path: Path) -> None:
    with servers.chat_server() as address:
        settings = ChatModelSettings(
            engine="openai", model="gemma", base_url=address, api_key=SecretStr(servers.KEY)
        )
        experts = RemoteExperts(settings)
        with pytest.raises(ModelError, match="cannot take adapters in") as caught:
            await experts.load({"x": tmp_path})
        assert "VLLM_ALLOW_RUNTIME_LORA_UPDATING" in caught.value.remedy
        assert await _say(experts, None)
        assert (await experts.chat(None, GEMMA).choose("Which?", ["one", "two"], picks=1)).picked
        await experts.close()
