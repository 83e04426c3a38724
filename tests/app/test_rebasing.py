"""Experts re-made on another base: from what is on record, beside those before, whatever is killed."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.expert_making import StandInExaminer, StandInTrainer
from tests.rebase_making import RECIPE, SCENES, found, opened, rebased
from tests.release_making import released_in

from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, Actor
from teaegg.core.errors import ModelError, NotAllowedError, NotFoundError
from teaegg.core.scenes import SceneExam
from teaegg.distill.rebase.judging import USUAL
from teaegg.distill.rebase.planning import Cannot, Remake, Stays
from teaegg.evals.gate.policy import Criterion, Policy

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("founded")
    asyncio.run(found(folder))
    return folder


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    """A home of the test's own."""
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
async def workspace(home: Path) -> AsyncIterator[Workspace]:
    async with opened(home) as workspace:
        yield workspace


async def test_every_expert_is_made_on_the_new_base_and_nothing_is_switched(
    workspace: Workspace, home: Path
) -> None:
    before = {each.id: each for each in await workspace.experts.access.list(LOCAL_OWNER)}
    made = await rebased(workspace, home / "new.gguf")
    assert [each.record.expert.scene for each in made] == ["cash", "counter", "desk"]
    for each in made:
        old, new = each.planned.record, each.record
        assert new.state == "candidate" and new.id not in before
        assert (new.expert.template, old.expert.template) == ("chatml", "gemma")
        assert new.expert.dataset == old.expert.dataset
        assert new.expert.instructions == old.expert.instructions
        recipe = {**RECIPE.model_dump(), "template": "chatml"}
        assert new.training["recipe"] == recipe
        assert new.training["rebased_from"] == old.id
        assert new.training["gate"]["found"].keys() == {"exam", "refusal"}
        lineage = await workspace.experts.lineage(LOCAL_OWNER, new.id)
        taught = await workspace.experts.lineage(LOCAL_OWNER, old.id)
        assert [t.document for t in lineage.documents] == [t.document for t in taught.documents]
        assert old.id[:12] in lineage.changes[0].why
    after = {each.id: each for each in await workspace.experts.access.list(LOCAL_OWNER)}
    assert {name: after[name] for name in before} == before


async def test_the_table_shows_both_experts_and_both_bases(home: Path) -> None:
    examiner = StandInExaminer(expert=1.0, base=0.0)
    async with opened(home, examiner=examiner) as workspace:
        (one,) = await rebased(workspace, home / "new.gguf", "cash")
    assert one.judged is not None
    between = one.judged.between
    assert (one.judged.new_base, between.candidate.f1) == (0.0, 1.0)
    # Those before sat the exam when they were made, and are not asked again.
    assert 0 < one.judged.old_base < between.baseline.f1 < 1
    assert examiner.asked == 2 * between.difference.items
    assert one.verdict.findings[1].more > 0 and not one.verdict.passes


async def test_the_policy_of_the_file_decides(home: Path) -> None:
    generous = Policy(
        (Criterion("exam", "not_worse", 0.5),), unsigned="count", least_items=10, least_documents=5
    )
    async with opened(home, examiner=StandInExaminer(expert=1.0)) as workspace:
        (usual,) = await rebased(workspace, home / "new.gguf", "cash")
        (one,) = await rebased(workspace, home / "new.gguf", "cash", policy=generous)
    assert not usual.verdict.passes
    assert one.verdict.passes


async def test_a_worse_base_is_told(home: Path) -> None:
    async with opened(home) as workspace:
        (one,) = await rebased(workspace, home / "new.gguf", "cash")
        again = StandInExaminer(expert=0.0)
    shutil.rmtree(home / "home/datasets/cash/runs/answers" / one.record.expert.adapter[:12])
    async with opened(home, examiner=again) as workspace:
        (worse,) = await rebased(workspace, home / "new.gguf", "cash")
    assert worse.judged is not None and worse.judged.between.difference.high < 0


async def test_done_again_it_trains_and_asks_nothing(home: Path) -> None:
    async with opened(home) as workspace:
        first = await rebased(workspace, home / "new.gguf")
    trainer, examiner = StandInTrainer(), StandInExaminer()
    async with opened(home, trainer, examiner) as workspace:
        again = await rebased(workspace, home / "new.gguf")
    assert (trainer.folders, examiner.asked) == ([], 0)
    assert [each.record.id for each in again] == [each.record.id for each in first]
    assert [each.judged for each in again] == [each.judged for each in first]


async def test_back_again_finds_the_experts_that_were_there(home: Path) -> None:
    async with opened(home) as workspace:
        before = await workspace.experts.access.list(LOCAL_OWNER)
        made = await rebased(workspace, home / "new.gguf")
        with pytest.raises(ModelError, match="runs here"):
            await released_in(workspace, made[0].record.id)
    trainer, examiner = StandInTrainer(), StandInExaminer()
    async with opened(home, trainer, examiner, base="new") as workspace:
        for each in made:
            await released_in(workspace, each.record.id)
        back = await rebased(workspace, home / "old.gguf")
        assert (trainer.folders, examiner.asked) == ([], 0)
        assert {each.record.id for each in back} == {each.id for each in before}
        shorter = await rebased(workspace, home / "old.gguf", "desk", minutes=3)
    assert len(trainer.folders) == 1 and shorter[0].record.training["recipe"]["minutes"] == 3
    assert shorter[0].planned.record.expert.template == "chatml"


KILLED = """
import asyncio, os, sys, time
from pathlib import Path
from tests.release_making import released_in
from tests.rebase_making import opened, rebased
from tests.expert_making import StandInExaminer, StandInTrainer
from teaegg.store.experts.files import ExpertFiles
from teaegg.store.experts.records import ExpertRecords

folder, point, scene = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

def stand(*_):
    print("here", flush=True)
    time.sleep(60)

def after(owner, name):
    done = getattr(owner, name)
    async def then(*arguments, **named):
        found = await done(*arguments, **named)
        if scene in str(arguments):
            stand()
        return found
    setattr(owner, name, then)

asked = iter(range(1000))
examiner = StandInExaminer(before_answers=lambda: stand() if point == "exam" and next(asked) == 5 else None)
trainer = StandInTrainer(stand if point == "training" else lambda: None)
if point == "registered":
    after(ExpertRecords, "register")
if point == "kept":
    after(ExpertFiles, "put")

async def main():
    async with opened(folder, trainer, examiner) as workspace:
        await rebased(workspace, folder / "new.gguf", *sys.argv[4:])

asyncio.run(main())
"""


@pytest.mark.parametrize("point", ["training", "exam", "registered", "kept"])
async def test_killed_at_any_point_the_same_command_goes_on(home: Path, point: str) -> None:
    async with opened(home) as workspace:
        await rebased(workspace, home / "new.gguf", "cash")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(home), point, "counter",
        stdout=asyncio.subprocess.PIPE, cwd=REPOSITORY,
    )  # fmt: skip
    assert process.stdout is not None
    assert await process.stdout.readline() == b"here\n"
    process.kill()
    await process.wait()

    trainer, examiner = StandInTrainer(), StandInExaminer()
    async with opened(home, trainer, examiner) as workspace:
        made = await rebased(workspace, home / "new.gguf")
        listed = await workspace.experts.access.list(LOCAL_OWNER)
        # Another home, in which nothing was killed, comes to the same experts.
        assert len(listed) == 6 and {each.record.id for each in made} < {each.id for each in listed}
    async with opened(home, base="new") as workspace:
        for each in made:
            await released_in(workspace, each.record.id)
    trained = {folder.parts[-4] for folder in trainer.folders}
    assert trained == {"desk"} if point == "kept" else {"counter", "desk"}
    for scene in SCENES:
        runs = home / "home/datasets" / scene.name / "runs"
        assert [path.name for path in runs.iterdir()] == ["answers"]


async def test_answers_of_a_killed_exam_are_not_asked_again(home: Path) -> None:
    def stops() -> None:
        if examiner.asked == 5:
            raise ModelError("The machine went down.", remedy="Start it.")

    examiner = StandInExaminer(before_answers=stops)
    async with opened(home, examiner=examiner) as workspace:
        with pytest.raises(ModelError):
            await rebased(workspace, home / "new.gguf", "cash")
        examiner.before_answers = lambda: None
        (one,) = await rebased(workspace, home / "new.gguf", "cash")
    assert one.judged is not None
    assert examiner.asked == 2 * one.judged.between.difference.items


async def test_one_that_cannot_be_made_is_named_with_the_reason(
    workspace: Workspace, home: Path
) -> None:
    rows = home / "home/datasets/counter/rows.jsonl"
    rows.write_text("".join(rows.read_text("utf-8").splitlines(keepends=True)[1:]), "utf-8")
    await workspace.experts.access.retire(LOCAL_OWNER, "desk")
    plan = await workspace.rebasing.plan(LOCAL_OWNER, str(home / "new.gguf"))
    cash, counter, desk = plan.experts
    assert isinstance(cash, Remake) and plan.remakes == (cash,)
    assert isinstance(counter, Cannot) and "teaegg distill SCENE-FILE" in counter.why
    assert isinstance(desk, Cannot) and "retired" in desk.why


async def test_one_whose_own_base_is_gone_cannot_be_compared(home: Path) -> None:
    async with opened(home, base="new") as workspace:
        plan = await workspace.rebasing.plan(LOCAL_OWNER, str(home / "new.gguf"), ["cash"])
    (cash,) = plan.experts
    assert isinstance(cash, Cannot) and "not on this machine" in cash.why


async def test_what_stands_on_the_base_stays(workspace: Workspace, home: Path) -> None:
    plan = await workspace.rebasing.plan(LOCAL_OWNER, str(home / "old.gguf"))
    assert all(isinstance(one, Stays) for one in plan.experts) and len(plan.experts) == 3


async def test_a_withdrawn_expert_is_not_brought_back_by_another_base(
    workspace: Workspace, home: Path
) -> None:
    (one,) = await rebased(workspace, home / "new.gguf", "cash")
    taught = (await workspace.experts.lineage(LOCAL_OWNER, one.record.id)).documents[0]
    document = await workspace.document(LOCAL_OWNER, taught.document.document)
    await workspace.experts.forget(LOCAL_OWNER, [document])
    # What was said in the exam went with the rows, and both experts with the document.
    assert not (home / "home/datasets/cash/runs").exists()
    plan = await workspace.rebasing.plan(LOCAL_OWNER, str(home / "new.gguf"), ["cash"])
    assert plan.remakes == ()


async def test_what_loses_a_document_after_the_plan_is_not_made(
    workspace: Workspace, home: Path
) -> None:
    plan = await workspace.rebasing.plan(LOCAL_OWNER, str(home / "new.gguf"), ["cash"])
    documents = await workspace.documents(LOCAL_OWNER, collection="rules")
    await workspace.experts.forget(LOCAL_OWNER, documents)
    with pytest.raises(NotFoundError):
        await workspace.rebasing.remake(LOCAL_OWNER, plan, plan.remakes[0], USUAL)
    listed = await workspace.experts.access.list(LOCAL_OWNER)
    assert {each.state for each in listed} == {"withdrawn"}


async def test_only_owners_rebase_and_unknown_scenes_are_told(
    workspace: Workspace, home: Path
) -> None:
    with pytest.raises(NotAllowedError):
        await workspace.rebasing.plan(Actor("li", "editor"), str(home / "new.gguf"))
    with pytest.raises(NotFoundError, match="no expert 'kasse'"):
        await workspace.rebasing.plan(LOCAL_OWNER, str(home / "new.gguf"), ["cash", "kasse"])


async def test_a_scene_without_exam_says_how_many_items_it_lacks(home: Path) -> None:
    bare = replace(SCENES[0], name="bare", exam=SceneExam(share=0))
    async with opened(home) as workspace:
        await workspace.distilling.make(LOCAL_OWNER, bare, RECIPE)
        (one,) = await rebased(workspace, home / "new.gguf", "bare")
    assert one.judged is None
    assert [finding.outcome for finding in one.verdict.findings] == ["too few", "too few"]
