"""An expert of Gemma re-made on SmolLM2 for real: trained, proved, examined, refused here, asked there."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from tests.needed import needs_smollm2, needs_training
from tests.release_making import released_in

from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.errors import ModelError
from teaegg.core.scenes import Scene, SceneData, SceneExam
from teaegg.core.settings import ChatModelSettings, EmbeddingModelSettings, Settings
from teaegg.distill.rebase.judging import USUAL
from teaegg.distill.recipe import Recipe
from teaegg.models.bases import base_named
from teaegg.models.standin import TermEmbedder
from teaegg.retrieval.events import AnswerReady

RULES = {
    "Counter": "The counter receives 30 visitors a day. Visitors must book 3 days before.",
    "Parking": "Parking places are given out by the porter. A place costs 45 euros a month.",
    "Laptops": "Laptops are replaced after 4 years. Lost devices must be reported within 24 hours.",
    "Travel": "Hotel costs are paid up to 120 euros a night. The manager approves every journey.",
    "Leave": "Employees have 27 days of leave a year. Requests must be made 2 weeks before.",
    "Library": "Books may be kept for 6 weeks. The librarian checks the shelves every Friday.",
    "Canteen": "The canteen opens at 11:30. A meal costs 6 euros for employees.",
    "Badges": "Badges expire after 18 months. Visitors must return theirs on the same day.",
    "Archive": "Contracts are kept for 10 years. The archivist destroys older ones in January.",
    "Garden": "The garden closes at 20:00. Dogs are prohibited between May and September.",
}
SCENE = Scene(
    "counter",
    "Counters",
    "staff",
    "rules",
    ("rules",),
    language="en",
    style="Answer in the words of the rules.",
    rows=10,
    exam=SceneExam(share=0.5, items=3),
    data=SceneData(distractors=1),
)
# One step or two: what is tested is the way, not how much is learned on it.
RECIPE = Recipe(epochs=1, batch_tokens=4096, row_tokens=1024, looks=1, minutes=1, rank=4)


def opened(home: Path, base: str) -> AbstractAsyncContextManager[Workspace]:
    chat = ChatModelSettings(model=str(base_named(base).path))
    settings = Settings(home=home, chat=chat, embedding=EmbeddingModelSettings(dimensions=64))
    return open_workspace(settings, embedder=TermEmbedder(64))


async def asked(workspace: Workspace) -> AnswerReady:
    question = "How many visitors does the counter receive a day?"
    async for event in workspace.ask(LOCAL_OWNER, question, expert="counter"):
        if isinstance(event, AnswerReady):
            return event
    raise AssertionError("the answer never came")


@pytest.mark.journey
@pytest.mark.timeout(900)
@needs_training
@needs_smollm2
async def test_an_expert_of_gemma_answers_on_smollm2_once_the_base_is_switched(
    tmp_path: Path,
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for title, text in RULES.items():
        (files / f"{title}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
    async with opened(tmp_path / "home", "gemma3-270m") as workspace:
        await workspace.access.create_collection(LOCAL_OWNER, "rules")
        await workspace.learner.learn([files], collection="rules")
        old = (await workspace.distilling.make(LOCAL_OWNER, SCENE, RECIPE)).record
        await released_in(workspace, old.id)
        plan = await workspace.rebasing.plan(LOCAL_OWNER, "smollm2-135m")
        (one,) = plan.remakes
        done = await workspace.rebasing.remake(LOCAL_OWNER, plan, one, USUAL)
        new = done.record
        assert (new.state, new.expert.template) == ("candidate", "chatml")
        assert new.expert.base == plan.base.hash != old.expert.base
        assert done.judged is not None and done.judged.between.difference.items > 0
        parity = json.loads((tmp_path / "home/experts" / new.id / "parity.json").read_text("utf-8"))
        assert parity["export"]["divergence"] <= parity["limit"]
        assert (await asked(workspace)).answer.trace
        with pytest.raises(ModelError, match="was made for the base") as told:
            await released_in(workspace, new.id)
        assert "chat.model" in told.value.remedy
    async with opened(tmp_path / "home", "smollm2-135m") as workspace:
        with pytest.raises(ModelError, match="was made for the base"):
            await asked(workspace)
        await released_in(workspace, new.id)
        answer = (await asked(workspace)).answer
        for sentence in answer.sentences:
            for citation in sentence.citations:
                _, parsed = await workspace.parsed(LOCAL_OWNER, citation.document)
                assert citation.quote in parsed.text
        back = await workspace.rebasing.plan(LOCAL_OWNER, "gemma3-270m")
        assert [found.made.id for found in back.remakes if found.made] == [old.id]
