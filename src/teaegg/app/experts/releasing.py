"""Candidate, gate, a person's approval, release: behind every door. Only owners judge and decide."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from teaegg.access.expert_service import checked_reason
from teaegg.access.policy import require_manage
from teaegg.app.exams.register import Exams
from teaegg.app.exams.teaching import Teaching
from teaegg.app.experts.pairing import Pairing
from teaegg.app.experts.register import Experts
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError, NotFoundError
from teaegg.core.experts import ExpertState
from teaegg.core.scenes import Language
from teaegg.evals.gate.judging import gate
from teaegg.evals.gate.policy import Policy, policy_id
from teaegg.evals.gate.reading import read_policy
from teaegg.evals.gate.record import read_verdict, verdict_record
from teaegg.evals.gate.verdict import GateVerdict
from teaegg.evals.records import ScoredItem
from teaegg.store.exams.records import ExamVersion
from teaegg.store.exams.sittings import SittingRecords
from teaegg.store.experts.records import ExpertRecord
from teaegg.store.releases.canaries import Canary, CanaryRecords
from teaegg.store.releases.records import Release, ReleaseRecords
from teaegg.store.releases.shadows import ShadowPair, ShadowRecords
from teaegg.store.releases.verdicts import SatExam, Verdict, VerdictRecords

_HAVE_SPOKEN: tuple[ExpertState, ...] = ("retired", "released")


@dataclass(frozen=True, slots=True)
class ReleaseParts:
    """What releases, and the sittings that they rest on, are kept in."""

    releases: ReleaseRecords
    verdicts: VerdictRecords
    canaries: CanaryRecords
    shadows: ShadowRecords
    sittings: SittingRecords


@dataclass(frozen=True, slots=True)
class Judged:
    """What the gate found of `expert` against `in_use` (None: the bare base), how that is kept on
    record, and the language of the exam."""

    expert: ExpertRecord
    in_use: ExpertRecord | None
    verdict: Verdict
    found: GateVerdict
    language: Language


class Releases:
    """Nothing is released that has not passed: `store.releases` holds the rule, here is what it takes."""

    def __init__(
        self,
        parts: ReleaseParts,
        experts: Experts,
        exams: Exams,
        teaching: Teaching,
        home: Path,
        clock: Clock,
    ) -> None:
        self._releases = parts.releases
        self._verdicts = parts.verdicts
        self._canaries = parts.canaries
        self._shadows = parts.shadows
        self._pairing = Pairing(exams, teaching, parts.sittings, parts.shadows, clock)
        self._experts = experts
        self._exams = exams
        self._home = home
        self._clock = clock

    def policy(self, file: Path | None = None) -> Policy:
        """What is demanded here: by `file`, else by the home's own, else usually. Raises
        InvalidRequestError naming the mistake."""
        place = file or policy_place(self._home)
        return read_policy(place) if file or place.exists() else Policy()

    @property
    def has_policy(self) -> bool:
        """Whether the home says for itself what is demanded."""
        return policy_place(self._home).exists()

    async def judge(
        self,
        actor: Actor,
        name: str,
        *,
        exams: Collection[str] = (),
        policy: Policy | None = None,
    ) -> Judged:
        """What the gate says of the expert called `name` against what is in use now; kept on record.

        It rests on what both said in the newest versions of `exams`, else of all exams of the scene.
        Raises NotFoundError where there is none, ConflictError where one of both has not sat it.
        """
        record = await self._experts.access.releasable(actor, name)
        in_use = await self._experts.access.in_use(actor, record.expert.scene)
        policy = policy or self.policy()
        sat: list[SatExam] = []
        ours: list[ScoredItem] = []
        theirs: list[ScoredItem] = []
        versions = await self._meant(actor, record.expert.scene, exams)
        for version in versions:
            compared = await self._pairing.compared(actor, version, record, in_use)
            sat += compared.sat
            ours += compared.candidate
            theirs += compared.baseline
        # An item that stands in two exams counts once.
        candidate, baseline = ({one.item: one for one in side} for side in (ours, theirs))
        found = await asyncio.to_thread(
            gate, list(candidate.values()), policy, list(baseline.values())
        )
        verdict = Verdict(
            expert=record.id,
            baseline=in_use.id if in_use else "",
            exams=tuple(sat),
            policy=policy_id(policy),
            passes=found.passes,
            record=verdict_record(found),
            by=actor.name,
            at=self._clock.now(),
        )
        kept = await self._verdicts.keep(verdict)
        return Judged(record, in_use, kept, found, versions[0].exam.language)

    async def to_sit(
        self, actor: Actor, name: str, *, exams: Collection[str] = ()
    ) -> tuple[tuple[str, str], ...]:
        """(exam, target) of the sittings that `judge` lacks, in the order in which to hold them."""
        record = await self._experts.access.releasable(actor, name)
        in_use = await self._experts.access.in_use(actor, record.expert.scene)
        lacking = []
        for version in await self._meant(actor, record.expert.scene, exams):
            for target in await self._pairing.to_sit(actor, version, record, in_use):
                lacking.append((version.id, target))
        return tuple(lacking)

    async def release(self, actor: Actor, judged: Verdict, *, why: str) -> tuple[Release, str]:
        """The actor approves the verdict and lets its expert answer, from the next question on.

        Also the id that it replaces, "" for none. Raises ConflictError where the verdict does not
        allow it (any more), StorageError where the expert's files are damaged, ModelError where another
        base runs here than its own.
        """
        require_manage(actor)
        record = await self._experts.access.releasable(actor, judged.expert)
        await self._experts.require_ready(record)
        return await self._releases.release(
            record.id, judged.id, by=actor.name, at=self._clock.now(), why=checked_reason(why)
        )

    async def roll_back(self, actor: Actor, scene: str, *, to: str = "", why: str) -> Release:
        """Let what answered for `scene` before do so again, from the next question on; or `to`, an
        expert that did. Running questions finish. Raises as `ReleaseRecords.roll_back`."""
        require_manage(actor)
        in_use = await self._experts.access.in_use(actor, scene)
        leaving = in_use.id if in_use else ""
        if to:
            to = (await self._experts.access.find(actor, to, _HAVE_SPOKEN)).id
        target = await self._releases.earlier(scene, leaving=leaving, to=to)
        record = await self._experts.access.find(actor, target.expert, _HAVE_SPOKEN)
        await self._experts.require_ready(record, in_use)
        return await self._releases.roll_back(
            scene,
            leaving=leaving,
            by=actor.name,
            at=self._clock.now(),
            why=checked_reason(why),
            to=record.id,
        )

    async def history(self, actor: Actor, scene: str = "") -> tuple[Release, ...]:
        """By scene, the latest release first."""
        require_manage(actor)
        return await self._releases.history(scene)

    async def verdict(self, actor: Actor, release: Release) -> GateVerdict | None:
        """What the gate had said when it was released; None where it was not asked."""
        require_manage(actor)
        found = await self._verdicts.get(release.verdict) if release.verdict else None
        return None if found is None else read_verdict(found.record)

    async def canary(self, actor: Actor, judged: Verdict, share: float, *, why: str) -> Canary:
        """The actor approves the verdict, and its expert answers that `share` (above 0, below 1) of the
        scene's askers. Raises as `release`."""
        require_manage(actor)
        if not 0 < share < 1:
            raise InvalidRequestError(
                f"A canary's share is {share:g}; expected a number between 0 and 1.",
                remedy="Say for example 0.1 for every tenth asker; for all of them: `teaegg release`.",
            )
        record = await self._experts.access.releasable(actor, judged.expert)
        await self._experts.require_ready(record)
        reason = checked_reason(why)
        return await self._beside(actor, record, share=share, verdict=judged.id, why=reason)

    async def shadow(self, actor: Actor, name: str, *, why: str = "") -> Canary:
        """The candidate called `name` answers what the current release is asked, and nobody is shown it."""
        record = await self._experts.access.releasable(actor, name)
        await self._experts.require_ready(record)
        return await self._beside(actor, record, shadow=True, why=checked_reason(why))

    async def end(self, actor: Actor, scene: str, *, shadow: bool) -> None:
        """From the next question on. Raises NotFoundError when there is none."""
        require_manage(actor)
        kind = "shadow" if shadow else "canary"
        if not await self._canaries.end(scene, shadow=shadow, by=actor.name, at=self._clock.now()):
            raise NotFoundError(f"{scene[:80]!r} has no {kind}.", remedy="See `teaegg releases`.")

    async def beside(self, actor: Actor, scene: str = "") -> tuple[Canary, ...]:
        """Canaries and shadows, the latest first, those that have ended as well."""
        require_manage(actor)
        return await self._canaries.of_scene(scene)

    async def shadowed(self, actor: Actor, scene: str) -> tuple[ShadowPair, ...]:
        """What the current release of `scene` and its shadow answered to the same questions, the latest
        last: both full records. Raises NotFoundError when there is no shadow."""
        require_manage(actor)
        in_use = await self._experts.access.in_use(actor, scene)
        beside = await self._canaries.beside(in_use.id) if in_use else ()
        shadow = next((canary for canary in beside if canary.shadow), None)
        if in_use is None or shadow is None:
            raise NotFoundError(
                f"{scene[:80]!r} has no shadow.", remedy="Begin one: `teaegg shadow EXPERT`."
            )
        return tuple((await self._shadows.pairs(shadow.expert, in_use.id)).values())

    async def _beside(
        self,
        actor: Actor,
        record: ExpertRecord,
        *,
        why: str,
        share: float = 0.0,
        shadow: bool = False,
        verdict: str = "",
    ) -> Canary:
        return await self._canaries.begin(
            Canary(
                scene=record.expert.scene,
                expert=record.id,
                by=actor.name,
                at=self._clock.now(),
                why=why,
                share=share,
                shadow=shadow,
                verdict=verdict,
            )
        )

    async def _meant(
        self, actor: Actor, scene: str, names: Collection[str]
    ) -> Sequence[ExamVersion]:
        if names:
            return [await self._exams.find(actor, name) for name in dict.fromkeys(names)]
        found = await self._exams.list(actor, scene)
        if not found:
            raise NotFoundError(
                f"There is no exam of {scene}: nothing can be said of its experts.",
                remedy="Make one: `teaegg exam make`, or keep exam documents in the scene.",
            )
        return found


def policy_place(home: Path) -> Path:
    """Where the policy of a home lies, if it has one."""
    return home / "gate.yaml"
