"""From a scene to a candidate: its rows, its adapter, its exam, its record. One call behind the doors."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from teaegg.access.policy import require_manage
from teaegg.app.experts.datasets import Datasets
from teaegg.app.experts.held_out import HeldOutExams
from teaegg.app.experts.register import Experts
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import ConflictError
from teaegg.core.scenes import Scene
from teaegg.distill.data.make import DatasetReport
from teaegg.distill.data.manifest import stage_file
from teaegg.distill.data.stages import OnProgress
from teaegg.distill.journey import Journey, MadeExpert, Telling
from teaegg.distill.lineage.remaking import making_on_record
from teaegg.distill.lineage.sweeping import ANSWERS, RUNS
from teaegg.distill.planning.machine import folder_bytes
from teaegg.distill.planning.timing import StageTimes
from teaegg.distill.recipe import Recipe, with_unspent_seed
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
        held_out: HeldOutExams,
        clock: Clock,
    ) -> None:
        self._datasets = datasets
        self._experts = experts
        self._make_journey = make_journey
        self._held_out = held_out
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
        remakes: str = "",
    ) -> Distilled:
        """Only owners make experts. Raises what its steps raise; the finished ones are not repeated.

        Where the same rows and recipe made an expert that was withdrawn, the recipe's next seed is
        taken, since that expert may not come back. `remakes` is as in `Experts.register`.
        """
        require_manage(actor)
        began = self._clock.monotonic_seconds()
        journey, times = self._make_journey(), StageTimes(self._clock)
        report = await self._datasets.make(actor, scene, teacher=teacher, on_progress=on_rows)
        times.enter("training")
        rows = list(read_rows(report.folder / stage_file("rows")))
        exam = list(read_rows(report.folder / stage_file("exam")))
        dataset = self._datasets.record(report.manifest, scene)
        recipe = with_unspent_seed(recipe, await self._experts.spent_recipes(dataset))
        names = sorted({name for row in rows for name in row.documents})
        taught = await self._experts.training_documents(actor, names)
        runs = report.folder / RUNS
        run = runs / f"{dataset.hash[:12]}-{recipe.hash[:12]}"
        resumed = run.is_dir()
        told = times.heard(telling or Telling())
        # What is said is kept: on another base it is compared with what is said there.
        made = await journey.make(scene, rows, exam, recipe, run, told, answers=runs / ANSWERS)
        record = await self._experts.register(
            actor,
            made.folder,
            made.expert,
            taught,
            scene=scene,
            dataset=dataset,
            training={
                **training_facts(made, recipe),
                "rows_wanted": scene.rows,
                "dataset_rows": len(rows),
                "exam_items": len(exam),
                "stages": times.ended(),
                "resumed": resumed,
                "disk_bytes": await asyncio.to_thread(folder_bytes, report.folder),
            },
            why=why,
            remakes=remakes,
        )
        if made.examined is not None:
            await self._held_out.keep(actor, scene, made.expert, made.examined)
        await asyncio.to_thread(shutil.rmtree, run)
        return Distilled(record, report, made, self._clock.monotonic_seconds() - began)

    async def remake(
        self,
        actor: Actor,
        name: str,
        *,
        on_rows: OnProgress = lambda stage, done, total: None,
        telling: Telling | None = None,
    ) -> Distilled:
        """Make the withdrawn expert `name` again as it was made, from the documents that are there now.

        The scene, recipe, teacher and base are those on record. Raises as `Experts.to_remake` and
        `make`, InvalidRequestError where scene or recipe are not on record, ConflictError where
        another teacher or base is in use now; called again it goes on where it was cut off.
        """
        record = await self._experts.to_remake(actor, name)
        lineage = await self._experts.lineage(actor, record.id)
        making = making_on_record(record, lineage.dataset)
        await self._require_base(record)
        return await self.make(
            actor,
            making.scene,
            making.recipe,
            teacher=self._datasets.teacher_again(making.teacher),
            on_rows=on_rows,
            telling=telling,
            why=f"Made again for {record.id[:12]}, withdrawn when a document was forgotten",
            remakes=record.id,
        )

    async def _require_base(self, record: ExpertRecord) -> None:
        base = await asyncio.to_thread(self._make_journey().base_hash)
        if base != record.expert.base:
            raise ConflictError(
                f"{record.expert.scene} ({record.id[:12]}) stood on the base "
                f"{record.expert.base[:12]}; {base[:12]} is in use here.",
                remedy="Set chat.model to the file of that base to make it again, or make an expert for "
                "the base in use: `teaegg distill SCENE-FILE`.",
            )


def training_facts(made: MadeExpert, recipe: Recipe) -> Mapping[str, Any]:
    """What the record of an expert tells of its making."""
    run, exam = made.training, made.comparison
    return {
        "recipe": recipe.model_dump(),
        "steps": run.steps,
        "rows": run.rows,
        "seconds": round(run.seconds),
        "tokens": run.tokens,
        "tokens_per_second": round(run.tokens_per_second),
        "peak_memory_mib": round(run.peak_memory_mib),
        "held_out_losses": [list(look) for look in run.held_out_losses],
        "stopped": run.stopped,
        "taught_share": run.taught_share,
        "exam": asdict(exam) if exam else None,
    }
