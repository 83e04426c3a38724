"""What was withdrawn is made again without the forgotten document, as a candidate that says for whom."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.expert_making import StandInTrainer, stand_in_journey
from tests.release_making import released_in

from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, Actor
from teaegg.core.documents import Document
from teaegg.core.errors import (
    ConflictError,
    InvalidRequestError,
    ModelError,
    NotAllowedError,
    NotFoundError,
)
from teaegg.core.scenes import Scene, SceneExam
from teaegg.core.settings import (
    ChatModelSettings,
    EmbeddingModelSettings,
    Settings,
    TeacherSettings,
)
from teaegg.distill.journey import Journey
from teaegg.distill.recipe import Recipe
from teaegg.models.standin import ScriptedChat, TermEmbedder
from teaegg.store.experts.records import ExpertRecord

REPOSITORY = Path(__file__).parents[2]
RULES = (
    "# 规定{n}\n\n第一条 第{n}号柜台每天接待{n}0人，须提前{n}天预约。\n\n"
    "第二条 第{n}号柜台由{n}组管理，组长每周检查。\n"
)
SCENE = Scene(
    "counter",
    "柜台",
    "员工",
    "规定",
    ("rules",),
    style="用原话。",
    rows=12,
    exam=SceneExam(share=0),
)
RECIPE = Recipe(rank=4, learning_rate=2e-3, seed=7)
MEMBER = Actor("li", "editor")
Opens = Callable[..., AbstractAsyncContextManager[Workspace]]


def opened(
    folder: Path,
    trainer: StandInTrainer | None = None,
    *,
    base: str = "base",
    teacher: TeacherSettings | None = None,
    make_journey: Callable[[], Journey] | None = None,
) -> AbstractAsyncContextManager[Workspace]:
    """The home below `folder`, with the trainer, base or teacher of that day."""
    journey = stand_in_journey(folder, trainer or StandInTrainer(), base)
    return open_workspace(
        Settings(
            home=folder / "home",
            chat=ChatModelSettings(model=str(folder / f"{base}.gguf")),
            embedding=EmbeddingModelSettings(dimensions=64),
            teacher=teacher or TeacherSettings(),
        ),
        chat=ScriptedChat(),
        embedder=TermEmbedder(64),
        make_journey=make_journey or (lambda: journey),
    )


async def found(folder: Path) -> None:
    """A home with a released expert for counters."""
    files = folder / "files"
    files.mkdir()
    for number in range(1, 7):
        (files / f"rules{number}.md").write_text(RULES.format(n=number), encoding="utf-8")
    async with opened(folder) as workspace:
        await workspace.access.create_collection(LOCAL_OWNER, "rules")
        await workspace.learner.learn([files], collection="rules")
        await workspace.distilling.make(LOCAL_OWNER, SCENE, RECIPE)
        await released_in(workspace, "counter")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded")
    asyncio.run(found(folder))
    return folder


@pytest.fixture
def opens(founded: Path, tmp_path: Path) -> Opens:
    """Opens a home of the test's own."""
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return partial(opened, tmp_path)


@pytest.fixture
async def workspace(opens: Opens) -> AsyncIterator[Workspace]:
    async with opens() as workspace:
        yield workspace


async def forgets(workspace: Workspace) -> tuple[ExpertRecord, Document]:
    """What taught the expert first is forgotten; the expert as it was, and the document."""
    record = await workspace.experts.access.find(LOCAL_OWNER, "counter")
    lineage = await workspace.experts.lineage(LOCAL_OWNER, record.id)
    document = await workspace.document(LOCAL_OWNER, lineage.documents[0].document.document)
    await workspace.experts.forget(LOCAL_OWNER, [document])
    return record, document


async def waiting(workspace: Workspace) -> list[str]:
    return [record.id for record in await workspace.experts.waiting(LOCAL_OWNER)]


async def test_it_is_made_again_as_it_was_without_the_document_and_waits_for_its_release(
    workspace: Workspace,
) -> None:
    before, document = await forgets(workspace)
    assert await waiting(workspace) == [before.id]
    made = await workspace.distilling.remake(LOCAL_OWNER, "counter")
    assert made.record.state == "candidate"
    assert made.record.expert.recipe == before.expert.recipe == RECIPE.hash
    assert made.record.expert.instructions == "用原话。"
    assert made.dataset.manifest.scene["rows"] == 12
    assert await waiting(workspace) == []

    after = await workspace.experts.lineage(LOCAL_OWNER, made.record.id)
    assert document.id not in {taught.document.document for taught in after.documents}
    assert after.documents and after.succession.remakes == before.id
    assert before.id[:12] in after.changes[0].why
    old = await workspace.experts.lineage(LOCAL_OWNER, before.id)
    assert old.succession.remade_as == (made.record.id,)
    assert old.record.state == "withdrawn" and not old.succession.waits
    with pytest.raises(ConflictError, match=f"again already, as {made.record.id[:12]}"):
        await workspace.distilling.remake(LOCAL_OWNER, before.id)
    with pytest.raises(ConflictError, match="is candidate, not withdrawn"):
        await workspace.distilling.remake(LOCAL_OWNER, "counter")


async def test_forgetting_says_what_waits_to_those_who_knew_of_it(workspace: Workspace) -> None:
    lineage = await workspace.experts.lineage(LOCAL_OWNER, "counter")
    taught = lineage.documents[0].document.document
    document = await workspace.document(LOCAL_OWNER, taught)
    forgotten = await workspace.experts.forget(LOCAL_OWNER, [document])
    assert [record.id for record in forgotten.waiting] == [lineage.record.id]
    assert await workspace.experts.waiting(MEMBER) == ()


async def test_what_is_made_again_and_loses_another_document_is_made_again_once_more(
    workspace: Workspace,
) -> None:
    await forgets(workspace)
    again = await workspace.distilling.remake(LOCAL_OWNER, "counter")
    await released_in(workspace, "counter")
    second, _ = await forgets(workspace)
    assert second.id == again.record.id
    third = await workspace.distilling.remake(LOCAL_OWNER, "counter")
    assert third.record.remakes == second.id


async def test_a_run_that_was_cut_off_goes_on_in_its_folder(
    workspace: Workspace, opens: Opens
) -> None:
    before, _ = await forgets(workspace)

    def fails() -> None:
        raise ModelError("The machine went down.", remedy="Start it.")

    trainer = StandInTrainer(fails)
    async with opens(trainer) as stopped:
        with pytest.raises(ModelError):
            await stopped.distilling.remake(LOCAL_OWNER, "counter")
        assert await waiting(stopped) == [before.id]
        assert (trainer.folders[0] / "half-done").exists()
        trainer.before_the_end = lambda: None
        made = await stopped.distilling.remake(LOCAL_OWNER, "counter")
    assert trainer.folders[0] == trainer.folders[1]
    assert made.record.remakes == before.id


KILLED = """
import asyncio, sys, time
from pathlib import Path
from tests.expert_making import StandInTrainer, stand_in_journey
from teaegg.app.wiring import open_workspace
from teaegg.core.actors import LOCAL_OWNER
from teaegg.core.settings import EmbeddingModelSettings, Settings
from teaegg.models.standin import ScriptedChat, TermEmbedder

def trains():
    print("training", flush=True)
    time.sleep(60)

async def main(folder):
    settings = Settings(home=folder / "home", embedding=EmbeddingModelSettings(dimensions=64))
    journey = stand_in_journey(folder, StandInTrainer(trains))
    async with open_workspace(settings, chat=ScriptedChat(), embedder=TermEmbedder(64),
                              make_journey=lambda: journey) as workspace:
        await workspace.distilling.remake(LOCAL_OWNER, "counter")

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_killed_while_it_trains_it_still_waits_and_is_made(
    workspace: Workspace, tmp_path: Path
) -> None:
    before, _ = await forgets(workspace)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(tmp_path), stdout=asyncio.subprocess.PIPE, cwd=REPOSITORY
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"training\n"
    process.kill()
    await process.wait()
    assert await waiting(workspace) == [before.id]
    made = await workspace.distilling.remake(LOCAL_OWNER, "counter")
    assert made.record.remakes == before.id


async def test_killed_before_its_files_were_kept_it_still_waits_and_gets_them(
    workspace: Workspace, tmp_path: Path
) -> None:
    before, _ = await forgets(workspace)
    made = await workspace.distilling.remake(LOCAL_OWNER, "counter")
    # On record comes first, the files follow: this is how a kill in between leaves it.
    shutil.rmtree(tmp_path / "home/experts" / made.record.id)
    assert await waiting(workspace) == [before.id]
    again = await workspace.distilling.remake(LOCAL_OWNER, "counter")
    assert again.record.id == made.record.id
    await released_in(workspace, made.record.id)


async def test_the_same_rows_learned_again_make_another_expert_than_the_withdrawn_one(
    workspace: Workspace, founded: Path, tmp_path: Path
) -> None:
    before, document = await forgets(workspace)
    # Made from nothing, the rows of the same documents are the same rows.
    shutil.rmtree(tmp_path / "home/datasets")
    await workspace.learner.learn([founded / "files"], collection="rules")
    made = await workspace.distilling.remake(LOCAL_OWNER, "counter")
    assert document.id in made.dataset.manifest.documents
    assert made.record.expert.dataset == before.expert.dataset
    assert made.record.id != before.id and made.record.training["recipe"]["seed"] == 8


async def test_only_owners_make_again_and_what_others_may_not_know_of_is_not_there(
    workspace: Workspace,
) -> None:
    await workspace.access.add_user(LOCAL_OWNER, "li", role="editor")
    await workspace.access.grant(LOCAL_OWNER, "user", "li", "collection", "rules")
    member = await workspace.access.actor("li")
    with pytest.raises(NotAllowedError):
        await workspace.distilling.remake(member, "counter")
    before, _ = await forgets(workspace)
    for name in ("counter", before.id, "nothing"):
        with pytest.raises(NotFoundError) as told:
            await workspace.distilling.remake(member, name)
        assert told.value.message == f"There is no expert {name!r}."
    released = await workspace.distilling.remake(LOCAL_OWNER, "counter")
    await released_in(workspace, "counter")
    succession = await workspace.experts.succession(member, released.record)
    assert succession.remakes == ""


async def test_without_documents_it_says_what_to_learn(workspace: Workspace) -> None:
    documents = await workspace.documents(LOCAL_OWNER, collection="rules")
    await workspace.experts.forget(LOCAL_OWNER, documents)
    with pytest.raises(InvalidRequestError, match="no readable documents in rules") as told:
        await workspace.distilling.remake(LOCAL_OWNER, "counter")
    assert "teaegg learn" in told.value.remedy


async def test_without_what_trains_nothing_is_begun(workspace: Workspace, opens: Opens) -> None:
    before, _ = await forgets(workspace)

    def missing() -> Journey:
        raise ModelError("Training needs torch.", remedy="pip install 'teaegg[train]'")

    manifest = workspace.settings.home / "datasets/counter/dataset.json"
    rows = manifest.read_bytes()
    async with opens(make_journey=missing) as bare:
        with pytest.raises(ModelError, match="Training needs torch"):
            await bare.distilling.remake(LOCAL_OWNER, "counter")
        assert await waiting(bare) == [before.id]
    assert manifest.read_bytes() == rows


async def test_another_base_is_not_taken_in_silence(workspace: Workspace, opens: Opens) -> None:
    await forgets(workspace)
    async with opens(base="another") as other:
        with pytest.raises(ConflictError, match="stood on the base") as told:
            await other.distilling.remake(LOCAL_OWNER, "counter")
    assert "chat.model" in told.value.remedy


async def test_rules_teach_again_whatever_teacher_is_set_now(
    workspace: Workspace, opens: Opens
) -> None:
    before, _ = await forgets(workspace)
    endpoint = TeacherSettings(engine="endpoint", base_url="http://127.0.0.1:9/v1", model="big")
    async with opens(teacher=endpoint) as changed:
        made = await changed.distilling.remake(LOCAL_OWNER, "counter")
    assert made.dataset.manifest.teacher == "structure" and made.record.remakes == before.id


async def test_another_teacher_is_not_asked_in_place_of_the_one_on_record(opens: Opens) -> None:
    async with opens() as by_rules:
        with pytest.raises(
            ConflictError, match="taught by big; the settings name structure"
        ) as told:
            by_rules.datasets.teacher_again("big")
        assert '"endpoint" and teacher.model = "big"' in told.value.remedy
    big = TeacherSettings(engine="endpoint", base_url="http://127.0.0.1:9/v1", model="big")
    async with opens(teacher=big) as same:
        assert same.datasets.teacher_again("big") is None
        for other in ("small", "recorded"):
            with pytest.raises(ConflictError, match=f"taught by {other}"):
                same.datasets.teacher_again(other)
    async with opens(teacher=TeacherSettings(engine="recorded")) as recorded:
        assert recorded.datasets.teacher_again("big") is None


async def test_the_scene_is_made_as_it_was_though_its_rows_were_made_anew_since(
    workspace: Workspace,
) -> None:
    await forgets(workspace)
    await workspace.datasets.make(LOCAL_OWNER, replace(SCENE, style="随意。", rows=4))
    made = await workspace.distilling.remake(LOCAL_OWNER, "counter")
    assert made.record.expert.instructions == "用原话。"
    assert made.dataset.manifest.scene["rows"] == 12
