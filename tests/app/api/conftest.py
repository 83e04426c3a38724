"""A small company behind the real application: real workspace, real index, stand-in models.

It is learned once and copied for every test, since reading files takes longer than asking.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from tests.app.api.served import Served, serving

from teaegg.app.api.application import create_application
from teaegg.app.api.identity import SESSION_COOKIE
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.settings import AnswerSettings, EmbeddingModelSettings, ServerSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder

DIMENSIONS = 64
PASSWORD = "tea and eggs"
HANDBOOK = """# 员工手册

## 第一章 假期

年假每年十二天，须提前三天申请。

病假须提供医院证明，病假工资为基本工资的百分之八十。

## 第二章 报销

差旅费应当在回来后三十天内报销，由部门经理批准。
"""
PRICES = "型号,名称,单价\nQH-200,离心泵,8600元\nQH-300,双吸泵,15200元\nQH-M8X30,螺栓,1.2元\n"
PLANS = "# 并购计划\n\n公司计划在明年六月收购海岳食品机械，价格为六千万元。\n"


def settings(
    home: Path, *, abstain_below: float = 0.0, max_upload_bytes: int = 100_000
) -> Settings:
    return Settings(
        home=home,
        embedding=EmbeddingModelSettings(dimensions=DIMENSIONS),
        answers=AnswerSettings(abstain_below=abstain_below),
        server=ServerSettings(max_upload_bytes=max_upload_bytes),
    )


def open_company(
    home: Path, *, abstain_below: float = 0.0, chat: ScriptedChat | None = None
) -> AbstractAsyncContextManager[Workspace]:
    return open_workspace(
        settings(home, abstain_below=abstain_below),
        chat=chat or ScriptedChat(),
        embedder=TermEmbedder(DIMENSIONS),
    )


async def found_company(home: Path, files: Path) -> None:
    """chen owns; li of finance reads prices; wang edits the handbook; nobody reads the plans."""
    async with open_company(home) as workspace:
        access = workspace.access
        await access.add_group(LOCAL_OWNER, "finance")
        for name, role, groups in (
            ("chen", "owner", ()),
            ("li", "member", ("finance",)),
            ("wang", "editor", ()),
        ):
            await access.add_user(LOCAL_OWNER, name, role=role, password=PASSWORD, groups=groups)
        for collection, file, text in (
            ("handbook", "staff-handbook.md", HANDBOOK),
            ("prices", "price-list.csv", PRICES),
            ("plans", "merger.md", PLANS),
        ):
            folder = files / collection
            folder.mkdir(parents=True)
            (folder / file).write_text(text, encoding="utf-8")
            await access.create_collection(LOCAL_OWNER, collection)
            await workspace.learner.learn([folder], collection=collection)
        await access.grant(LOCAL_OWNER, "group", "everyone", "collection", "handbook")
        await access.grant(LOCAL_OWNER, "group", "finance", "collection", "prices")
        # A sign-in is slow by design; its session is copied with the records.
        for name in ("chen", "li", "wang"):
            (files / f"{name}.session").write_text(await access.sign_in(name, PASSWORD))


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    asyncio.run(found_company(folder / "home", folder / "files"))
    return folder / "home"


@pytest.fixture(scope="module")
def served(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server process of the module's own."""
    with serving(founded, tmp_path_factory.mktemp("served")) as server:
        yield server


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(founded, tmp_path / "home"))


@pytest.fixture
async def workspace(home: Path) -> AsyncIterator[Workspace]:
    async with open_company(home) as opened:
        yield opened


@pytest.fixture
def application(workspace: Workspace) -> FastAPI:
    return create_application(workspace)


def client_of(application: FastAPI, **headers: str) -> httpx.AsyncClient:
    """A client without a browser's habits; `headers` go with every request."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=application, raise_app_exceptions=False),
        base_url="http://teaegg.test",
        headers=headers,
    )


@pytest.fixture
async def visitor(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    async with client_of(application) as client:
        yield client


SignedIn = Callable[[str], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def signed_in(application: FastAPI, founded: Path) -> AsyncIterator[SignedIn]:
    """name → a client with that account's session cookie."""
    clients: list[httpx.AsyncClient] = []

    async def sign_in(name: str) -> httpx.AsyncClient:
        client = client_of(application)
        clients.append(client)
        token = (founded.parent / "files" / f"{name}.session").read_text()
        client.cookies.set(SESSION_COOKIE, token)
        return client

    yield sign_in
    for client in clients:
        await client.aclose()
