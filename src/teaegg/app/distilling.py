"""From a scene to a candidate: its rows, its adapter, its exam, its record. One call behind the doors."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from teaegg.access.policy import require_manage
from teaegg.app.datasets import Datasets
from teaegg.app.experts import Experts
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.scenes import Scene
from teaegg.distill.data.make import DatasetReport
from teaegg.distill.data.manifest import stage_file
from teaegg.distill.data.stages import OnProgress
from teaegg.distill.journey import Journey, MadeExpert, Telling
from teaegg.distill.lineage.sweeping import RUNS
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import read_rows
from teaegg.distill.teachers.base import Teacher
from teaegg.store.experts.records import ExpertRecord


@dataclass(frozen=True, slots=True)
class Distilled:
    """A registered candidate with all that made it."""

    record: ExpertRecord
    dataset: DatasetReport
    made: MadeExpert
    seconds: float


class Distilling:
    """A run lies beside its rows, named by rows and recipe, until its expert is registered: so the
    same call goes on where it was cut off, and what a forgotten document taught goes with its rows.

    `make_journey` is called at the first use: what trains may not be installed.
    """

    def __init__(
        self,
        datasets: Datasets,
        experts: Experts,
        make_journey: Callable[[], Journey],
        clock: Clock,
    ) -> None:
        self._datasets = datasets
        self._experts = experts
        self._make_journey = make_journey
        self._clock = clock

    async def make(
        self,
        actor: Actor,
        scene: Scene,
        recipe: Recipe,
        *,
        teacher: Teacher | None = None,
        on_rows: OnProgress = lambda stage, done, total: None,
        telling: Telling | None = None,
        why: str = "",
    ) -> Distilled:
        """Only owners make experts. Raises what its steps raise; the finished ones are not repeated."""
        require_manage(actor)
        began = self._clock.monotonic_seconds()
        journey = self._make_journey()
        report = await self._datasets.make(actor, scene, teacher=teacher, on_progress=on_rows)
        rows = list(read_rows(report.folder / stage_file("rows")))
        exam = list(read_rows(report.folder / stage_file("exam")))
        dataset = self._datasets.record(report.manifest, scene)
        names = sorted({name for row in rows for name in row.documents})
        taught = await self._experts.training_documents(actor, names)
        run = report.folder / RUNS / f"{dataset.hash[:12]}-{recipe.hash[:12]}"
        made = await journey.make(scene, rows, exam, recipe, run, telling or Telling())
        record = await self._experts.register(
            actor,
            made.folder,
            made.expert,
            taught,
            scene=scene,
            dataset=dataset,
            training=_facts(made, recipe),
            why=why,
        )
        await asyncio.to_thread(shutil.rmtree, run)
        return Distilled(record, report, made, self._clock.monotonic_seconds() - began)


def _facts(made: MadeExpert, recipe: Recipe) -> Mapping[str, Any]:
    """What the record of an expert tells of its making."""
    run, exam = made.training, made.comparison
    return {
        "recipe": recipe.model_dump(),
        "steps": run.steps,
        "rows": run.rows,
        "seconds": round(run.seconds),
        "tokens_per_second": round(run.tokens_per_second),
        "held_out_losses": [list(look) for look in run.held_out_losses],
        "stopped": run.stopped,
        "taught_share": run.taught_share,
        "exam": asdict(exam) if exam else None,
    }
