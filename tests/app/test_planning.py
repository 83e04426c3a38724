"""Plans behind the door: who may, what is measured once, what is left behind, and what came of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.distill.planning.planning_parts import MACHINE, without_training
from tests.expert_making import StandInTrainer, stand_in_journey

from teaegg.app.experts.planning import Piloting
from teaegg.app.wiring import open_workspace
from teaegg.app.workspace import Workspace
from teaegg.core.actors import LOCAL_OWNER, Actor
from teaegg.core.errors import (
    InvalidRequestError,
    ModelError,
    NotAllowedError,
    NotFoundError,
    StorageError,
)
from teaegg.core.scenes import Scene, SceneExam
from teaegg.core.settings import EmbeddingModelSettings, Settings, TeacherSettings
from teaegg.distill.journey import Journey
from teaegg.distill.planning.keeping import PlanFiles
from teaegg.distill.planning.machine import Machine, machine_key
from teaegg.distill.planning.wishes import Wish
from teaegg.distill.recipe import Recipe
from teaegg.models.local import bundled_model, fingerprint
from teaegg.models.standin import TermEmbedder

STATUTES = Path(__file__).parents[2] / "demo/company/statutes"
SCENE = Scene(
    name="law-adviser",
    title="法务顾问",
    asks="员工",
    problem="想知道法律里怎么写",
    collections=("statutes",),
    rows=40,
    exam=SceneExam(share=0.3, items=10),
)
WISH = Wish(SCENE, Recipe())
EDITOR = Actor("li", "editor", frozenset())


@pytest.fixture
def trainer() -> StandInTrainer:
    return StandInTrainer()


@pytest.fixture(scope="session")
def base() -> str:
    return fingerprint(bundled_model())


@pytest.fixture
def measured(tmp_path: Path, base: str) -> None:
    """The machine was measured already."""
    keep_measured(tmp_path, base, MACHINE)


def keep_measured(home: Path, base: str, machine: Machine) -> None:
    key = machine_key(base, WISH.recipe, SCENE.language, threads=0)
    PlanFiles(home / "planning").keep_probe(machine.model_copy(update={"key": key}))


@pytest.fixture
async def workspace(tmp_path: Path, trainer: StandInTrainer) -> AsyncIterator[Workspace]:
    async with opened(tmp_path, lambda: stand_in_journey(tmp_path, trainer)) as workspace:
        await workspace.access.create_collection(LOCAL_OWNER, "statutes")
        files = [path for name in ("计量法", "印花税法") for path in STATUTES.glob(f"{name}(*")]
        await workspace.learner.learn(files, collection="statutes")
        yield workspace


def opened(home: Path, make_journey: Callable[[], Journey], teacher: TeacherSettings | None = None):  # type: ignore[no-untyped-def]
    settings = Settings(
        home=home,
        embedding=EmbeddingModelSettings(dimensions=64),
        teacher=teacher or TeacherSettings(),
    )
    return open_workspace(settings, embedder=TermEmbedder(64), make_journey=make_journey)


async def test_the_machine_is_measured_once_and_again_when_asked(
    workspace: Workspace, trainer: StandInTrainer, tmp_path: Path
) -> None:
    steps: list[str] = []
    first = await workspace.planning.plan(LOCAL_OWNER, WISH, seconds=1, tell=steps.append)
    assert steps == ["looking at documents", "measuring this machine"]
    rows = first.plan.figure("rows")
    assert rows is not None
    assert 0 < rows.value <= 40
    again = await workspace.planning.plan(LOCAL_OWNER, WISH, seconds=1)
    assert len(trainer.folders) == 1
    assert again.plan.measured_at == first.plan.measured_at
    after = await workspace.planning.plan(LOCAL_OWNER, WISH, seconds=1, again=True)
    assert len(trainer.folders) == 2
    assert after.plan.measured_at > first.plan.measured_at
    assert not list((tmp_path / "planning").glob("trial-*"))
    # The rules teach for nothing, and neither the probe nor the plan writes what documents say.
    kept = [path for path in (tmp_path / "planning").rglob("*") if path.is_file()]
    assert len(kept) == 4
    assert not any("计量" in path.read_text("utf-8") for path in kept)
    assert not (tmp_path / "datasets").exists()


async def test_a_probe_that_is_cut_off_leaves_nothing(
    workspace: Workspace, trainer: StandInTrainer, tmp_path: Path
) -> None:
    def fail() -> None:
        raise ModelError("cut off")

    trainer.before_the_end = fail
    with pytest.raises(ModelError):
        await workspace.planning.plan(LOCAL_OWNER, WISH, seconds=1)
    assert not [path for path in (tmp_path / "planning").rglob("*") if path.is_file()]


@pytest.mark.usefixtures("measured")
async def test_members_plan_nothing_and_editors_only_what_they_read(workspace: Workspace) -> None:
    with pytest.raises(NotAllowedError):
        await workspace.planning.plan(Actor("zhao", "member"), WISH, seconds=1)
    with pytest.raises(NotFoundError):
        await workspace.planning.plan(EDITOR, WISH, seconds=1)


async def test_no_documents_are_told_with_what_to_do(workspace: Workspace) -> None:
    await workspace.access.create_collection(LOCAL_OWNER, "empty")
    wish = replace(WISH, scene=replace(SCENE, collections=("empty",)))
    with pytest.raises(InvalidRequestError, match="teaegg learn"):
        await workspace.planning.plan(LOCAL_OWNER, wish, seconds=1)


async def test_a_disk_that_refuses_is_told(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "planning").write_text("in the way")
    with pytest.raises(StorageError):
        await workspace.planning.plan(LOCAL_OWNER, WISH, seconds=1)


@pytest.mark.usefixtures("measured")
async def test_what_came_is_compared_with_the_plan_and_the_error_is_told(
    workspace: Workspace,
) -> None:
    # The stand-in cannot be examined, so that nothing is kept for an exam.
    scene = replace(SCENE, exam=SceneExam(share=0))
    wish = replace(WISH, scene=scene)
    with pytest.raises(NotFoundError):
        await workspace.planning.review(LOCAL_OWNER, scene.name)
    planned = await workspace.planning.plan(LOCAL_OWNER, wish, seconds=1)
    assert planned.errors == ()
    made = await workspace.distilling.make(LOCAL_OWNER, scene, wish.recipe)
    reviewed = await workspace.planning.review(LOCAL_OWNER, scene.name)
    lines = {line.figure.key: line for line in reviewed.outcome.lines}
    assert reviewed.outcome.expert == made.record.id
    assert lines["rows"].actual == made.dataset.rows
    assert lines["rows"].ratio == pytest.approx(1, abs=0.2)
    assert {"rows_seconds", "training_seconds", "total_seconds", "disk_mib"} <= lines.keys()
    assert {error.key for error in reviewed.errors} >= {"rows", "training_seconds"}
    later = await workspace.planning.plan(LOCAL_OWNER, wish, seconds=1)
    assert later.errors == reviewed.errors
    export = later.plan.figure("export_seconds")
    assert export is not None
    assert export.source == "earlier runs" or not lines["export_seconds"].actual
    # An editor planned nothing, and so has nothing to compare.
    with pytest.raises(NotFoundError):
        await workspace.planning.review(EDITOR, scene.name)


async def test_where_nothing_trains_there_is_a_plan_without_training(
    tmp_path: Path, base: str
) -> None:
    keep_measured(tmp_path, base, without_training())

    def lacking() -> Journey:
        raise ModelError("Training needs torch.", remedy="Install it with: pip install X")

    async with opened(tmp_path, lacking) as workspace:
        await workspace.access.create_collection(LOCAL_OWNER, "statutes")
        await workspace.learner.learn(list(STATUTES.glob("计量法(*")), collection="statutes")
        planned = await workspace.planning.plan(LOCAL_OWNER, WISH, seconds=1)
        assert planned.plan.device == ""
        assert planned.plan.figure("training_seconds") is None
        assert "Training needs torch." in planned.plan.advice
        with pytest.raises(ModelError, match="torch"):
            await workspace.planning.plan(LOCAL_OWNER, WISH, seconds=1, pilots=Piloting())


@pytest.mark.usefixtures("measured")
async def test_pilots_spend_nothing_where_the_teacher_costs(tmp_path: Path) -> None:
    teacher = TeacherSettings(
        engine="endpoint",
        base_url="http://127.0.0.1:9/v1",
        model="m",
        price_in_per_million=2,
        price_out_per_million=8,
    )
    make_journey = lambda: stand_in_journey(tmp_path, StandInTrainer())  # noqa: E731
    async with opened(tmp_path, make_journey, teacher) as workspace:
        await workspace.access.create_collection(LOCAL_OWNER, "statutes")
        await workspace.learner.learn(list(STATUTES.glob("计量法(*")), collection="statutes")
        planned = await workspace.planning.plan(LOCAL_OWNER, WISH, seconds=1)
        sent = planned.plan.figure("teacher_sent")
        assert sent is not None
        assert sent.value > 0
        with pytest.raises(InvalidRequestError, match="data make"):
            await workspace.planning.plan(LOCAL_OWNER, WISH, seconds=1, pilots=Piloting())
