"""What a home says of an expert that leaves it: its scene, its exam, what the gate found, its thresholds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from teaegg.app.exams.examining import Examining, Sat, compared_with, report_of
from teaegg.app.experts.register import CameIn, Lineage
from teaegg.app.records import shown_verdict
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.settings import Settings
from teaegg.distill.lineage.remaking import scene_on_record
from teaegg.distill.packs.claims import (
    SCENE,
    VERDICT,
    AnsweringRules,
    Approval,
    ClaimedExam,
    ClaimedVerdict,
    Claims,
    ReportDetail,
)
from teaegg.distill.packs.container import Content
from teaegg.distill.packs.fields import LONGEST_LINE, one_line
from teaegg.distill.packs.reporting import reported
from teaegg.evals.report.base import ExamReport
from teaegg.scenes.writing import scene_text
from teaegg.store.exams.sittings import Sitting, SittingRecords
from teaegg.store.releases.records import Release, ReleaseRecords
from teaegg.store.releases.verdicts import Verdict, VerdictRecords

_EXPERT, _BASE, _SEARCHED = "expert:", "base", "+search"


@dataclass(frozen=True, slots=True)
class Told:
    """What is claimed, and the files that carry it, by their names in the pack."""

    claims: Claims
    files: Mapping[str, Content]


@dataclass(frozen=True, slots=True)
class VouchingParts:
    """The records that claims are made of."""

    sittings: SittingRecords
    verdicts: VerdictRecords
    releases: ReleaseRecords
    settings: Settings
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Gated:
    """What the gate said, and the release that rests on it."""

    verdict: Verdict
    release: Release | None


class Vouching:
    """For owners: exams hold what documents say. Whatever leaves beyond figures is asked for."""

    def __init__(self, parts: VouchingParts, examining: Examining) -> None:
        self._parts = parts
        self._examining = examining

    @property
    def answering(self) -> AnsweringRules:
        """Under which thresholds experts answer here, as things are set now."""
        return AnsweringRules.of(self._parts.settings)

    async def of(
        self, actor: Actor, made: Lineage, detail: ReportDetail | None, *, named: bool
    ) -> Told:
        """`detail` None leaves the exam out; `named` tells who approved, and why.

        Of an expert that came in a pack and was neither examined nor judged here goes on what that pack
        said, under the name of whoever said it.
        """
        gated, scene = await self._gated(made), _scene_file(made)
        sat = await self._sat(actor, made, gated)
        came = made.elsewhere
        if came and came.manifest.claims != Claims() and gated is None and not sat:
            told = _passed_on(came, detail, named=named)
            return Told(told.claims, {**scene, **told.files})
        exam: ClaimedExam | None = None
        files: dict[str, Content] = dict(scene)
        if sat and detail:
            report, version = self._report(sat), sat[0].exam.version.id
            exam, reports = await asyncio.to_thread(reported, report, version, detail)
            files |= reports
        if gated:
            files[VERDICT] = _verdict_file(gated.verdict)
        gate = _claimed(gated, named=named) if gated else None
        return Told(Claims(exam=exam, gate=gate, answering=self.answering), files)

    async def _gated(self, made: Lineage) -> _Gated | None:
        """Of its latest release that the gate was asked for; where there is none, what it said last."""
        expert = made.record.expert
        for release in await self._parts.releases.history(expert.scene):
            if release.expert == expert.id and release.verdict:
                found = await self._parts.verdicts.get(release.verdict)
                return None if found is None else _Gated(found, release)
        judged = await self._parts.verdicts.of_expert(expert.id)
        return _Gated(judged[0], None) if judged else None

    async def _sat(self, actor: Actor, made: Lineage, gated: _Gated | None) -> Sequence[Sat]:
        """Its newest sitting of an exam of its scene, and then its baseline's if there is one."""
        expert = made.record.expert
        for sitting in await self._parts.sittings.of_expert(expert.id):
            if not _is_whole(sitting) or not sitting.target.startswith(_EXPERT):
                continue
            ours = await self._examining.find(actor, sitting.exam, sitting.id)
            if ours.exam.version.exam.scene != expert.scene:
                continue
            baseline = await self._baseline(sitting, gated)
            if not baseline:
                return (ours,)
            return ours, await self._examining.find(actor, sitting.exam, baseline)
        return ()

    async def _baseline(self, sitting: Sitting, gated: _Gated | None) -> str:
        """The sitting with which the gate compared it; else the bare base's that searched if it did."""
        compared = gated.verdict.exams if gated else ()
        for pair in compared:
            if pair.candidate == sitting.id:
                return pair.baseline
        target = f"{_BASE}{_SEARCHED}" if sitting.target.endswith(_SEARCHED) else _BASE
        for other in await self._parts.sittings.of_exam(sitting.exam):
            if other.target == target and _is_whole(other):
                return other.id
        return ""

    def _report(self, sat: Sequence[Sat]) -> ExamReport:
        names = [one.sitting.target for one in sat]
        if len(set(names)) < len(names):
            # Both are called by their scene; ids tell them apart.
            names = [f"{_EXPERT}{one.sitting.fingerprint[:12]}" for one in sat]
        found = report_of(dict(zip(names, sat, strict=True)), self._parts.clock.now())
        report = replace(found, currency=self._parts.settings.teacher.currency)
        ours, *theirs = report.examinees
        return compared_with(report, theirs[0], [ours]) if theirs else report


def _is_whole(sitting: Sitting) -> bool:
    """Not given up half-way, nor put together from what real people asked."""
    return sitting.finished_at is not None and not sitting.shadow


def _scene_file(made: Lineage) -> Mapping[str, bytes]:
    """Its scene as people write one, answering from what the expert answers from now. Who answers for it
    here is nobody's concern elsewhere."""
    record, scene = made.record, scene_on_record(made.dataset)
    if scene is None or scene.name != record.expert.scene:
        return {}
    leaving = replace(scene, owner="", collections=record.collections or scene.collections)
    return {SCENE: scene_text(leaving).encode()}


def _passed_on(came: CameIn, detail: ReportDetail | None, *, named: bool) -> Told:
    """What was said of it elsewhere, and no more of it than is asked for now."""
    claims = came.manifest.claims
    if not claims.origin:
        claims = claims.model_copy(update={"origin": came.key})
    if detail is None:
        claims = claims.model_copy(update={"exam": None})
    elif detail == "figures":
        claims = claims.in_figures()
    if not named:
        claims = claims.unnamed()
    return Told(claims, {name: came.folder / name for name in claims.files()})


def _claimed(gated: _Gated, *, named: bool) -> ClaimedVerdict:
    verdict, release = gated.verdict, gated.release
    approval = None
    if release is not None:
        approval = Approval(
            number=release.number,
            at=release.at,
            by=one_line(release.by, LONGEST_LINE) if named else "",
            why=one_line(release.why, LONGEST_LINE) if named else "",
        )
    return ClaimedVerdict(
        verdict=verdict.id,
        passes=verdict.passes,
        baseline=verdict.baseline,
        policy=one_line(verdict.policy, LONGEST_LINE),
        at=verdict.at,
        approval=approval,
    )


def _verdict_file(verdict: Verdict) -> bytes:
    """As `teaegg gate explain --json` has it, but for who asked."""
    shown = {name: value for name, value in shown_verdict(verdict).items() if name != "by"}
    return f"{json.dumps(shown, ensure_ascii=False, indent=1)}\n".encode()
