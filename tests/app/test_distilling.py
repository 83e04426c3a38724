"""From documents to an expert on the real base: trained, proved, examined, released, asked, taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.needed import needs_training
from tests.release_making import released_in

from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, Actor
from teaegg.core.answers import Answer
from teaegg.core.errors import NotAllowedError, NotFoundError
from teaegg.core.scenes import Scene, SceneExam
from teaegg.core.settings import EmbeddingModelSettings, Settings
from teaegg.distill.journey import JourneyStep, Telling
from teaegg.distill.recipe import Recipe
from teaegg.models.standin import TermEmbedder
from teaegg.retrieval.events import AnswerReady

STATUTES = Path(__file__).parents[2] / "demo/company/statutes"
SCENE = Scene(
    name="law-adviser",
    title="法务顾问",
    asks="员工",
    problem="想知道法律里怎么写",
    collections=("statutes",),
    style="用资料中的原话回答。",
    rows=10,
    exam=SceneExam(share=0.3, items=2),
)
# One step or two: what is tested is the way, not how much is learned on it.
RECIPE = Recipe(epochs=1, batch_tokens=4096, row_tokens=1024, looks=1, minutes=1)


async def ask(workspace: Workspace, question: str) -> Answer:
    async for event in workspace.ask(LOCAL_OWNER, question, expert=SCENE.name):
        if isinstance(event, AnswerReady):
            return event.answer
    raise AssertionError("the answer never came")


@pytest.mark.journey
@pytest.mark.timeout(900)
@needs_training
async def test_documents_become_an_expert_that_answers_until_one_of_them_is_forgotten(
    tmp_path: Path,
) -> None:
    settings = Settings(home=tmp_path, embedding=EmbeddingModelSettings(dimensions=64))
    files = [
        path
        for name in ("计量法", "印花税法", "标准化法", "劳动法")
        for path in STATUTES.glob(f"{name}(*")
    ]
    steps: list[JourneyStep] = []
    telling = Telling(step=lambda step, done, total: steps.append(step))
    async with open_workspace(settings, embedder=TermEmbedder(64)) as workspace:
        await workspace.access.create_collection(LOCAL_OWNER, "statutes")
        await workspace.learner.learn(files, collection="statutes")
        made = await workspace.distilling.make(LOCAL_OWNER, SCENE, RECIPE, telling=telling)
        assert made.record.state == "candidate"
        assert {"exporting", "examining", "examining the base"} == set(steps)
        assert made.made.comparison is not None and made.made.comparison.difference.items == 2
        place = tmp_path / "experts" / made.record.id
        parity = json.loads((place / "parity.json").read_text("utf-8"))
        assert parity["export"]["divergence"] <= parity["limit"]
        runs = tmp_path / "datasets" / SCENE.name / "runs"
        assert [path.name for path in runs.iterdir()] == ["answers"]

        exam = await workspace.exams.reviewed(LOCAL_OWNER, SCENE.name)
        assert 1 <= len(exam.unsigned) <= 2 and exam.version.exam.scene == SCENE.name
        judged = await workspace.releases.judge(LOCAL_OWNER, SCENE.name)
        assert not judged.found.passes
        assert {finding.outcome for finding in judged.found.findings} == {"too few"}

        with pytest.raises(NotFoundError):
            await ask(workspace, "什么是计量器具？")
        await released_in(workspace, SCENE.name)
        answer = await ask(workspace, "什么是计量器具？")
        for sentence in answer.sentences:
            for citation in sentence.citations:
                _, parsed = await workspace.parsed(LOCAL_OWNER, citation.document)
                assert citation.quote in parsed.text

        lineage = await workspace.experts.lineage(LOCAL_OWNER, SCENE.name)
        taught = lineage.documents[0].document.document
        await workspace.experts.forget(LOCAL_OWNER, [await workspace.document(LOCAL_OWNER, taught)])
        with pytest.raises(NotFoundError):
            await ask(workspace, "什么是计量器具？")
        assert not (place / "adapter.gguf").exists()


async def test_only_owners_make_experts(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, embedding=EmbeddingModelSettings(dimensions=64))
    async with open_workspace(settings, embedder=TermEmbedder(64)) as workspace:
        with pytest.raises(NotAllowedError):
            await workspace.distilling.make(Actor("li", "editor"), SCENE, RECIPE)
