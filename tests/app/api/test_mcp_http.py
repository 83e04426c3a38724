"""The tools over streamable HTTP: a real server process, the official SDK's own client, API keys."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from tests.app.api.served import Served

QUESTION = "QH-300 的单价是多少？"


@asynccontextmanager
async def agent_of(address: str, key: str, **options: Any) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        Client(streamable_http_client(f"{address}/mcp", http_client=http), **options) as client,
    ):
        yield client


async def found_by(client: Client) -> str:
    reply = await client.call_tool("search", {"question": QUESTION})
    assert not reply.is_error
    return " ".join(passage["quote"] for passage in (reply.structured_content or {})["results"])


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_key_sees_what_its_user_may_read(served: Served, mode: str) -> None:
    address, keys = served.address, served.keys
    async with agent_of(address, keys["li"], mode=mode) as client:
        assert "15200" in await found_by(client)
    async with agent_of(address, keys["wang"], mode=mode) as client:
        assert "15200" not in await found_by(client)


@pytest.mark.parametrize("key", ["te-wrong", "", "closed"])
async def test_without_a_key_in_force_nothing_is_told(served: Served, key: str) -> None:
    address, keys = served.address, served.keys
    async with httpx.AsyncClient() as visitor:
        reply = await visitor.post(
            f"{address}/mcp",
            headers={"Authorization": f"Bearer {keys.get(key, key)}"} if key else {},
            json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        )
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert "teaegg key create" in reply.json()["error"]["remedy"]


async def test_a_session_cannot_be_taken_over_with_another_key(
    served: Served,
) -> None:
    address, keys = served.address, served.keys
    opening = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "t", "version": "1"},
        },
    }
    listing = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient(base_url=address, headers=accept) as http:
        mine = {"Authorization": f"Bearer {keys['li']}"}
        opened = await http.post("/mcp", json=opening, headers=mine)
        session = {"Mcp-Session-Id": opened.headers["mcp-session-id"]}
        theirs = {"Authorization": f"Bearer {keys['wang']}"}
        taken = await http.post("/mcp", json=listing, headers={**theirs, **session})
        assert taken.status_code == 404
        kept = await http.post("/mcp", json=listing, headers={**mine, **session})
        assert kept.status_code == 200 and "search" in kept.text


async def test_a_page_of_another_site_and_a_cookie_get_nowhere(
    served: Served,
) -> None:
    address = served.address
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    async with httpx.AsyncClient(base_url=address) as visitor:
        foreign = await visitor.post("/mcp", json=body, headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        visitor.cookies.set("teaegg_session", "ts-x")
        cookie = await visitor.post("/mcp", json=body)
        assert cookie.status_code == 401


async def test_many_agents_at_once_each_see_their_own(served: Served) -> None:
    address, keys = served.address, served.keys

    async def one(name: str) -> tuple[str, str]:
        async with agent_of(address, keys[name]) as client:
            return name, await found_by(client)

    replies = await asyncio.gather(*(one(name) for name in ("li", "wang") * 4))
    assert all(("15200" in text) == (name == "li") for name, text in replies)
