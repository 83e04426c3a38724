"""Exams behind every door: who sits, how well, and who is really better. For owners only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from teaegg.app.exams.examinees import Examinees, Wish
from teaegg.app.exams.grading import Grading, Judged
from teaegg.app.exams.register import Exams, ReviewedExam
from teaegg.app.exams.teaching import Teaching
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError, NotFoundError
from teaegg.core.exams import ExamItem, Response
from teaegg.core.settings import Settings
from teaegg.evals.comparing import compare
from teaegg.evals.examining import Tell, sit_exam
from teaegg.evals.gate.policy import Policy
from teaegg.evals.gate.verdict import GateVerdict
from teaegg.evals.judging.grades import settled
from teaegg.evals.logs.base import LoggedSitting
from teaegg.evals.report.base import Answered, Examinee, ExamReport
from teaegg.evals.report.figures import compare_with, counted_items
from teaegg.evals.scoring import ScoredExam, score_exam
from teaegg.store.exams.alone import alone
from teaegg.store.exams.sittings import Sitting, SittingRecords

_LEAST_DIGITS = 8
BASE = "base"
_RUN = "run"


@dataclass(frozen=True, slots=True)
class Sat:
    """A sitting with all that was said, by item hash, and how it scores as things are now."""

    exam: ReviewedExam
    sitting: Sitting
    responses: Mapping[str, Response]
    scored: ScoredExam

    @property
    def unanswered(self) -> int:
        """Items of the exam to which nothing was said."""
        return len(self.exam.version.exam.items) - len(self.responses)

    @property
    def logged(self) -> LoggedSitting:
        """As it leaves for other tools."""
        return LoggedSitting(
            self.exam.version.exam,
            self.exam.version.version,
            self.sitting,
            self.responses,
            self.scored.scores,
            frozenset(self.exam.signatures),
        )


def examinee_of(sat: Sat, name: str) -> Examinee:
    """Who sat, as a report shows it."""
    sitting = sat.sitting
    return Examinee(
        name=name,
        fingerprint=sitting.fingerprint,
        answered={
            name: Answered(sat.responses[name], score) for name, score in sat.scored.scores.items()
        },
        asked=asked_how(sitting.settings),
    )


def asked_how(settings: Mapping[str, Any]) -> str:
    """In words, from what a sitting keeps of its settings."""
    examples = len(settings.get("examples", ()))
    parts = (
        f"{settings['template']} template" if settings.get("template") else "",
        f"{examples} worked examples" if examples else "",
        f"options as {settings['choices']}" if settings.get("choices") else "",
        "over what a search finds" if settings.get("search") else "",
        "without passages" if settings.get("passages") is False else "",
        f"run {settings[_RUN]}" if _RUN in settings else "",
    )
    return ", ".join(part for part in parts if part)


def report_of(sats: Mapping[str, Sat], at: datetime) -> ExamReport:
    """A report of sittings of one version of an exam, by the names that they are shown under. Raises
    InvalidRequestError for none."""
    reviewed = next((sat.exam for sat in sats.values()), None)
    if reviewed is None:
        raise InvalidRequestError(
            "Nobody has sat this exam.", remedy="Let somebody sit it: teaegg exam sit"
        )
    return ExamReport(
        exam=reviewed.version.exam,
        examinees=tuple(examinee_of(sat, name) for name, sat in sats.items()),
        at=at,
        signed=frozenset(reviewed.signatures),
        contaminated=frozenset(
            record.item
            for sat in sats.values()
            for record in sat.scored.records
            if record.contaminated
        ),
    )


def compared_with(report: ExamReport, baseline: Examinee, others: Sequence[Examinee]) -> ExamReport:
    """`report` with each of `others` compared with `baseline`, on the items that count."""
    items = counted_items(report.exam, report.signed, report.contaminated)
    compared = compare_with(report.exam, baseline, others, items, seed=Policy().seed)
    return replace(report, compared=compared)


def _shown_name(sat: Sat, sats: Sequence[Sat]) -> str:
    """The target's name; with how it was asked where it sat in several ways."""
    ways = {
        asked_how(one.sitting.settings) for one in sats if one.sitting.target == sat.sitting.target
    }
    how = asked_how(sat.sitting.settings)
    return f"{sat.sitting.target} ({how or 'as usual'})" if len(ways) > 1 else sat.sitting.target


class Examining:
    """Each method on behalf of an actor, who must be an owner: exams hold what documents say."""

    def __init__(
        self,
        sittings: SittingRecords,
        exams: Exams,
        examinees: Examinees,
        teaching: Teaching,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._sittings = sittings
        self._teaching = teaching
        self._exams = exams
        self._examinees = examinees
        self._grading = Grading(sittings, clock)
        self._clock = clock
        self._home = settings.home
        self._currency = settings.teacher.currency

    async def sit(
        self,
        actor: Actor,
        name: str,
        wish: Wish,
        *,
        limit: int = 0,
        again: bool = False,
        tell: Tell = lambda done, total: None,
    ) -> Sat:
        """Let `wish.target` answer the exam called `name`, or `limit` items spread over it.

        Called again it goes on where it stood: nothing is asked twice, even after a crash. `again`
        begins anew, once everything has been answered. Raises what the target raises; what was said
        until then is kept; ConflictError while another process lets the same target sit.
        """
        reviewed = await self._exams.reviewed(actor, name)
        exam = reviewed.version.exam
        examinee = await self._examinees.of(actor, exam, wish)
        target = examinee.target
        try:
            sitting = await self._begun(
                Sitting(
                    exam=reviewed.version.id,
                    target=wish.target,
                    fingerprint=target.fingerprint,
                    by=actor.name,
                    started_at=self._clock.now(),
                    expert=examinee.expert,
                    settings=examinee.settings,
                ),
                again=again,
            )

            async def keep(responses: Sequence[Response]) -> None:
                await self._sittings.add(sitting.id, responses, at=self._clock.now())

            asked = spread(exam.items, limit)
            with alone(self._home, sitting.id):
                known = await self._sittings.responses(sitting.id)
                await sit_exam(asked, target, known, keep, ahead=wish.at_once, tell=tell)
        finally:
            await target.close()
        return await self._ended(reviewed, sitting)

    async def list(self, actor: Actor, name: str) -> Sequence[Sat]:
        """All sittings of the newest version of an exam, the newest first, scored as things are now."""
        reviewed = await self._exams.reviewed(actor, name)
        found = await self._sittings.of_exam(reviewed.version.id)
        exam = reviewed.version.exam
        experts = {sitting.expert for sitting in found}
        taught = {expert: await self._teaching.of_exam(expert, exam) for expert in experts}
        return [await self._scored(reviewed, each, taught[each.expert]) for each in found]

    async def find(self, actor: Actor, name: str, sitting: str) -> Sat:
        """The newest sitting of the exam `name` by the target called `sitting`, or the one whose id
        begins so. Raises NotFoundError, InvalidRequestError where several ids begin so."""
        reviewed = await self._exams.reviewed(actor, name)
        sittings = await self._sittings.of_exam(reviewed.version.id)
        called = [one for one in sittings if one.target == sitting][:1]
        if not called and len(sitting) >= _LEAST_DIGITS:
            called = [one for one in sittings if one.id.startswith(sitting)]
        if len(called) > 1:
            raise InvalidRequestError(
                f"{len(called)} sittings have an id that begins with {sitting}.",
                remedy="Give more of it.",
            )
        if not called:
            sat = ", ".join(dict.fromkeys(one.target for one in sittings)) or "nobody yet"
            raise NotFoundError(
                f"{sitting[:80]!r} has not sat version {reviewed.version.version} of the exam "
                f"{reviewed.version.exam.name}; {sat} has.",
                remedy=f"Let it sit: teaegg exam sit {name} --target {sitting[:80]}",
            )
        return await self._sat(reviewed, called[0])

    async def compare(
        self,
        actor: Actor,
        name: str,
        candidate: str,
        baselines: Sequence[str],
        policy: Policy | None = None,
    ) -> Mapping[str, GateVerdict]:
        """The sitting `candidate` beside each of `baselines` (as in `find`), area by area; the claims
        hold together. Raises NotFoundError, InvalidRequestError where both did not sit the same items.
        """
        ours = await self.find(actor, name, candidate)
        theirs = {each: await self.find(actor, name, each) for each in baselines}
        records = {each: sat.scored.records for each, sat in theirs.items()}
        return compare(ours.scored.records, records, policy or Policy())

    async def grade(
        self,
        actor: Actor,
        name: str,
        sitting: str,
        judge: Wish,
        *,
        tell: Tell = lambda done, total: None,
    ) -> Judged:
        """Let a model grade what has a rubric; called again it goes on where it stood. `judge.target`
        is a base or an endpoint. Raises as `find` and `Grading.judge`."""
        sat = await self.find(actor, name, sitting)
        exam = sat.exam.version.exam
        async with self._examinees.lent(exam, judge) as chat:
            return await self._grading.judge(exam, sat.sitting, sat.responses, chat, tell)

    async def take_grades(self, actor: Actor, name: str, sitting: str, path: Path) -> int:
        """Grades that people gave, from a file of JSON Lines; how many. Raises as `Grading.take`."""
        sat = await self.find(actor, name, sitting)
        return await self._grading.take(sat.exam.version.exam, sat.sitting, path)

    async def report(self, actor: Actor, name: str, *, baseline: str = "") -> ExamReport:
        """Everybody's newest sitting of an exam, each compared with `baseline` (else with the bare
        base, where it sat). Raises InvalidRequestError where nobody sat."""
        sats = await self.list(actor, name)
        newest = {_shown_name(sat, sats): sat for sat in reversed(sats)}
        report = replace(report_of(newest, self._clock.now()), currency=self._currency)
        against = next((one for one in report.examinees if one.name == (baseline or BASE)), None)
        if against is None and baseline:
            raise NotFoundError(
                f"{baseline[:80]!r} has not sat the exam {name}.",
                remedy=f"Name one of: {', '.join(newest)}.",
            )
        if against is None:
            return report
        others = [one for one in report.examinees if one is not against]
        return compared_with(report, against, others)

    async def _begun(self, sitting: Sitting, *, again: bool) -> Sitting:
        """The latest run of this very sitting, or a first or further one."""
        runs = [
            one
            for one in await self._sittings.of_exam(sitting.exam)
            if _first_run(one).id == sitting.id
        ]
        if not runs:
            return await self._sittings.begin(sitting)
        latest = max(runs, key=_run)
        if not again or latest.finished_at is None:
            return latest
        settings = {**sitting.settings, _RUN: _run(latest) + 1}
        return await self._sittings.begin(replace(sitting, settings=settings))

    async def _ended(self, reviewed: ReviewedExam, sitting: Sitting) -> Sat:
        sat = await self._sat(reviewed, sitting)
        if sat.unanswered or sitting.finished_at:
            return sat
        at = self._clock.now()
        await self._sittings.finish(sitting.id, at=at)
        return replace(sat, sitting=replace(sitting, finished_at=at))

    async def _sat(self, reviewed: ReviewedExam, sitting: Sitting) -> Sat:
        taught = await self._teaching.of_exam(sitting.expert, reviewed.version.exam)
        return await self._scored(reviewed, sitting, taught)

    async def _scored(
        self, reviewed: ReviewedExam, sitting: Sitting, taught: frozenset[str]
    ) -> Sat:
        responses = await self._sittings.responses(sitting.id)
        scored = score_exam(
            reviewed.version.exam,
            responses,
            signed=reviewed.signatures,
            contaminated=taught,
            grades=settled(await self._sittings.grades(sitting.id)),
        )
        return Sat(reviewed, sitting, responses, scored)


def spread(items: Sequence[ExamItem], limit: int) -> Sequence[ExamItem]:
    """`limit` items at even distances over the exam, so that every part of it is asked; 0: all."""
    if not limit or limit >= len(items):
        return items
    return [items[place * len(items) // limit] for place in range(limit)]


def _run(sitting: Sitting) -> int:
    return int(sitting.settings.get(_RUN, 1))


def _first_run(sitting: Sitting) -> Sitting:
    settings = {name: value for name, value in sitting.settings.items() if name != _RUN}
    return replace(sitting, settings=settings)
