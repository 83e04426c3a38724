"""Plans of a workspace: measured on its documents and machine, kept, and compared with what came."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from teaegg import __version__
from teaegg.access.policy import require_manage
from teaegg.app.experts.datasets import Datasets
from teaegg.app.experts.register import Experts
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError, ModelError, NotFoundError, StorageError
from teaegg.core.settings import Settings
from teaegg.distill.data.manifest import stage_file
from teaegg.distill.data.stages import OnProgress
from teaegg.distill.journey import Journey, Telling
from teaegg.distill.lineage.sweeping import RUNS
from teaegg.distill.planning.comparing import (
    Outcome,
    PlannerError,
    earlier_seconds,
    outcome,
    plan_of,
    planner_errors,
)
from teaegg.distill.planning.figures import Plan
from teaegg.distill.planning.keeping import PlanFiles
from teaegg.distill.planning.lines import (
    Room,
    advice,
    exam_claim,
    figures,
    on_pilots,
    pilot_figures,
)
from teaegg.distill.planning.machine import Machine, machine_key
from teaegg.distill.planning.pilots import (
    PILOTS,
    PilotRecord,
    forecast_of,
    measured_spread,
    plan_pilots,
    run_pilots,
)
from teaegg.distill.planning.probe import Bench, probe
from teaegg.distill.planning.quantities import Known, Quantities, quantities
from teaegg.distill.planning.survey import Survey, survey
from teaegg.distill.planning.wishes import Wish
from teaegg.distill.rows import Row, read_rows
from teaegg.models.local import bundled_model, fingerprint

PROBE_SECONDS = 60.0
PILOT_MINUTES = 5.0
PlanningStep = Literal["looking at documents", "measuring this machine"]


@dataclass(frozen=True, slots=True)
class Piloting:
    """Pilots are to be made, at most so many `minutes` of training each."""

    minutes: float = PILOT_MINUTES
    on_rows: OnProgress = lambda stage, done, total: None
    telling: Telling = field(default_factory=Telling)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, the pilots that it rests on (None: none were made), and how far off earlier plans of this
    home were, line by line."""

    plan: Plan
    pilots: PilotRecord | None
    errors: tuple[PlannerError, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A plan against what came of it, and how far off all plans of this home were, this one included."""

    outcome: Outcome
    errors: tuple[PlannerError, ...]


class Planning:
    """Each method on behalf of an actor: owners and editors, of what they read. Owners see every plan,
    others their own. `make_journey` raises ModelError where what trains is not installed."""

    def __init__(
        self,
        folder: Path,
        datasets: Datasets,
        experts: Experts,
        settings: Settings,
        make_journey: Callable[[], Journey],
        clock: Clock,
    ) -> None:
        self._files = PlanFiles(folder)
        self._home = folder.parent
        self._datasets = datasets
        self._experts = experts
        self._settings = settings
        self._make_journey = make_journey
        self._clock = clock

    async def plan(
        self,
        actor: Actor,
        wish: Wish,
        *,
        seconds: float = PROBE_SECONDS,
        again: bool = False,
        pilots: Piloting | None = None,
        tell: Callable[[PlanningStep], None] = lambda step: None,
    ) -> Planned:
        """Plan, and keep the plan. The machine is measured when nobody has, or `again`: about so many
        `seconds`. With `pilots` three short runs are made first, by owners only; else the
        last ones of the scene on this base are used, if an owner asks.

        Raises NotAllowedError for members, NotFoundError for a collection that the actor does not read,
        InvalidRequestError where there is nothing to learn from, ModelError for pilots where what trains
        is not installed, StorageError when the disk refuses;
        a probe that was cut off leaves nothing.
        """
        corpus = await self._datasets.corpus(actor, wish.scene)
        tell("looking at documents")
        found = await survey(wish.scene, corpus, self._clock)
        base = self._settings.chat.local_file
        base_hash = await asyncio.to_thread(lambda: fingerprint(base or bundled_model()))
        machine = await self._machine(wish, found, base_hash, seconds, again, tell)
        before = await asyncio.to_thread(self._files.outcomes)
        known = Known(
            wish,
            found,
            machine,
            engine=self._settings.teacher.engine,
            export_seconds=earlier_seconds(before, "export_seconds"),
        )
        taken = quantities(known)
        record = await self._pilots(actor, known, taken, base_hash, pilots)
        plan = self._plan(actor, known, taken, record)
        await asyncio.to_thread(self._files.keep_plan, plan)
        return Planned(plan, record, planner_errors(before))

    async def review(self, actor: Actor, scene: str) -> Reviewed:
        """The last plan of a scene that an expert was made after, compared with it, and kept.

        Raises NotFoundError where there is none that the actor may see.
        """
        plans = [
            plan
            for plan in await asyncio.to_thread(self._files.plans, scene)
            if actor.is_owner or plan.actor == actor.name
        ]
        made = [
            record
            for record in await self._experts.access.list(actor)
            if record.expert.scene == scene
        ]
        for record in sorted(made, key=lambda each: each.registered_at, reverse=True):
            plan = plan_of(plans, record.registered_at, record.training)
            if plan is not None:
                found = outcome(plan, record.id, record.training)
                await asyncio.to_thread(self._files.keep_outcome, found)
                every = await asyncio.to_thread(self._files.outcomes)
                return Reviewed(found, planner_errors(every))
        raise NotFoundError(
            f"No expert of the scene {scene} was made after a plan for its rows and recipe.",
            remedy="Plan with the numbers of rows and minutes that you distill with: "
            "`teaegg plan SCENE-FILE`, then `teaegg distill SCENE-FILE`.",
        )

    async def _machine(
        self,
        wish: Wish,
        found: Survey,
        base: str,
        seconds: float,
        again: bool,
        tell: Callable[[PlanningStep], None],
    ) -> Machine:
        chat = self._settings.chat
        key = machine_key(base, wish.recipe, wish.scene.language, threads=chat.threads)
        kept = None if again else await asyncio.to_thread(self._files.probe, key)
        if kept is not None and kept.training is not None:
            return kept
        journey, lack = None, ""
        try:
            journey = self._make_journey()
        except ModelError as error:
            lack = f"There is no line for training: {error}"
        if kept is not None and journey is None:
            return kept
        tell("measuring this machine")
        trainer = journey.trainer if journey else None
        bench = Bench(chat.local_file, chat.threads, trainer, lack, seconds, self._clock)
        with self._files.trial_folder() as folder:
            machine = await probe(found.rows, wish.recipe, bench, folder / "run", key)
        await asyncio.to_thread(self._files.keep_probe, machine)
        return machine

    async def _pilots(
        self,
        actor: Actor,
        known: Known,
        taken: Quantities,
        base: str,
        piloting: Piloting | None,
    ) -> PilotRecord | None:
        """The record of all pilots of the scene on `base`; None where they were not made."""
        scene, recipe = known.wish.scene, known.wish.recipe
        before = await asyncio.to_thread(self._files.pilots, scene.name) if actor.is_owner else None
        if piloting is None:
            return before if before and before.whole and before.base == base else None
        require_manage(actor)
        journey, speed = self._make_journey(), known.machine.training
        if speed is None:
            raise ModelError("Pilots cannot be trained here.", remedy=known.machine.lack)
        rows, exam, folder = await self._rows(actor, known, piloting)
        fitting = piloting.minutes * 60 * speed.tokens_per_second / taken.row_tokens.value
        plan = plan_pilots(
            rows,
            exam,
            recipe,
            base=base,
            most_rows=int(fitting / recipe.epochs),
            minutes=piloting.minutes,
        )
        return await run_pilots(
            plan,
            journey,
            scene,
            recipe,
            folder / RUNS / PILOTS / plan.key[:12],
            before,
            clock=self._clock,
            keep=self._files.keep_pilots,
            telling=piloting.telling,
        )

    async def _rows(
        self, actor: Actor, known: Known, piloting: Piloting
    ) -> tuple[Sequence[Row], Sequence[Row], Path]:
        """Rows and exam of the scene's dataset, and its folder. Where they cost something they must have
        been made: pilots spend nothing."""
        scene = known.wish.scene
        if known.engine == "endpoint":
            try:
                folder = await self._datasets.folder(actor, scene.name)
            except NotFoundError as error:
                raise InvalidRequestError(
                    f"The scene {scene.name} has no rows yet, and its teacher costs money.",
                    remedy="Make them first: `teaegg data make SCENE-FILE`; or plan without --pilots.",
                ) from error
        else:
            report = await self._datasets.make(actor, scene, on_progress=piloting.on_rows)
            folder = report.folder
        files = folder / stage_file("rows"), folder / stage_file("exam")
        rows, exam = await asyncio.to_thread(lambda: [list(read_rows(path)) for path in files])
        return rows, exam, folder

    def _plan(
        self, actor: Actor, known: Known, taken: Quantities, record: PilotRecord | None
    ) -> Plan:
        wish, machine = known.wish, known.machine
        shown = exam_claim(known, taken, measured_spread(record) if record else None)
        lines, said = figures(known, taken, shown), advice(known, taken, shown, self._room(machine))
        if record and taken.run:
            try:
                expected = forecast_of(record, taken.run.tokens.value)
            except InvalidRequestError as error:
                said += (str(error),)
            else:
                lines += pilot_figures(expected, [pilot.rows for pilot in record.pilots])
                said += (on_pilots(expected),)
        return Plan(
            scene=wish.scene.name,
            actor=actor.name,
            made_at=self._clock.now(),
            code=__version__,
            rows=wish.scene.rows,
            recipe=wish.recipe.model_dump(),
            device=machine.training.device if machine.training else "",
            measured_at=machine.measured_at,
            currency=wish.currency,
            figures=lines,
            advice=said,
        )

    def _room(self, machine: Machine) -> Room:
        try:
            return Room(machine.memory_mib, shutil.disk_usage(self._home).free)
        except OSError as error:
            raise StorageError(
                f"The disk of {self._home} does not say how much is free: {error.strerror or error}.",
                remedy="Check the rights on the folder.",
            ) from error
