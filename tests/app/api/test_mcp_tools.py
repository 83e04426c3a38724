"""The tools as an agent uses them: the official SDK's own client, acting as different people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client

from teaegg.app.mcp.installation import client_configuration
from teaegg.app.mcp.server import create_mcp_server
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, Actor

QUESTION = "年假有几天？"
SECRET = "公司计划收购海岳食品机械的价格"


@asynccontextmanager
async def agent_of(workspace: Workspace, user: str, **options: Any) -> AsyncIterator[Client]:
    async def actor(_: object) -> Actor:
        return await workspace.access.actor(user)

    async with Client(create_mcp_server(workspace, actor), **options) as client:
        yield client


async def called(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    reply = await client.call_tool(tool, arguments)
    assert not reply.is_error, reply.content
    return dict(reply.structured_content or {})


async def complaint(client: Client, tool: str, **arguments: Any) -> str:
    reply = await client.call_tool(tool, arguments)
    assert reply.is_error
    return str(reply.content[0].text)


async def test_an_agent_learns_what_there_is_and_how_to_use_it(workspace: Workspace) -> None:
    async with agent_of(workspace, "li") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"search", "ask", "open"}
        for tool in tools.values():
            assert tool.annotations is not None and tool.annotations.read_only_hint
            assert tool.output_schema is not None
            assert any("\u4e00" <= letter <= "\u9fff" for letter in tool.description or "")
            for name, field in tool.input_schema["properties"].items():
                assert field.get("description"), f"{tool.name}.{name}"
        assert "abstained" in (client.session.instructions or "")


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_search_ask_and_open_with_every_quote_word_for_word(
    workspace: Workspace, mode: str
) -> None:
    """`auto` speaks the newest revision of the protocol, `legacy` what most clients still speak."""
    async with agent_of(workspace, "li", mode=mode) as client:
        answer = await called(client, "ask", question=QUESTION)
        assert answer["verdict"] == "answered"
        proof = answer["sentences"][0]["citations"][0]
        assert proof["title"] == "员工手册" and "假期" in proof["location"]
        opened = await called(client, "open", document=proof["document"])
        assert opened["text"][proof["start"] : proof["end"]] == proof["quote"]
        found = (await called(client, "search", question="QH-300 的单价"))["results"]
        assert found[0]["collection"] == "prices" and "15200" in found[0]["quote"]
        for passage in found:
            text = (await called(client, "open", document=passage["document"]))["text"]
            assert text[passage["start"] : passage["end"]] == passage["quote"]


async def test_a_long_text_is_read_in_stretches_that_join(workspace: Workspace) -> None:
    async with agent_of(workspace, "li") as client:
        found = await called(client, "search", question=QUESTION, limit=1)
        document = found["results"][0]["document"]
        whole = await called(client, "open", document=document)
        assert whole["next_start"] is None and len(whole["text"]) == whole["total_characters"]
        first = await called(client, "open", document=document, characters=20)
        rest = await called(client, "open", document=document, start=first["next_start"])
        assert first["text"] + rest["text"] == whole["text"] and len(first["text"]) == 20
        before = await called(client, "open", document=document, start=-500)
        assert before["start"] == 0
        assert "`start`" in await complaint(client, "open", document=document, start=9999)


async def test_what_is_not_yours_looks_like_what_is_not_there(workspace: Workspace) -> None:
    async with agent_of(workspace, "chen") as owner:
        hidden = (await called(owner, "search", question=SECRET))["results"][0]["document"]
    async with agent_of(workspace, "wang") as client:
        found = await called(client, "search", question=SECRET)
        assert hidden not in {passage["document"] for passage in found["results"]}
        assert await called(client, "search", question=SECRET, collections=["plans"]) == {
            "results": []
        }
        answer = await called(client, "ask", question=SECRET, collections=["plans"])
        assert answer["verdict"] == "abstained" and answer["nearest"] == []
        told = [await complaint(client, "open", document=d) for d in (hidden, "d0000000000000000")]
        assert told[0] == told[1]
        assert "Call `search`" in told[0]


async def test_wrong_arguments_are_named_and_the_server_goes_on(workspace: Workspace) -> None:
    async with agent_of(workspace, "li") as client:
        assert "question" in await complaint(client, "search", question="")
        assert "limit" in await complaint(client, "search", question=QUESTION, limit=999)
        assert "4000" in await complaint(client, "ask", question="长" * 4001)
        assert "question is empty" in await complaint(client, "ask", question="   ")
        assert "document" in await complaint(client, "open")
        assert (await client.call_tool("delete", {})).is_error
        assert (await called(client, "ask", question=QUESTION))["verdict"] == "answered"


async def test_progress_is_told_and_a_cancelled_call_leaves_the_server_well(
    workspace: Workspace,
) -> None:
    steps: list[tuple[float, str | None]] = []

    async def progressed(step: float, _: float | None, told: str | None) -> None:
        steps.append((step, told))

    async with agent_of(workspace, "li") as client:
        await client.call_tool("ask", {"question": QUESTION}, progress_callback=progressed)
        assert [step for step, _ in steps] == sorted({step for step, _ in steps})
        assert (steps[0][1] or "").startswith("passages found")
        with anyio.move_on_after(0.001) as scope:
            await client.call_tool("ask", {"question": QUESTION})
        assert scope.cancelled_caught
        assert (await called(client, "ask", question=QUESTION))["verdict"] == "answered"


async def test_an_account_that_is_closed_is_out_at_the_next_call(workspace: Workspace) -> None:
    async with agent_of(workspace, "li") as client:
        assert (await called(client, "search", question=QUESTION))["results"]
        await workspace.access.deactivate(LOCAL_OWNER, "li")
        assert QUESTION not in await complaint(client, "search", question=QUESTION)


def test_the_configuration_of_a_client_names_program_user_and_home() -> None:
    entry = client_configuration(Path("/data/tea"), "li")["mcpServers"]["teaegg"]
    assert entry["args"][-3:] == ["mcp", "--as", "li"]
    assert entry["env"] == {"TEAEGG_HOME": "/data/tea"}
    assert Path(entry["command"]).is_absolute()
    owner = client_configuration(Path("/data/tea"), "")["mcpServers"]["teaegg"]
    assert "--as" not in owner["args"]
