"""For tests of single sign-on: providers as processes, and the way there and back in a browser's steps."""

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from teaegg.app.api.application import create_application
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.settings import EmbeddingModelSettings, OidcSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder

PUBLIC_URL = "http://127.0.0.1:8080"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def provider_process(*command: str) -> Iterator[str]:
    """The address of a provider that `python *command PORT` starts; it is stopped at the end."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, *command, str(port)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"{address}/.well-known/openid-configuration")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            httpx.get(address).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


class Visitor:
    """A browser's part: it keeps TeaEgg's cookies and follows where it is sent."""

    def __init__(self, workspace: Workspace, provider: str) -> None:
        self.workspace = workspace
        self.provider = provider
        self.here = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=create_application(workspace)), base_url=PUBLIC_URL
        )
        self.there = httpx.AsyncClient()

    async def go(self) -> str:
        """The provider's address that TeaEgg sends one to."""
        reply = await self.here.get("/api/single-sign-on")
        assert reply.status_code == 303
        return reply.headers["location"]

    async def come_back(self, address: str, subject: str = "") -> str:
        """The way back that the provider sends one on; `subject` fills in its form."""
        if subject:
            reply = await self.there.post(address, data={"sub": subject})
        else:
            reply = await self.there.get(address)
        assert reply.status_code == 302, reply.text
        return reply.headers["location"]

    async def arrive(self, way_back: str) -> str:
        """Where one ends up: "/" when signed in."""
        reply = await self.here.get(way_back)
        assert reply.status_code == 303
        return reply.headers["location"]

    async def sign_on(self, subject: str = "") -> str:
        return await self.arrive(await self.come_back(await self.go(), subject))

    async def me(self) -> dict[str, Any]:
        reply = await self.here.get("/api/me")
        return dict(reply.json()) if reply.status_code == 200 else {}

    async def misbehave(self, **next_reply: Any) -> None:
        await self.there.put(f"{self.provider}/next", json=next_reply)


@asynccontextmanager
async def visiting(home: Path, issuer: str, **oidc: Any) -> AsyncIterator[Visitor]:
    """A visitor of a TeaEgg over `home` that trusts `issuer`."""
    values = {
        "issuer": issuer,
        "client_id": "teaegg",
        "client_secret": "any",
        "public_url": PUBLIC_URL,
        **oidc,
    }
    settings = Settings(
        home=home, embedding=EmbeddingModelSettings(dimensions=64), oidc=OidcSettings(**values)
    )
    async with open_workspace(
        settings, chat=ScriptedChat(), embedder=TermEmbedder(64)
    ) as workspace:
        visitor = Visitor(workspace, issuer)
        yield visitor
        await visitor.here.aclose()
        await visitor.there.aclose()
