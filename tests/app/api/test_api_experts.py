"""Experts at every door: asked by name where they may be used, and nowhere to be seen elsewhere."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.app.api.conftest import DIMENSIONS, settings
from tests.app.api.test_api_asking import events_of
from tests.app.api.test_mcp_tools import agent_of, called, complaint
from tests.expert_making import make_dataset, make_expert, write_export
from tests.release_making import released_in

from teaegg.app.api.application import create_application
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import ConflictError, NotAllowedError, StorageError
from teaegg.core.experts import Expert
from teaegg.core.scenes import Scene
from teaegg.models.base import ChatModel
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.retrieval.events import AnswerReady

SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]
QUESTION = "年假有几天？"


@dataclass
class LentModels:
    """Experts that say what the test tells them to."""

    said: str = "年假每年十二天"
    asked: list[str] = field(default_factory=list)

    async def chat(self, expert: Expert, folder: Path) -> ChatModel:
        assert folder.name == expert.id
        self.asked.append(expert.id)
        return ScriptedChat(self.said)


@pytest.fixture
def models() -> LentModels:
    return LentModels()


@pytest.fixture
async def workspace(home: Path, models: LentModels) -> AsyncIterator[Workspace]:
    async with open_workspace(
        settings(home),
        chat=ScriptedChat(),
        embedder=TermEmbedder(DIMENSIONS),
        expert_models=models,
    ) as opened:
        yield opened


async def make(
    workspace: Workspace, folder: Path, scene: str, collection: str, seed: str = "1"
) -> Expert:
    """A candidate that learned from all of `collection`."""
    experts = workspace.experts
    expert = make_expert(scene, seed)
    found = await workspace.documents(LOCAL_OWNER, collection=collection)
    taught = await experts.training_documents(LOCAL_OWNER, [item.id for item in found])
    await experts.register(
        LOCAL_OWNER,
        write_export(folder / f"export-{scene}-{seed}", seed),
        expert,
        taught,
        scene=Scene(scene, f"Title of {scene}", "staff", "questions", (collection,)),
        dataset=make_dataset(expert),
        training={"method": "sft"},
    )
    return expert


@pytest.fixture
async def experts(workspace: Workspace, tmp_path: Path) -> dict[str, Expert]:
    """leave: for everybody, merger: for owners; both released."""
    made = {
        scene: await make(workspace, tmp_path, scene, collection)
        for scene, collection in (("leave", "handbook"), ("merger", "plans"))
    }
    for scene in made:
        await released_in(workspace, scene)
    return made


@pytest.fixture
def application(workspace: Workspace) -> FastAPI:
    return create_application(workspace)


async def test_models_are_those_that_one_may_use(
    signed_in: SignedIn, experts: dict[str, Expert]
) -> None:
    async def listed(name: str) -> dict[str, Any]:
        reply = (await (await signed_in(name)).get("/v1/models")).json()["data"]
        return {model["id"]: model for model in reply}

    assert "merger" not in await listed("li")
    model = (await listed("li"))["leave"]
    assert model["expert"] == experts["leave"].id
    assert model["object"] == "model"
    assert {"leave", "merger", "teaegg"} <= set(await listed("chen"))


async def test_a_scenes_name_is_a_model_and_answers_with_proof(
    signed_in: SignedIn, experts: dict[str, Expert]
) -> None:
    client = await signed_in("li")
    body = {"model": "leave", "messages": [{"role": "user", "content": QUESTION}]}
    reply = (await client.post("/v1/chat/completions", json=body)).json()
    message = reply["choices"][0]["message"]
    assert message["content"] == "年假每年十二天[1]"
    assert message["citations"][0]["quote"] == "年假每年十二天，须提前三天申请。"
    assert (message["verdict"], message["expert"]) == ("answered", experts["leave"].id)
    trace = (await client.get(f"/api/traces/{message['trace']}")).json()
    assert (trace["mode"], trace["expert"]) == ("expert", experts["leave"].id)
    assert trace["models"]["expert_state"] == "released"
    streamed = await client.post("/v1/chat/completions", json={**body, "stream": True})
    assert '"content": "年假每年十二天[1]"' in streamed.text
    assert streamed.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("stream", [True, False])
async def test_an_expert_of_others_looks_like_no_expert(
    signed_in: SignedIn, experts: dict[str, Expert], stream: bool
) -> None:
    client = await signed_in("li")

    async def refused(name: str) -> tuple[int, str, str]:
        body = {"model": name, "messages": [{"role": "user", "content": "并购价格？"}]}
        model = await client.post("/v1/chat/completions", json={**body, "stream": stream})
        asked = {"question": "并购价格？", "expert": name, "stream": stream}
        page = await client.post("/api/ask", json=asked)
        why = await client.get(f"/api/experts/{name}/why")
        assert page.status_code == why.status_code == 404
        return model.status_code, model.text.replace(name, "NAME"), page.text + why.text

    hidden = await refused("merger")
    assert hidden[0] == 404
    assert "model_not_found" in hidden[1]
    assert hidden == await refused("nothing")
    assert hidden == await refused("m" * 64)
    by_id = experts["merger"].id
    assert hidden == await refused(by_id)


async def test_the_page_and_the_api_offer_what_one_may_use(
    signed_in: SignedIn, experts: dict[str, Expert]
) -> None:
    li, chen = await signed_in("li"), await signed_in("chen")
    assert [e["name"] for e in (await li.get("/api/experts")).json()["experts"]] == ["leave"]
    assert [e["title"] for e in (await li.get("/api/me")).json()["experts"]] == ["Title of leave"]
    page = (await li.get("/")).text
    assert "Title of leave" in page
    assert "merger" not in page
    assert 'value="merger"' in (await chen.get("/")).text
    told = (await chen.get("/api/experts/merger/why", params={"user": "li"})).json()
    assert told["verdict"] == "denied"
    assert (await li.get("/api/experts/leave/why")).json()["verdict"] == "allowed"


async def test_the_page_has_no_selector_without_experts(signed_in: SignedIn) -> None:
    assert "answerers" not in (await (await signed_in("li")).get("/")).text


async def test_an_answer_streams_and_a_line_that_is_not_there_is_dropped(
    signed_in: SignedIn, experts: dict[str, Expert], models: LentModels
) -> None:
    models.said = "年假每年十二天\n年假每年九十天\n"
    client = await signed_in("li")
    asked = {"question": QUESTION, "expert": "leave", "stream": True}
    events = events_of((await client.post("/api/ask", json=asked)).text)
    assert [data["text"] for name, data in events if name == "sentence"] == ["年假每年十二天"]
    answer = events[-1][1]
    assert (answer["verdict"], answer["mode"]) == ("answered", "expert")
    trace = (await client.get(f"/api/traces/{answer['trace']}")).json()
    assert [dropped["text"] for dropped in trace["dropped"]] == ["年假每年九十天"]


@pytest.mark.parametrize(
    ("said", "verdict"), [("资料中没有说明", "abstained"), ("公司明天放假三十天", "refused")]
)
async def test_not_said_abstains_and_nothing_proved_is_refused(
    signed_in: SignedIn, experts: dict[str, Expert], models: LentModels, said: str, verdict: str
) -> None:
    models.said = said
    client = await signed_in("li")
    answer = (await client.post("/api/ask", json={"question": QUESTION, "expert": "leave"})).json()
    assert (answer["verdict"], answer["sentences"]) == (verdict, [])
    assert answer["nearest"]
    assert "放假" not in answer["answer"]


async def test_an_expert_answers_from_its_scenes_collections_only(
    workspace: Workspace, experts: dict[str, Expert], models: LentModels
) -> None:
    """An owner reads the plans, but this expert is not shown them."""
    models.said = "价格为六千万元"
    events = [e async for e in workspace.ask(LOCAL_OWNER, "收购价格多少？", expert="leave")]
    assert isinstance(events[-1], AnswerReady)
    assert events[-1].answer.sentences == ()


async def test_a_request_that_contradicts_itself_is_refused(
    signed_in: SignedIn, experts: dict[str, Expert]
) -> None:
    client = await signed_in("li")
    for more in ({"mode": "quote"}, {"collections": ["prices"]}):
        asked = {"question": QUESTION, "expert": "leave", **more}
        reply = await client.post("/api/ask", json=asked)
        assert reply.status_code == 400
        assert reply.json()["error"]["remedy"]


async def test_a_grant_taken_back_and_a_document_forgotten_work_at_once(
    workspace: Workspace, signed_in: SignedIn, experts: dict[str, Expert]
) -> None:
    client = await signed_in("li")

    async def status() -> int:
        asked = {"question": QUESTION, "expert": "leave"}
        return (await client.post("/api/ask", json=asked)).status_code

    assert await status() == 200
    everyone = ("group", "everyone", "collection", "handbook")
    await workspace.access.revoke(LOCAL_OWNER, *everyone)
    assert await status() == 404
    await workspace.access.grant(LOCAL_OWNER, *everyone)
    assert await status() == 200
    (handbook,) = await workspace.documents(LOCAL_OWNER, collection="handbook")
    forgotten = await workspace.experts.forget(LOCAL_OWNER, [handbook])
    assert [record.expert.scene for record in forgotten.experts] == ["leave"]
    assert [dataset.scene for dataset in forgotten.datasets] == ["leave"]
    assert [record.expert.scene for record in forgotten.waiting] == ["leave"]
    assert await status() == 404
    place = workspace.settings.home / "experts" / experts["leave"].id
    assert not (place / "adapter.gguf").exists()
    assert (place / "training.json").exists()


async def test_a_source_that_drops_a_file_withdraws_what_learned_from_it(
    workspace: Workspace, experts: dict[str, Expert], home: Path
) -> None:
    files = home.parent / "handbook"
    files.mkdir()
    (files / "new.md").write_text("# 新规定\n\n加班须经批准。\n", encoding="utf-8")
    (files / "kept.md").write_text("# 旧规定\n\n迟到须说明。\n", encoding="utf-8")
    await workspace.learner.learn([files], collection="rules")
    await make(workspace, home.parent, "rules", "rules")
    (files / "new.md").unlink()
    await workspace.learner.learn([files], collection="rules")
    found = {r.expert.scene: r.state for r in await workspace.experts.access.list(LOCAL_OWNER)}
    assert found == {"leave": "released", "merger": "released", "rules": "withdrawn"}


async def test_a_corrupt_adapter_is_told_and_never_served(
    workspace: Workspace, signed_in: SignedIn, experts: dict[str, Expert], models: LentModels
) -> None:
    adapter = workspace.settings.home / "experts" / experts["leave"].id / "adapter.gguf"
    adapter.write_bytes(adapter.read_bytes()[:-1] + b"!")
    client = await signed_in("li")
    reply = await client.post("/api/ask", json={"question": QUESTION, "expert": "leave"})
    assert reply.status_code == 500
    assert "adapter.gguf is not what was written" in reply.json()["error"]["message"]
    assert models.asked == []


async def test_a_candidate_with_a_damaged_file_is_not_released(
    workspace: Workspace, experts: dict[str, Expert], tmp_path: Path
) -> None:
    newer = await make(workspace, tmp_path, "leave", "handbook", "2")
    (workspace.settings.home / "experts" / newer.id / "adapter.gguf").unlink()
    with pytest.raises(StorageError, match="missing"):
        await released_in(workspace, "leave")
    (current,) = await workspace.experts.access.released(await workspace.access.actor("li"))
    assert current.id == experts["leave"].id


async def test_a_candidate_answers_in_the_sandbox_of_owners_only(
    workspace: Workspace, experts: dict[str, Expert], tmp_path: Path, models: LentModels
) -> None:
    newer = await make(workspace, tmp_path, "leave", "handbook", "2")
    li = await workspace.access.actor("li")

    async def asked(actor: Any, **how: bool) -> str:
        async for event in workspace.ask(actor, QUESTION, expert="leave", **how):
            if isinstance(event, AnswerReady):
                return event.answer.expert
        return ""

    assert await asked(li) == experts["leave"].id
    assert await asked(LOCAL_OWNER) == experts["leave"].id
    assert await asked(LOCAL_OWNER, sandbox=True) == newer.id
    with pytest.raises(NotAllowedError):
        await asked(li, sandbox=True)


async def test_going_back_and_training_again_after_a_loss(
    workspace: Workspace, experts: dict[str, Expert], tmp_path: Path
) -> None:
    newer = await make(workspace, tmp_path, "leave", "handbook", "2")
    await released_in(workspace, "leave")
    assert (
        await workspace.releases.roll_back(LOCAL_OWNER, "leave", why="worse")
    ).expert == experts["leave"].id
    shutil.rmtree(workspace.settings.home / "experts" / newer.id)
    with pytest.raises(StorageError):
        await released_in(workspace, newer.id)
    shutil.rmtree(tmp_path / "export-leave-2")
    await make(workspace, tmp_path, "leave", "handbook", "2")
    await released_in(workspace, newer.id)


async def test_nothing_is_kept_of_an_expert_whose_document_is_gone(
    workspace: Workspace, tmp_path: Path
) -> None:
    (handbook,) = await workspace.documents(LOCAL_OWNER, collection="handbook")
    taught = await workspace.experts.training_documents(LOCAL_OWNER, [handbook.id])
    await workspace.experts.forget(LOCAL_OWNER, [handbook])
    expert = make_expert("leave")
    with pytest.raises(ConflictError, match="no longer here"):
        await workspace.experts.register(
            LOCAL_OWNER,
            write_export(tmp_path / "export"),
            expert,
            taught,
            scene=Scene("leave", "", "", "", ("handbook",)),
            dataset=make_dataset(expert),
            training={},
        )
    assert not (workspace.settings.home / "experts").exists()


async def test_an_agent_may_name_an_expert(
    workspace: Workspace, experts: dict[str, Expert]
) -> None:
    async with agent_of(workspace, "li") as client:
        answer = await called(client, "ask", question=QUESTION, expert="leave")
        assert answer["sentences"][0]["text"] == "年假每年十二天"
        hidden = await complaint(client, "ask", question=QUESTION, expert="merger")
        assert hidden == await complaint(client, "ask", question=QUESTION, expert="nothing")
        assert "expert" in hidden
