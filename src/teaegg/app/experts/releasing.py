"""Candidate, gate, a person's approval, release: behind every door. Only owners judge and decide."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from teaegg.access.expert_service import checked_reason
from teaegg.access.policy import require_manage
from teaegg.app.exams.register import Exams
from teaegg.app.experts.register import Experts
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import ConflictError, InvalidRequestError, NotFoundError
from teaegg.core.experts import ExpertState
from teaegg.core.scenes import Language
from teaegg.evals.gate.judging import gate
from teaegg.evals.gate.policy import Policy, policy_id
from teaegg.evals.gate.reading import read_policy
from teaegg.evals.gate.record import read_verdict, verdict_record
from teaegg.evals.gate.verdict import GateVerdict
from teaegg.evals.records import ScoredItem
from teaegg.evals.scoring import scored_items, unanswered
from teaegg.store.exams.records import ExamVersion
from teaegg.store.exams.sittings import Sitting, SittingRecords
from teaegg.store.experts.records import ExpertRecord
from teaegg.store.releases.canaries import Canary, CanaryRecords
from teaegg.store.releases.records import Release, ReleaseRecords
from teaegg.store.releases.verdicts import SatExam, Verdict, VerdictRecords

_BARE_BASE = ("base", "base+search")
"""What sittings of the base without an adapter are called: what a first expert is compared with."""
_OWN = ("template", "run")

_HAVE_SPOKEN: tuple[ExpertState, ...] = ("retired", "released")


@dataclass(frozen=True, slots=True)
class ReleaseParts:
    """What releases, and the sittings that they rest on, are kept in."""

    releases: ReleaseRecords
    verdicts: VerdictRecords
    canaries: CanaryRecords
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
        self, parts: ReleaseParts, experts: Experts, exams: Exams, home: Path, clock: Clock
    ) -> None:
        self._releases = parts.releases
        self._verdicts = parts.verdicts
        self._canaries = parts.canaries
        self._sittings = parts.sittings
        self._experts = experts
        self._exams = exams
        self._home = home
        self._clock = clock

    def policy(self, file: Path | None = None) -> Policy:
        """What is demanded here: by `file`, else by the home's own, else usually. Raises
        InvalidRequestError naming the mistake."""
        place = file or policy_place(self._home)
        return read_policy(place) if file or place.exists() else Policy()

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
            candidate, baseline = await self._both(version, record, in_use)
            sat.append(SatExam(version.id, candidate.id, baseline.id))
            ours += await self._scored(actor, version, candidate)
            theirs += await self._scored(actor, version, baseline)
        found = await asyncio.to_thread(gate, ours, policy, theirs)
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

    async def release(self, actor: Actor, judged: Verdict, *, why: str) -> tuple[Release, str]:
        """The actor approves the verdict and lets its expert answer, from the next question on.

        Also the id that it replaces, "" for none. Raises ConflictError where the verdict does not
        allow it (any more), StorageError where the expert's files are damaged.
        """
        require_manage(actor)
        record = await self._experts.access.releasable(actor, judged.expert)
        await self._experts.require_whole(record)
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
        await self._experts.require_whole(record)
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
        await self._experts.require_whole(record)
        reason = checked_reason(why)
        return await self._beside(actor, record, share=share, verdict=judged.id, why=reason)

    async def shadow(self, actor: Actor, name: str, *, why: str = "") -> Canary:
        """The candidate called `name` answers what the current release is asked, and nobody is shown it."""
        record = await self._experts.access.releasable(actor, name)
        await self._experts.require_whole(record)
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

    async def _both(
        self, version: ExamVersion, record: ExpertRecord, in_use: ExpertRecord | None
    ) -> tuple[Sitting, Sitting]:
        """The newest sittings in which both were asked alike."""
        sittings = await self._sittings.of_exam(version.id)
        ours = [each for each in sittings if _is_of(each, record)]
        theirs = [each for each in sittings if _is_of(each, in_use)]
        for found, whom in ((ours, record), (theirs, in_use)):
            if not found:
                raise _not_sat(version, _target(whom))
        for one in ours:
            for other in theirs:
                if _asked_how(one) == _asked_how(other):
                    return one, other
        raise _not_sat(version, _target(in_use), f" as {ours[0].target} was asked")

    async def _scored(
        self, actor: Actor, version: ExamVersion, sitting: Sitting
    ) -> tuple[ScoredItem, ...]:
        exam, responses = version.exam, await self._sittings.responses(sitting.id)
        if lacking := len(unanswered(exam, responses)):
            raise ConflictError(
                f"{sitting.target} has yet to answer {lacking} of the {len(exam.items)} items of "
                f"{exam.name}.",
                remedy=f"Let it go on: `teaegg exam sit {exam.name} --target {sitting.target}`.",
            )
        reviewed = await self._exams.review(actor, version)
        grades = await self._sittings.grades(sitting.id)
        # A person's grade comes last and counts before a model's.
        by_item = {grade.item: grade for grade in sorted(grades, key=lambda one: one.is_person)}
        return scored_items(exam, responses, signed=reviewed.signatures, grades=by_item)


def policy_place(home: Path) -> Path:
    """Where the policy of a home lies, if it has one."""
    return home / "gate.yaml"


def _is_of(sitting: Sitting, expert: ExpertRecord | None) -> bool:
    """Whether the expert itself sat, or the bare base: not the pipeline around it, not its shadow."""
    if sitting.shadow:
        return False
    if expert is None:
        return sitting.target in _BARE_BASE
    return sitting.expert == expert.id and sitting.target.startswith("expert:")


def _asked_how(sitting: Sitting) -> tuple[bool, dict[str, Any]]:
    """Whether it searched by itself, and all else that must be equal: not the chat template, which is
    part of who is asked."""
    settings = {name: value for name, value in sitting.settings.items() if name not in _OWN}
    return sitting.target.endswith("+search"), settings


def _target(expert: ExpertRecord | None) -> str:
    return f"expert:{expert.id[:12]}" if expert else _BARE_BASE[0]


def _not_sat(version: ExamVersion, whom: str, how: str = "") -> ConflictError:
    name = version.exam.name
    return ConflictError(
        f"{whom} has not sat {name}, version {version.version}{how}: it cannot be compared.",
        remedy=f"Let it sit: `teaegg exam sit {name} --target {whom}`.",
    )
