"""The glossary in searches: understood by those who may know it, by nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, Actor
from teaegg.core.errors import InvalidRequestError, NotAllowedError, NotFoundError
from teaegg.core.settings import EmbeddingModelSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.store.glossary import GlossaryEntry


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    settings = Settings(home=tmp_path / "home", embedding=EmbeddingModelSettings(dimensions=64))
    chat, embedder = ScriptedChat(), TermEmbedder(64)
    async with open_workspace(settings, chat=chat, embedder=embedder) as opened:
        for collection, name, text in (
            ("open", "公司车辆管理制度.md", "# 公司车辆管理制度\n\n公务用车须提前一天申请。\n"),
            ("secret", "天枢项目.md", "# 天枢项目\n\n样机于六月交付。\n"),
        ):
            path = tmp_path / name
            path.write_text(text, encoding="utf-8")
            await opened.learner.learn([path], collection=collection)
            await opened.access.create_collection(LOCAL_OWNER, collection)
        await opened.access.add_user(LOCAL_OWNER, "lina", role="editor")
        await opened.access.grant(LOCAL_OWNER, "user", "lina", "collection", "open")
        yield opened


async def lina(workspace: Workspace) -> Actor:
    return await workspace.access.actor("lina")


async def test_an_alias_finds_what_the_name_finds(workspace: Workspace) -> None:
    assert not (await workspace.search(LOCAL_OWNER, "老黄牛怎么借")).query.documents
    await workspace.glossary.add(LOCAL_OWNER, GlossaryEntry("公司车辆管理制度", ("老黄牛",)))
    found = await workspace.search(LOCAL_OWNER, "老黄牛怎么借")
    assert found.evidence[0].passage.title == "公司车辆管理制度"
    assert len(found.query.documents) == 1


async def test_an_alias_of_a_hidden_collection_is_not_even_understood(
    workspace: Workspace,
) -> None:
    before = await workspace.search(await lina(workspace), "小茶壶什么时候交付")
    entry = GlossaryEntry("天枢项目", ("小茶壶",), "secret")
    await workspace.glossary.add(LOCAL_OWNER, entry)
    actor = await lina(workspace)
    after = await workspace.search(actor, "小茶壶什么时候交付")
    assert after.query == before.query
    assert await workspace.glossary.list(actor) == []
    owner = await workspace.search(LOCAL_OWNER, "小茶壶什么时候交付")
    assert owner.evidence[0].passage.title == "天枢项目"


async def test_who_may_not_change_the_glossary_cannot(workspace: Workspace) -> None:
    actor = await lina(workspace)
    with pytest.raises(NotAllowedError):
        await workspace.glossary.add(actor, GlossaryEntry("甲", ("乙",)))
    with pytest.raises(NotFoundError):
        await workspace.glossary.add(actor, GlossaryEntry("甲", ("乙",), "secret"))
    await workspace.glossary.add(actor, GlossaryEntry("甲", ("乙",), "open"))
    with pytest.raises(NotFoundError):
        await workspace.glossary.merge(
            actor, [GlossaryEntry("丙", ("丁",), "open"), GlossaryEntry("戊", ("己",), "secret")]
        )
    assert [entry.name for entry in await workspace.glossary.list(LOCAL_OWNER)] == ["甲"]
    await workspace.glossary.remove(actor, "甲", "open")


async def test_a_slip_in_the_file_stops_no_search(workspace: Workspace) -> None:
    await workspace.glossary.add(LOCAL_OWNER, GlossaryEntry("公司车辆管理制度", ("老黄牛",)))
    assert (await workspace.search(LOCAL_OWNER, "老黄牛")).query.documents
    path = workspace.settings.home / "glossary.csv"
    path.write_text("公司车辆管理制度\n", encoding="utf-8")
    with pytest.raises(InvalidRequestError, match="line 1"):
        await workspace.glossary.list(LOCAL_OWNER)
    assert (await workspace.search(LOCAL_OWNER, "老黄牛")).query.documents
    path.unlink()
    assert not (await workspace.search(LOCAL_OWNER, "老黄牛")).query.documents
