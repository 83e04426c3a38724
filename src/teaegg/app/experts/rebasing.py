"""Experts re-made on another base from what is on record, beside those before. Nothing is switched."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from teaegg.access.policy import require_manage
from teaegg.app.experts.distilling import training_facts
from teaegg.app.experts.held_out import HeldOutExams
from teaegg.app.experts.register import Experts, Lineage
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError, NotFoundError, TeaEggError
from teaegg.distill.data.manifest import stage_file
from teaegg.distill.examined import Examined
from teaegg.distill.journey import Journey, MadeExpert, Telling
from teaegg.distill.lineage.remaking import making_on_record
from teaegg.distill.lineage.sweeping import ANSWERS, RUNS
from teaegg.distill.rebase.judging import Judged, judge, nothing_sat
from teaegg.distill.rebase.planning import (
    Cannot,
    Planned,
    Remake,
    Stays,
    concerned,
    refusal,
    remake_of,
)
from teaegg.distill.rows import Row, read_rows, rows_hash
from teaegg.evals.gate.policy import Policy, policy_id
from teaegg.evals.gate.verdict import GateVerdict
from teaegg.models.bases import Base, base_named, base_with
from teaegg.store.experts.records import Dataset, ExpertRecord

_ROWS_GONE = (
    "the rows that taught it are not kept here as they were; make an expert of today's: "
    "`teaegg distill SCENE-FILE`"
)
_BASE_GONE = (
    "its own base {base} is not on this machine, so that nothing could be compared; set chat.model "
    "to the file of that base"
)
JourneyOn = Callable[[Path], Journey]
"""The way to experts on the base of this GGUF file. Raises ModelError where what trains is missing."""


@dataclass(frozen=True, slots=True)
class RebasePlan:
    """What becomes of each expert on `base`; `old_bases` maps the hash of a base that experts stand on
    to its file."""

    base: Base
    experts: tuple[Planned, ...]
    old_bases: Mapping[str, Path]

    @property
    def remakes(self) -> tuple[Remake, ...]:
        """What is re-made, or was."""
        return tuple(one for one in self.experts if isinstance(one, Remake))


@dataclass(frozen=True, slots=True)
class Rebased:
    """`record` is the expert on the new base; `judged` is None where there were no exam items."""

    planned: Remake
    record: ExpertRecord
    judged: Judged | None
    verdict: GateVerdict
    seconds: float


class Rebasing:
    """For owners. A run lies beside its rows, named by rows, recipe and base, until its expert is
    registered: the same call goes on where it was cut off, and it goes with a forgotten document.

    `running` is the file of the base in use, None where it is the bundled one.
    """

    def __init__(
        self,
        experts: Experts,
        journey_on: JourneyOn,
        held_out: HeldOutExams,
        *,
        home: Path,
        running: Path | None,
        clock: Clock,
    ) -> None:
        self._experts = experts
        self._journey_on = journey_on
        self._held_out = held_out
        self._home = home
        self._running = running
        self._clock = clock

    async def plan(
        self, actor: Actor, base: str, scenes: Sequence[str] = (), *, minutes: float = 0
    ) -> RebasePlan:
        """What a change to `base` (`models.bases.base_named`) asks of the experts of `scenes` (none:
        of all). `minutes` bounds each training (0: as on record).

        Raises as `base_named`, NotFoundError for a scene without experts.
        """
        require_manage(actor)
        new = await asyncio.to_thread(base_named, base)
        records, kept = await self._experts.everything(actor)
        records = [record for record in records if record.id in kept]
        meant = concerned(records, new.hash)
        known = {record.expert.scene for record in meant}
        if unknown := next((scene for scene in scenes if scene not in known), ""):
            raise NotFoundError(
                f"There is no expert {unknown[:80]!r}.", remedy="See `teaegg expert list`."
            )
        meant = tuple(each for each in meant if not scenes or each.expert.scene in scenes)
        old = await self._old_bases(meant)
        found = [await self._planned(actor, record, new, old, records, minutes) for record in meant]
        return RebasePlan(new, tuple(found), old)

    async def remake(
        self,
        actor: Actor,
        plan: RebasePlan,
        one: Remake,
        policy: Policy,
        *,
        telling: Telling | None = None,
    ) -> Rebased:
        """Make `one` of `plan` on its base as a candidate, unless it is there, and judge it by `policy`.

        Both experts and both bases sit the exam that was made with the rows; what was said before is
        not asked again. Raises what training, export, exam and registration raise.
        """
        require_manage(actor)
        began = self._clock.monotonic_seconds()
        old, told = one.record, telling or Telling()
        lineage, place = await self._experts.whole(actor, old.id)
        file = self._home / one.dataset.file
        rows, exam = await asyncio.to_thread(_rows_and_exam, file)
        runs = file.parent / RUNS
        run = runs / f"{one.dataset.hash[:12]}-{one.recipe.hash[:12]}-{plan.base.hash[:12]}"
        answers = runs / ANSWERS
        journey = self._journey_on(plan.base.path)
        before = self._journey_on(plan.old_bases[old.expert.base])

        async def beside(
            new: Examined | None,
        ) -> tuple[Examined | None, Judged | None, GateVerdict]:
            sat = await before.examined(one.scene, exam, old.expert, place, answers, told)
            return sat, *await asyncio.to_thread(_judged, sat, new, policy)

        if one.made is None:
            made = await journey.make(one.scene, rows, exam, one.recipe, run, told, answers=answers)
            new = made.examined
            sat, judged, verdict = await beside(new)
            record = await self._register(actor, lineage, one, made, verdict)
        else:
            record = one.made
            _, there = await self._experts.whole(actor, record.id)
            new = await journey.examined(one.scene, exam, record.expert, there, answers, told)
            sat, judged, verdict = await beside(new)
        for expert, examined in ((old.expert, sat), (record.expert, new)):
            if examined is not None:
                # What a release of it rests on.
                await self._held_out.keep(actor, one.scene, expert, examined)
        if run.is_dir():
            await asyncio.to_thread(shutil.rmtree, run)
        seconds = self._clock.monotonic_seconds() - began
        return Rebased(one, record, judged, verdict, seconds)

    async def _register(
        self,
        actor: Actor,
        lineage: Lineage,
        one: Remake,
        made: MadeExpert,
        verdict: GateVerdict,
    ) -> ExpertRecord:
        """A candidate that was taught by what taught the one before."""
        facts = training_facts(made, one.recipe)
        return await self._experts.register(
            actor,
            made.folder,
            made.expert,
            [taught.document for taught in lineage.documents],
            scene=one.scene,
            dataset=one.dataset,
            training={**facts, "rebased_from": one.record.id, "gate": _verdict_record(verdict)},
            why=f"Re-made from {one.record.id[:12]} on another base",
        )

    async def _planned(
        self,
        actor: Actor,
        record: ExpertRecord,
        base: Base,
        old_bases: Mapping[str, Path],
        there: Sequence[ExpertRecord],
        minutes: float,
    ) -> Planned:
        if record.expert.base == base.hash:
            return Stays(record)
        if why := refusal(record):
            return Cannot(record, why)
        dataset = (await self._experts.lineage(actor, record.id)).dataset
        try:
            making = making_on_record(record, dataset)
        except InvalidRequestError as error:
            return Cannot(record, f"{error.message[:-1]}; {error.remedy[:-1]}")
        if dataset is None or not await asyncio.to_thread(self._has_rows, dataset):
            return Cannot(record, _ROWS_GONE)
        if record.expert.base not in old_bases:
            return Cannot(record, _BASE_GONE.format(base=record.expert.base[:12]))
        return remake_of(
            record,
            making,
            dataset,
            base.hash,
            lambda language: base.template_in(language).name,
            there,
            spent=await self._experts.spent_recipes(dataset),
            minutes=minutes,
        )

    def _has_rows(self, dataset: Dataset) -> bool:
        """Whether the rows are kept as they were learned."""
        try:
            return rows_hash(list(read_rows(self._home / dataset.file))) == dataset.hash
        except TeaEggError:
            return False

    async def _old_bases(self, records: Sequence[ExpertRecord]) -> Mapping[str, Path]:
        places = (self._running,) if self._running else ()
        wanted = sorted({record.expert.base for record in records})
        found = [(base, await asyncio.to_thread(base_with, base, places)) for base in wanted]
        return {base: path for base, path in found if path is not None}


def _rows_and_exam(file: Path) -> tuple[list[Row], list[Row]]:
    exam = file.with_name(stage_file("exam"))
    return list(read_rows(file)), list(read_rows(exam)) if exam.is_file() else []


def _judged(
    old: Examined | None, new: Examined | None, policy: Policy
) -> tuple[Judged | None, GateVerdict]:
    if old is None or new is None:
        return None, nothing_sat(policy)
    judged = judge(old, new, policy)
    return judged, judged.verdict


def _verdict_record(verdict: GateVerdict) -> dict[str, Any]:
    """What the record of an expert keeps of the gate: the policy by its hash, each demand's outcome."""
    return {
        "passes": verdict.passes,
        "policy": policy_id(verdict.policy),
        "found": {finding.criterion.subject: finding.outcome for finding in verdict.findings},
    }
