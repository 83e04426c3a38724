"""Many adapters on one base for real: who speaks, isolation, swapping, and files that do not fit."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from teaegg.core.errors import ModelError
from teaegg.models.adapters.isolation import prove_isolation
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.base import Message
from teaegg.models.llama.engine import Engine
from teaegg.models.local import bundled_model
from teaegg.models.templates import GEMMA

_SPEC = importlib.util.spec_from_file_location(
    "made_adapters", Path(__file__).with_name("made_adapters.py")
)
assert _SPEC and _SPEC.loader
made = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(made)

QUESTION = [Message("user", "[1]\n职工工作满一年的，年休假五天。\n\n问题：年休假有几天？")]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("adapters")
    return [made.made_gguf(folder, seed, size=0.02) for seed in (1, 2, 3)]


@pytest.fixture
async def server() -> AsyncIterator[AdapterServer]:
    one = AdapterServer(None, context_tokens=512, threads=1, slots=2, most=2)
    yield one
    await one.close()


async def _say(server: AdapterServer, name: str | None, tokens: int = 8) -> str:
    stream = server.chat(name, GEMMA).stream(QUESTION, max_tokens=tokens)
    return "".join([piece async for piece in stream])


async def test_each_speaks_alone_and_among_others_the_same(
    server: AdapterServer, files: list[Path]
) -> None:
    alone = {}
    for number in range(2):
        await server.load({"only": files[number]})
        alone[number] = await _say(server, "only")
    await server.load({"a": files[0], "b": files[1]})
    base = await _say(server, None)
    assert len({alone[0], alone[1], base}) == 3
    for name, number in (("a", 0), ("b", 1), ("a", 0), ("a", 0), ("b", 1)):
        assert await _say(server, name) == alone[number]
    assert await _say(server, None) == base


async def test_a_load_lets_running_requests_end_and_the_least_recently_used_makes_room(
    server: AdapterServer, files: list[Path]
) -> None:
    await server.load({"a": files[0], "b": files[1]})
    before = await _say(server, "a", 24)
    stream = server.chat("a", GEMMA).stream(QUESTION, max_tokens=24)
    first = await anext(stream)
    loading = asyncio.create_task(server.load({"c": files[2]}))
    rest = "".join([piece async for piece in stream])
    await loading
    assert first + rest == before
    assert server.in_memory == ("a", "c")
    assert server.known == ("a", "b", "c")
    assert await _say(server, "b")
    assert server.in_memory == ("c", "b")


async def test_names_that_were_never_loaded_or_were_unloaded_are_refused(
    server: AdapterServer, files: list[Path]
) -> None:
    with pytest.raises(ModelError, match="adapter nobody is not loaded"):
        await _say(server, "nobody")
    await server.load({"a": files[0]})
    assert server.fingerprint("a") not in ("", server.fingerprint(None))
    await server.unload("a")
    with pytest.raises(ModelError, match="adapter a is not loaded"):
        await _say(server, "a")


async def test_a_failing_load_changes_nothing_and_names_the_file(
    server: AdapterServer, files: list[Path], tmp_path: Path
) -> None:
    await server.load({"a": files[0]})
    whole = files[1].read_bytes()
    damaged = whole[:-4] + b"\xff\xff\xff\xff"
    renamed = whole.replace(b"gemma3", b"gemma9")
    cases = {
        "missing.gguf": (None, "not there"),
        "empty.gguf": (b"", "not a whole GGUF"),
        "cut.gguf": (whole[: len(whole) // 2], "not a whole GGUF"),
        "noise.gguf": (b"\x00" * 4096, "not a whole GGUF"),
        "damaged.gguf": (damaged, "no usable numbers"),
        "other.gguf": (renamed, "does not belong to the base"),
    }
    for name, (content, reason) in cases.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(ModelError, match=reason) as caught:
            await server.load({"b": tmp_path / name})
        assert name in str(caught.value)
    with pytest.raises(ModelError, match="not a LoRA adapter but model"):
        await server.load({"b": bundled_model()})
    assert server.known == server.in_memory == ("a",)
    assert await _say(server, "a")


class _Forgetful(Engine):
    """The naive way: the list of adapters is sent only when one is wanted."""

    def _with_adapters(self, body: dict[str, Any], adapter: int | None) -> dict[str, Any]:
        return body if adapter is None else {**body, "lora": [{"id": adapter, "scale": 1.0}]}


class _Leaking(Engine):
    """As if what the first adapter computed were used for the others (llama.cpp issue 26207)."""

    def _with_adapters(self, body: dict[str, Any], adapter: int | None) -> dict[str, Any]:
        leaking = body["cache_prompt"] and adapter is not None
        return super()._with_adapters({**body, "cache_prompt": False}, 0 if leaking else adapter)


def test_isolation_is_proved_and_a_leak_is_found(files: list[Path]) -> None:
    settings: dict[str, Any] = {"context_tokens": 256, "threads": 1, "slots": 2, "adapters": files}
    names = {"a": 0, "b": 1, "c": 2}
    prove_isolation(Engine(bundled_model(), **settings), names, None)
    with pytest.raises(ModelError, match="b speaks differently after another one, in slot 1"):
        prove_isolation(_Leaking(bundled_model(), **settings), names, None)
    with pytest.raises(ModelError, match="speaks differently"):
        prove_isolation(_Forgetful(bundled_model(), **settings), names, None)
