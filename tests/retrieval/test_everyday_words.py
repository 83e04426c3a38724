"""Everyday words find what statutes say in their own; documents that are no statutes are left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.settings import EmbeddingModelSettings, SearchSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.retrieval.understanding.everyday import statute_words

ARTICLES = (
    "第一条 为了保护民事主体的合法权益，制定本法。\n\n"
    "第二条 出租人应当按照约定将租赁物交付承租人。\n\n"
    "第三条 借款人应当按照约定的期限返还借款。\n\n"
    "第四条 承揽人应当按照定作人的要求完成工作。\n"
)


def test_the_statutes_words_are_known_for_everyday_ones() -> None:
    assert "出租人" in statute_words("房东不让我进门怎么办？")
    assert statute_words("出租人的义务") == ()
    assert "出租人" not in statute_words("房东是出租人吗？")
    assert statute_words("What is the warranty period?") == ()


def test_traditional_script_is_read_too() -> None:
    assert statute_words("房東把房子賣了") == statute_words("房东把房子卖了") != ()


@pytest.fixture(params=[True, False])
async def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Workspace]:
    settings = Settings(
        home=tmp_path / "home",
        embedding=EmbeddingModelSettings(dimensions=64),
        search=SearchSettings(everyday_words=request.param, reranker="none"),
    )
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "租赁法.md").write_text(f"# 租赁法\n\n{ARTICLES}", encoding="utf-8")
    (folder / "杂记.txt").write_text(
        "房东养了两只猫。\n\n出租人这个词很少有人说。", encoding="utf-8"
    )
    async with open_workspace(settings, chat=ScriptedChat(), embedder=TermEmbedder(64)) as opened:
        for path, name in ((folder / "租赁法.md", "laws"), (folder / "杂记.txt", "notes")):
            await opened.learner.learn([path], collection=name)
        await opened.vectors.fill()
        yield opened


async def text_scores(workspace: Workspace, collection: str, word: str) -> list[float | None]:
    found = await workspace.search(
        LOCAL_OWNER, "房东把门锁换了怎么办？", limit=20, collections=frozenset({collection})
    )
    return [item.text_score for item in found.evidence if word in item.passage.text]


async def test_full_text_finds_the_article_that_says_it_otherwise(
    workspace: Workspace, request: pytest.FixtureRequest
) -> None:
    (score,) = await text_scores(workspace, "laws", "出租人")
    assert (score is not None) == request.node.callspec.params["workspace"]


async def test_documents_that_are_no_statutes_are_searched_as_asked(workspace: Workspace) -> None:
    scores = await text_scores(workspace, "notes", "很少有人说")
    assert scores
    assert len(set(scores)) == 1
