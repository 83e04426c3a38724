"""A survey and a machine with round numbers, for plans that can be checked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from teaegg.core.scenes import KindShare, Scene, SceneData, SceneExam
from teaegg.distill.planning.machine import EngineSpeed, Machine, TrainingSpeed
from teaegg.distill.planning.quantities import Known
from teaegg.distill.planning.survey import SideSize, Survey
from teaegg.distill.planning.wishes import Wish
from teaegg.distill.recipe import Recipe

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SCENE = Scene(
    name="leave",
    title="Leave",
    asks="staff",
    problem="leave",
    collections=("handbook",),
    rows=100,
    exam=SceneExam(items=50),
    data=SceneData(kinds=(KindShare("lookup", 1.0),)),
)
ENGINE = EngineSpeed(
    start_seconds=2.0,
    read_tokens_per_second=400.0,
    written_tokens_per_second=20.0,
    base_answer_tokens=60.0,
    tokens_per_width=1.0,
)
TRAINING = TrainingSpeed(
    device="cpu",
    tokens_per_second=500.0,
    slowest=450.0,
    fastest=550.0,
    look_tokens_per_second=1000.0,
    start_seconds=10.0,
    memory_mib=3000.0,
    longest_row_tokens=920.0,
    folder_bytes=15 * 2**20,
    adapter_bytes=15 * 2**20,
)
MACHINE = Machine(
    key="k",
    measured_at=NOW,
    seconds=60.0,
    cores=2,
    memory_mib=8000.0,
    load=0.1,
    engine=ENGINE,
    training=TRAINING,
)
SURVEY = Survey(
    seen=20,
    training=SideSize(8, 200, {"lookup": 400.0}, {"lookup": 300.0}),
    exam=SideSize(12, 40, {"lookup": 80.0}, {"lookup": 60.0}),
    doubt=0.1,
    lesson_seconds=0.01,
    row_seconds=0.05,
    search_seconds=0.05,
    row_width=400.0,
    answer_width=20.0,
    question_width=20.0,
    lesson_width=900.0,
    row_bytes=2000.0,
    rows=(),
)


def known(
    *,
    scene: Scene = SCENE,
    recipe: Recipe | None = None,
    machine: Machine = MACHINE,
    survey: Survey = SURVEY,
    engine: Any = "structure",
    **wish: Any,
) -> Known:
    """What a plan is made of, with what a test is about put in its place."""
    return Known(Wish(scene, recipe or Recipe(), **wish), survey, machine, engine=engine)


def without_training(machine: Machine = MACHINE) -> Machine:
    return machine.model_copy(update={"training": None, "lack": "Training needs torch."})


def poorer(share: float) -> Survey:
    """Documents that give so much less."""
    side = SURVEY.training
    kept = {kind: many * share for kind, many in side.kept.items()}
    asked = {kind: many * share for kind, many in side.asked.items()}
    return replace(SURVEY, training=replace(side, asked=asked, kept=kept))
