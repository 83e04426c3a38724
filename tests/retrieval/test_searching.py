"""Search and answers over real stores, with stand-in models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.answers import Answer
from teaegg.core.errors import ModelUnavailableError, NotFoundError
from teaegg.core.settings import AnswerSettings, EmbeddingModelSettings, SearchSettings, Settings
from teaegg.models.base import Vectors
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.retrieval.events import AnswerReady

LAW = "# 中华人民共和国劳动法\n\n第一条 为了保护劳动者，制定本法。\n\n第二条 试用期最长不得超过六个月。\n"


class UnreachableEmbedder(TermEmbedder):
    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise ModelUnavailableError("The endpoint did not answer.", remedy="Start it.")

    async def embed_question(self, text: str) -> Vectors:
        raise ModelUnavailableError("The endpoint did not answer.", remedy="Start it.")


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    async with opened(tmp_path, TermEmbedder(64)) as found:
        yield found


def opened(  # type: ignore[no-untyped-def]
    folder: Path,
    embedder: TermEmbedder,
    chat: ScriptedChat | None = None,
    search: SearchSettings | None = None,
):
    settings = Settings(
        home=folder / "home",
        search=search or SearchSettings(),
        embedding=EmbeddingModelSettings(dimensions=64),
        answers=AnswerSettings(abstain_below=0.0),
    )
    return open_workspace(settings, chat=chat or ScriptedChat(), embedder=embedder)


async def learn(workspace: Workspace, folder: Path) -> None:
    (folder / "law.md").write_text(LAW, encoding="utf-8")
    (folder / "note.txt").write_text("食堂周五供应茶叶蛋。", encoding="utf-8")
    await workspace.learner.learn([folder / "law.md", folder / "note.txt"], collection="docs")


async def answer(workspace: Workspace, question: str, **more: str) -> Answer:
    events = [event async for event in workspace.ask(LOCAL_OWNER, question, **more)]  # type: ignore[arg-type]
    assert isinstance(events[-1], AnswerReady)
    return events[-1].answer


async def test_a_named_article_comes_first(workspace: Workspace, tmp_path: Path) -> None:
    await learn(workspace, tmp_path)
    found = await workspace.search(LOCAL_OWNER, "劳动法第一条的内容是什么？")
    assert found.evidence[0].exact
    assert found.evidence[0].passage.location.article == "1"


async def test_without_a_reranker_the_fused_scores_stay(tmp_path: Path) -> None:
    plain = SearchSettings(reranker="none", vector_weight=0.4)
    async with opened(tmp_path, TermEmbedder(64), search=plain) as workspace:
        await learn(workspace, tmp_path)
        found = await workspace.search(LOCAL_OWNER, "试用期")
        # No vector is there yet, so the best passage has the whole share of full text.
        assert found.evidence[0].score == pytest.approx(0.6)


async def test_the_reranker_puts_the_best_passage_at_1(
    workspace: Workspace, tmp_path: Path
) -> None:
    await learn(workspace, tmp_path)
    await workspace.vectors.fill()
    found = await workspace.search(LOCAL_OWNER, "试用期最长多久？")
    assert found.evidence[0].score == 1.0
    assert found.evidence[0].passage.location.article == "2"


async def test_full_text_answers_before_any_vector_is_made(
    workspace: Workspace, tmp_path: Path
) -> None:
    await learn(workspace, tmp_path)
    assert "六个月" in (await answer(workspace, "试用期最长多久？")).sentences[0].text


async def test_without_vectors_full_text_keeps_its_order_and_scores(tmp_path: Path) -> None:
    found = {}
    for reranker in ("fitted", "none"):
        search = SearchSettings(reranker=reranker)  # type: ignore[arg-type]
        async with opened(tmp_path / reranker, TermEmbedder(64), search=search) as workspace:
            await learn(workspace, tmp_path)
            result = await workspace.search(LOCAL_OWNER, "试用期最长不得超过几个月？")
            found[reranker] = [(e.passage.text, e.score) for e in result.evidence]
    assert found["fitted"] == found["none"] and found["none"]


async def test_search_goes_on_by_full_text_when_the_embedding_endpoint_is_away(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, UnreachableEmbedder(64)) as workspace:
        await learn(workspace, tmp_path)
        found = await workspace.search(LOCAL_OWNER, "试用期")
        assert found.evidence[0].passage.location.article == "2"
        assert "Start it." in found.degraded
        with pytest.raises(ModelUnavailableError, match="Start it"):
            await answer(workspace, "试用期最长多久？")


async def test_composed_sentences_are_kept_only_with_proof(tmp_path: Path) -> None:
    chat = ScriptedChat(
        "试用期最长不得超过六个月[1]。试用期最长不得超过九个月[1]。试用期最长不得超过六个月[1]。"
    )
    async with opened(tmp_path, TermEmbedder(64), chat) as workspace:
        await learn(workspace, tmp_path)
        told = await answer(workspace, "试用期最长多久？", mode="compose")
        assert told.verdict == "answered"
        assert "九个月" not in told.text
        record = await workspace.trace(LOCAL_OWNER, told.trace)
        assert ["九个月" in dropped["text"] for dropped in record["dropped"]] == [True]


async def test_an_answer_that_cannot_be_proved_is_refused(tmp_path: Path) -> None:
    chat = ScriptedChat("试用期最长不得超过九个月[1]。")
    async with opened(tmp_path, TermEmbedder(64), chat) as workspace:
        await learn(workspace, tmp_path)
        told = await answer(workspace, "试用期最长多久？", mode="compose")
        assert (told.verdict, told.sentences) == ("refused", ())


async def test_a_trace_goes_dark_when_a_grant_is_taken_back(
    workspace: Workspace, tmp_path: Path
) -> None:
    await learn(workspace, tmp_path)
    access = workspace.access
    await access.create_collection(LOCAL_OWNER, "docs")
    await access.add_user(LOCAL_OWNER, "lina")
    await access.grant(LOCAL_OWNER, "user", "lina", "collection", "docs")
    lina = await access.actor("lina")
    trace = ""
    async for event in workspace.ask(lina, "试用期最长多久？"):
        if isinstance(event, AnswerReady):
            trace = event.answer.trace
    assert (await workspace.trace(lina, trace))["user"] == "lina"
    await access.revoke(LOCAL_OWNER, "user", "lina", "collection", "docs")
    with pytest.raises(NotFoundError):
        await workspace.trace(lina, trace)
    assert await workspace.trace(LOCAL_OWNER, trace)


async def test_a_followup_is_understood_in_its_conversation(
    workspace: Workspace, tmp_path: Path
) -> None:
    await learn(workspace, tmp_path)
    conversation = await workspace.conversations.begin(LOCAL_OWNER, "年假有几天？")
    await answer(workspace, "年假有几天？", conversation=conversation)
    told = await answer(workspace, "那病假呢？", conversation=conversation)
    assert (await workspace.trace(LOCAL_OWNER, told.trace))["understood"] == "病假有几天？"
