"""What is not in force is told through every door, in the same words and with the same days."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.app.api.conftest import client_of, settings
from tests.app.api.test_mcp_tools import agent_of, called

from teaegg.app.api.application import create_application
from teaegg.app.cli.rendering import show_document
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.models.standin import ScriptedChat, TermEmbedder

QUESTION = "差旅费管理制度 V1.0 的市内交通补助是多少？旧版"
SAID = {
    "zh": "旧版本，施行至2024年3月1日；现行的是《差旅费管理制度 V2.0》。",
    "en": "older version, in force until March 1, 2024; in force now: 差旅费管理制度 V2.0.",
}
RULES = {
    "rules-v1.md": "# 差旅费管理制度 V1.0\n\n市内交通每天补助五十元。\n",
    "rules-v2.md": "# 差旅费管理制度 V2.0\n\n市内交通每天补助八十元。\n\n本制度自2024年3月1日起施行。\n",
}


@pytest.fixture
async def ruled(tmp_path: Path) -> AsyncIterator[Workspace]:
    """A workspace with an older and a newer edition of one rule; li reads both, wang the older one."""
    for name, text in RULES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    async with open_workspace(
        settings(tmp_path / "home"), chat=ScriptedChat(), embedder=TermEmbedder(64)
    ) as workspace:
        files = [tmp_path / name for name in RULES]
        await workspace.access.create_collection(LOCAL_OWNER, "rules")
        await workspace.learner.learn(files, collection="rules")
        for name in ("li", "wang"):
            await workspace.access.add_user(LOCAL_OWNER, name)
        await workspace.access.grant(LOCAL_OWNER, "user", "li", "collection", "rules")
        await workspace.access.grant(
            LOCAL_OWNER, "user", "wang", "document", await older(workspace)
        )
        yield workspace


async def older(workspace: Workspace) -> str:
    """Its id."""
    return next(d.id for d in await workspace.documents(LOCAL_OWNER) if "V1" in d.title)


async def client_for(workspace: Workspace, name: str) -> httpx.AsyncClient:
    key = await workspace.access.create_key(LOCAL_OWNER, name)
    return client_of(create_application(workspace), Authorization=f"Bearer {key.secret}")


async def test_an_agent_is_told_with_each_quote_and_on_opening(ruled: Workspace) -> None:
    document = await older(ruled)
    async with agent_of(ruled, "li") as client:
        found = (await called(client, "search", question=QUESTION))["results"]
        answer = await called(client, "ask", question=QUESTION)
        opened = await called(client, "open", document=document)
    quoted = [proof for sentence in answer["sentences"] for proof in sentence["citations"]]
    for proof in (*found, *quoted, opened):
        told = proof["out_of_force"]
        if proof["document"] != document:
            assert told is None
            continue
        assert told["note"] == SAID["zh"]
        assert (told["status"], told["day"]) == ("older", "2024-03-01")
        assert told["instead"] == "差旅费管理制度 V2.0"
    assert document in {proof["document"] for proof in quoted}


@pytest.mark.parametrize("streamed", [False, True])
async def test_an_openai_client_reads_it_below_the_answer(ruled: Workspace, streamed: bool) -> None:
    asked = {"model": "teaegg", "messages": [{"role": "user", "content": QUESTION}]}
    async with await client_for(ruled, "li") as client:
        reply = await client.post("/v1/chat/completions", json={**asked, "stream": streamed})
    line = f"《差旅费管理制度 V1.0》：{SAID['zh']}"
    if streamed:
        assert line in reply.text and SAID["en"] in reply.text
        return
    message: dict[str, Any] = reply.json()["choices"][0]["message"]
    assert message["content"].endswith(f"\n\n{line}")
    assert message["versions"][await older(ruled)]["said"] == SAID


@pytest.mark.parametrize("route", ["", "/understood", "/text?start=0&end=5"])
async def test_the_page_is_told_wherever_it_shows_the_document(
    ruled: Workspace, route: str
) -> None:
    async with await client_for(ruled, "li") as client:
        told = (await client.get(f"/api/documents/{await older(ruled)}{route}")).json()
    assert told["out_of_force"]["said"] == SAID
    assert told["out_of_force"]["mark"]["zh"] == "旧版本，施行至2024年3月1日"


async def test_nobody_learns_of_a_newer_version_that_they_may_not_read(ruled: Workspace) -> None:
    async with await client_for(ruled, "wang") as client:
        told = (await client.get(f"/api/documents/{await older(ruled)}")).json()
    assert told["out_of_force"] is None


async def test_a_terminal_shows_it_as_a_fact_of_the_document(
    ruled: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    document = await ruled.document(LOCAL_OWNER, await older(ruled))
    show_document(document, await ruled.version_note(LOCAL_OWNER, document.id))
    assert SAID["zh"].rstrip("。") in "".join(capsys.readouterr().out.split("\n"))
