"""The tools over stdio: a real second process, spoken to by the official SDK's own client."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

QUESTION = "年假有几天？"
SECRET = "公司计划收购海岳食品机械的价格"
PROGRAM = str(Path(__file__).with_name("mcp_process.py"))


@asynccontextmanager
async def agent_of(home: Path, user: str, **options: Any) -> AsyncIterator[Client]:
    process = StdioServerParameters(
        command=sys.executable,
        args=[PROGRAM, str(home), user],
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )
    async with Client(process, **options) as client:
        yield client


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_process_answers_as_the_person_it_was_started_for(home: Path, mode: str) -> None:
    """`auto` speaks the newest revision of the protocol, `legacy` what most clients still speak."""
    async with agent_of(home, "wang", mode=mode) as client:
        reply = await client.call_tool("ask", {"question": QUESTION})
        answer = reply.structured_content or {}
        assert answer["verdict"] == "answered"
        proof = answer["sentences"][0]["citations"][0]
        opened = await client.call_tool("open", {"document": proof["document"]})
        text = (opened.structured_content or {})["text"]
        assert text[proof["start"] : proof["end"]] == proof["quote"]
        hidden = await client.call_tool("search", {"question": SECRET, "collections": ["plans"]})
        assert hidden.structured_content == {"results": []}
