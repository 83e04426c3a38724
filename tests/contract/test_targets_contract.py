"""What every examinee must do, whoever it is: one response to each item it is handed, and none by the key."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.clock import SystemClock
from teaegg.core.exams import ExamItem, ItemPassage, Response
from teaegg.core.settings import ChatModelSettings, Settings
from teaegg.evals.examining import without_key
from teaegg.evals.targets.answerer import AnswererTarget
from teaegg.evals.targets.base import Target
from teaegg.evals.targets.combined import ByForm
from teaegg.evals.targets.endpoint import EndpointSpeaker, Prices
from teaegg.evals.targets.likelihood import OptionTarget
from teaegg.evals.targets.model import ModelTarget
from teaegg.evals.targets.prompting import Prompting
from teaegg.evals.targets.speakers import ChatSpeaker
from teaegg.models.adapters.options import AdapterOptions
from teaegg.models.adapters.server import AdapterServer
from teaegg.models.templates import GEMMA, PLAIN_ZH
from teaegg.retrieval.events import AnswerEvent


def _neighbour(name: str, *path: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1].joinpath(*path))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


servers = _neighbour("servers_of_targets", "models", "model_servers.py")
made = _neighbour("adapters_of_targets", "models", "made_adapters.py")

HANDBOOK = """# 员工手册

## 年假

员工工作满一年的，每年享受年假5天。

## 差旅

住宿费限额为每晚350元。
"""
SOLVED = ExamItem(
    id="e", form="choice", questions=("一周有几天？",), options=("六天", "七天"), right=("B",)
)
ITEMS = (
    ExamItem(
        id="choice",
        form="choice",
        questions=("年假有几天？",),
        options=("3天", "5天", "9天"),
        right=("B",),
    ),
    ExamItem(id="short", form="short", questions=("住宿费限额是多少？",), right=("350元",)),
    ExamItem(
        id="grounded",
        form="grounded",
        questions=("每年有几天年假？",),
        right=("5天",),
        passages=(ItemPassage(text="每年享受年假5天。", place="员工手册"),),
    ),
    ExamItem(id="none", form="refusal", questions=("股票代码是多少？",)),
    ExamItem(
        id="turns",
        form="multi_turn",
        questions=("年假有几天？", "住宿费限额呢？"),
        right=("350元",),
    ),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdapterServer]:
    """The bundled model with one adapter, loaded once."""
    path = made.made_gguf(tmp_path_factory.mktemp("adapter"), 1)
    server = AdapterServer(None, context_tokens=1024, threads=1, slots=1)
    server.know({"expert": path})
    yield server
    asyncio.run(server.close())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with servers.chat_server() as address:
        yield address


@asynccontextmanager
async def learned(place: Path) -> AsyncIterator[Workspace]:
    """A home with the handbook, over the bundled models."""
    async with open_workspace(Settings(home=place / "home")) as workspace:
        (place / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
        await workspace.access.create_collection(LOCAL_OWNER, "handbook")
        await workspace.learner.learn([place / "handbook.md"], collection="handbook")
        yield workspace


def answerer(workspace: Workspace) -> AnswererTarget:
    async def door(questions: Sequence[str]) -> AsyncIterator[AnswerEvent]:
        conversation = await workspace.conversations.begin(LOCAL_OWNER, questions[0])
        for question in questions:
            async for event in workspace.ask(LOCAL_OWNER, question, conversation=conversation):
                yield event

    return AnswererTarget(door, SystemClock(), name="answerer", fingerprint="as it is")


@pytest.fixture(params=["base", "examples", "options", "expert", "endpoint", "answerer"])
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Target]:
    kind, clock = request.param, SystemClock()
    async with AsyncExitStack() as stack:
        if kind == "answerer":
            made_target: Target = answerer(await stack.enter_async_context(learned(tmp_path)))
        elif kind == "endpoint":
            made_target = endpoint(request.getfixturevalue("address"))
        else:
            server = request.getfixturevalue("server")
            adapter, template = ("expert", GEMMA) if kind == "expert" else (None, PLAIN_ZH)
            speaker = ChatSpeaker(
                server.chat(adapter, template), clock, template=template, max_tokens=8, stop="\n\n"
            )
            examples = (SOLVED,) if kind == "examples" else ()
            made_target = ModelTarget(
                speaker, Prompting("zh", examples=examples), name=kind, fingerprint="as loaded"
            )
            if kind == "options":
                reader = AdapterOptions(server, None)
                made_target = ByForm(OptionTarget(reader, template, Prompting("zh")), made_target)
        yield made_target
        await made_target.close()


def endpoint(address: str) -> ModelTarget:
    settings = ChatModelSettings(
        engine="openai", model="gemma", base_url=address, api_key=SecretStr(servers.KEY)
    )
    speaker = EndpointSpeaker(settings, SystemClock(), prices=Prices(1.0, 2.0), max_tokens=8)
    return ModelTarget(speaker, Prompting("zh"), at_once=2)


async def said(target: Target, items: Sequence[ExamItem] = ITEMS) -> dict[str, Response]:
    came = [response async for response in target.respond(items)]
    names = {item.hash: item.id for item in items}
    assert len(came) == len(items), "an item was answered twice, or not at all"
    return {names[response.item]: response for response in came}


async def test_every_item_is_answered_once_with_what_it_took(target: Target) -> None:
    responses = await said(target)
    assert set(responses) == {item.id for item in ITEMS}
    assert len(responses["turns"].replies) == 2
    assert responses["turns"].text == responses["turns"].replies[-1]
    for response in responses.values():
        # Options are read many at a time: none of them has a time of its own.
        assert response.options or (response.seconds is not None and response.seconds > 0)
        assert response.options or response.text
        first, whole = response.first_seconds, response.seconds
        assert first is None or (whole is not None and 0 < first <= whole)
    assert target.name and target.fingerprint


async def test_the_key_changes_nothing_of_what_is_said(target: Target) -> None:
    few = ITEMS[:1] + ITEMS[2:3]
    other = [few[0].model_copy(update={"right": ("C",)}), without_key(few[1])]
    with_key, without = await said(target, few), await said(target, other)
    for name, response in with_key.items():
        assert response.text == without[name].text
        assert response.refused == without[name].refused
        # A beginning that is remembered is computed in other batches: some hundredths of a nat.
        assert response.options == pytest.approx(without[name].options, abs=0.1)


async def test_no_items_are_no_work(target: Target) -> None:
    assert await said(target, ()) == {}


async def test_a_stream_that_is_left_leaves_the_target_usable(target: Target) -> None:
    stream = target.respond(ITEMS)
    first = await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    assert first.item in {item.hash for item in ITEMS}
    assert set(await said(target, ITEMS[:1])) == {"choice"}


async def test_a_local_model_says_nothing_but_a_letter(server: AdapterServer) -> None:
    speaker = ChatSpeaker(server.chat(None, PLAIN_ZH), SystemClock(), template=PLAIN_ZH)
    responses = await said(ModelTarget(speaker, Prompting("zh")), ITEMS[:1])
    assert responses["choice"].text in ("A", "B", "C")


async def test_an_endpoints_tokens_are_counted_and_priced(address: str) -> None:
    response = (await said(endpoint(address), ITEMS[1:2]))["short"]
    assert response.prompt_tokens > 5 and 0 < response.answer_tokens <= 8
    assert response.price == pytest.approx(
        (response.prompt_tokens + 2 * response.answer_tokens) / 1_000_000
    )


async def test_the_door_gives_its_proof_and_trace(tmp_path: Path) -> None:
    async with learned(tmp_path) as workspace:
        response = (await said(answerer(workspace), ITEMS[2:3]))["grounded"]
        assert response.evidence and response.trace and response.refused is False
        assert all(quoted.quote in HANDBOOK for quoted in response.citations)
        assert response.citations[0].passage in response.evidence
        record = await workspace.trace(LOCAL_OWNER, response.trace)
        assert record["question"] == "每年有几天年假？"
