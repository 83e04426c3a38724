"""An expert is taken in when it is first asked, once, by the form that its host loads, on its own base."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.expert_making import BASE, NOW, make_dataset, make_expert, write_export
from tests.models.made_adapters import made_gguf

from teaegg.app.experts.models import HostedExperts, make_expert_models
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.core.scenes import Scene
from teaegg.core.settings import ChatModelSettings, EmbeddingModelSettings, Settings
from teaegg.models.base import ChatModel, Message
from teaegg.models.local import bundled_model, fingerprint
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.models.templates import ChatTemplate
from teaegg.store.releases.verdicts import Verdict


class RememberingHost:
    """Loads nothing and remembers what it was told to."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Path]] = []
        self._names: set[str] = set()

    @property
    def loaded(self) -> tuple[str, ...]:
        return tuple(self._names)

    async def load(self, adapters: Mapping[str, Path]) -> None:
        self.calls.append(dict(adapters))
        await asyncio.sleep(0)
        self._names |= set(adapters)

    async def unload(self, name: str) -> None:
        self._names.discard(name)

    def chat(self, name: str | None, template: ChatTemplate) -> ChatModel:
        return ScriptedChat(f"{name} behind {template.name}")

    async def close(self) -> None:
        self._names.clear()


async def base_of_tests() -> str:
    return BASE


async def another_base() -> str:
    return "f" * 64


async def endpoint() -> str:
    return ""


async def test_an_expert_is_loaded_once_however_many_ask(tmp_path: Path) -> None:
    host, expert = RememberingHost(), make_expert("tax")
    models = HostedExperts(host, base_of_tests, weights="adapter.gguf")
    lent = await asyncio.gather(*(models.chat(expert, tmp_path) for _ in range(5)))
    assert host.calls == [{expert.id: tmp_path / "adapter.gguf"}]
    said = "".join([piece async for piece in lent[0].stream((), max_tokens=100)])
    assert said == f"{expert.id} behind gemma"


async def test_an_expert_of_another_base_is_refused_with_both_named(tmp_path: Path) -> None:
    host = RememberingHost()
    models = HostedExperts(host, another_base, weights="adapter.gguf")
    with pytest.raises(ModelError, match=f"{BASE[:12]}; ffffffffffff runs here"):
        await models.chat(make_expert("tax"), tmp_path)
    assert host.calls == []


async def test_behind_an_endpoint_the_folder_is_named_and_the_base_is_its_own_affair(
    tmp_path: Path,
) -> None:
    host, expert = RememberingHost(), make_expert("tax")
    await HostedExperts(host, endpoint, weights="peft").chat(expert, tmp_path)
    assert host.calls == [{expert.id: tmp_path / "peft"}]


async def test_a_template_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    expert = make_expert("tax", template="unheard-of")
    models = HostedExperts(RememberingHost(), base_of_tests, weights="adapter.gguf")
    with pytest.raises(InvalidRequestError, match="unheard-of"):
        await models.chat(expert, tmp_path)


async def test_the_engine_of_the_settings_speaks_for_an_expert(tmp_path: Path) -> None:
    """For real: an adapter of random numbers on the bundled base."""
    made_gguf(tmp_path, 1, size=0.02)
    (tmp_path / "adapter-1.gguf").rename(tmp_path / "adapter.gguf")
    expert = make_expert("tax", base=fingerprint(bundled_model()))
    models = make_expert_models(ChatModelSettings(context_tokens=512, threads=1, expert_slots=1))
    try:
        chat = await models.chat(expert, tmp_path)
        turn = Message("user", "问题：年假几天？")
        assert [piece async for piece in chat.stream([turn], max_tokens=4)]
        assert chat.name == expert.id
        assert chat.fingerprint
    finally:
        await models.close()


async def test_an_expert_of_another_base_is_neither_released_nor_let_answer_beside(
    tmp_path: Path,
) -> None:
    """Asking it would fail, and what answered before would be gone."""
    expert = make_expert("tax")
    settings = Settings(home=tmp_path / "home", embedding=EmbeddingModelSettings(dimensions=64))
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(64)
    ) as workspace:
        await workspace.experts.register(
            LOCAL_OWNER,
            write_export(tmp_path / "export"),
            expert,
            (),
            scene=Scene("tax", "Tax", "staff", "look up", ()),
            dataset=make_dataset(expert),
            training={},
        )
        judged = Verdict(expert.id, "", (), "policy", passes=True, record={}, by="chen", at=NOW)
        with pytest.raises(ModelError, match="runs here"):
            await workspace.releases.release(LOCAL_OWNER, judged, why="good")
        with pytest.raises(ModelError, match="runs here"):
            await workspace.releases.shadow(LOCAL_OWNER, expert.id)
