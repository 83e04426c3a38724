"""What two experts said to the same items, item by item: from sittings of the exam, and from real questions.

An item that was never sat still counts when it is a real question that both answered, the one in use and
its shadow: no pair mixes the two ways of asking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from teaegg.app.exams.register import Exams
from teaegg.app.exams.teaching import Teaching
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import ConflictError
from teaegg.core.exams import Exam, ExamItem, Quoted, Response
from teaegg.evals.judging.grades import settled
from teaegg.evals.records import ScoredItem
from teaegg.evals.scoring import scored_items
from teaegg.store.exams.records import ExamVersion
from teaegg.store.exams.sittings import Sitting, SittingRecords
from teaegg.store.experts.records import ExpertRecord
from teaegg.store.releases.shadows import ShadowRecords, question_key
from teaegg.store.releases.verdicts import SatExam

_BARE_BASE = ("base", "base+search")
"""What sittings of the base without an adapter are called: what a first expert is compared with."""
_OWN = ("template", "run")
_SHADOW_SETTINGS = {"asked": "real questions"}


@dataclass(frozen=True, slots=True)
class Compared:
    """The sittings, and the records of both in the order of the exam."""

    sat: tuple[SatExam, ...]
    candidate: tuple[ScoredItem, ...]
    baseline: tuple[ScoredItem, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two sittings of one exam, and what was said in them by item hash."""

    candidate: Sitting
    baseline: Sitting
    ours: Mapping[str, Response]
    theirs: Mapping[str, Response]

    @property
    def both(self) -> frozenset[str]:
        return frozenset(self.ours.keys() & self.theirs.keys())


class Pairing:
    """Finds the newest sittings in which both were asked alike."""

    def __init__(
        self,
        exams: Exams,
        teaching: Teaching,
        sittings: SittingRecords,
        shadows: ShadowRecords,
        clock: Clock,
    ) -> None:
        self._exams = exams
        self._teaching = teaching
        self._sittings = sittings
        self._shadows = shadows
        self._clock = clock

    async def compared(
        self,
        actor: Actor,
        version: ExamVersion,
        record: ExpertRecord,
        in_use: ExpertRecord | None,
    ) -> Compared:
        """All items of the exam. Raises ConflictError that says who has yet to sit or to go on."""
        exam = version.exam
        pairs = await self._pairs(actor, version, record, in_use)
        if sum(len(pair.both) for pair in pairs) < len(exam.items):
            raise await self._incomplete(version, record, in_use)
        signed = frozenset((await self._exams.review(actor, version)).signatures)
        ours: list[ScoredItem] = []
        theirs: list[ScoredItem] = []
        for pair in pairs:
            for sitting, said, records in (
                (pair.candidate, pair.ours, ours),
                (pair.baseline, pair.theirs, theirs),
            ):
                counted = {name: said[name] for name in pair.both}
                records += await self._scored(exam, sitting, counted, signed)
        compared = (SatExam(version.id, p.candidate.id, p.baseline.id) for p in pairs)
        return Compared(tuple(compared), tuple(ours), tuple(theirs))

    async def to_sit(
        self,
        actor: Actor,
        version: ExamVersion,
        record: ExpertRecord,
        in_use: ExpertRecord | None,
    ) -> tuple[str, ...]:
        """Targets that have to sit the exam, or to go on, before both can be compared."""
        pairs = await self._pairs(actor, version, record, in_use)
        complete = sum(len(pair.both) for pair in pairs) == len(version.exam.items)
        return () if complete else (_target(record), _target(in_use))

    async def _pairs(
        self,
        actor: Actor,
        version: ExamVersion,
        record: ExpertRecord,
        in_use: ExpertRecord | None,
    ) -> list[_Pair]:
        """What both said alike: in sittings, and of the rest to real questions."""
        sat = await self._sat_alike(version, record, in_use)
        lacking = [item for item in version.exam.items if sat is None or item.hash not in sat.both]
        shadowed = await self._shadowed(actor, version, lacking, record, in_use)
        return [pair for pair in (sat, shadowed) if pair is not None and pair.both]

    async def _scored(
        self,
        exam: Exam,
        sitting: Sitting,
        said: Mapping[str, Response],
        signed: frozenset[str],
    ) -> tuple[ScoredItem, ...]:
        grades = settled(await self._sittings.grades(sitting.id))
        known = await self._teaching.of_exam(sitting.expert, exam)
        return scored_items(exam, said, signed=signed, contaminated=known, grades=grades)

    async def _sat_alike(
        self, version: ExamVersion, record: ExpertRecord, in_use: ExpertRecord | None
    ) -> _Pair | None:
        """Of those in which both were asked alike the one with most of the items, then the newest."""
        sittings = await self._sittings.of_exam(version.id)
        alike = [
            _Pair(
                one,
                other,
                await self._sittings.responses(one.id),
                await self._sittings.responses(other.id),
            )
            for one in sittings
            for other in sittings
            if _is_of(one, record)
            and _is_of(other, in_use)
            and _asked_how(one) == _asked_how(other)
        ]
        return max(alike, key=lambda pair: len(pair.both), default=None)

    async def _shadowed(
        self,
        actor: Actor,
        version: ExamVersion,
        items: Sequence[ExamItem],
        record: ExpertRecord,
        in_use: ExpertRecord | None,
    ) -> _Pair | None:
        """Those of `items` that are real questions to which both have answered, kept as sittings."""
        if in_use is None or not items:
            return None
        pairs = await self._shadows.pairs(record.id, in_use.id)
        asked = {item.hash: pairs.get(question_key(item.questions[-1])) for item in items}
        known = {name: pair for name, pair in asked.items() if pair is not None}
        if not known:
            return None
        ours = {name: _response(name, pair.candidate) for name, pair in known.items()}
        theirs = {name: _response(name, pair.baseline) for name, pair in known.items()}
        sat = [
            await self._kept(actor, version, expert, list(said.values()))
            for expert, said in ((record, ours), (in_use, theirs))
        ]
        return _Pair(sat[0], sat[1], ours, theirs)

    async def _kept(
        self, actor: Actor, version: ExamVersion, expert: ExpertRecord, said: Sequence[Response]
    ) -> Sitting:
        at = self._clock.now()
        sitting = await self._sittings.begin(
            Sitting(
                exam=version.id,
                target=f"shadow:{expert.id[:12]}",
                fingerprint=expert.id,
                by=actor.name,
                started_at=at,
                expert=expert.id,
                settings=_SHADOW_SETTINGS,
                shadow=True,
            )
        )
        await self._sittings.add(sitting.id, said, at=at)
        return sitting

    async def _incomplete(
        self,
        version: ExamVersion,
        record: ExpertRecord,
        in_use: ExpertRecord | None,
    ) -> ConflictError:
        """Who lacks what, and who has to sit: what was said already is not asked again."""
        names, count = (_target(record), _target(in_use)), len(version.exam.items)
        sat = await self._sat_alike(version, record, in_use)
        if sat is not None:
            whose, said = min(zip(names, (sat.ours, sat.theirs), strict=True), key=_size)
            return _to_sit(
                version, names, f"{whose} has answered {len(said)} of the {count} items of"
            )
        sittings = await self._sittings.of_exam(version.id)
        for whose, expert in zip(names, (record, in_use), strict=True):
            if not any(_is_of(each, expert) for each in sittings):
                return _to_sit(version, names, f"{whose} has not sat")
        return _to_sit(version, names, f"{names[0]} and {names[1]} were asked in different ways in")


def _size(one: tuple[str, Mapping[str, Response]]) -> int:
    return len(one[1])


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


def _to_sit(version: ExamVersion, names: Sequence[str], what: str) -> ConflictError:
    exam = version.exam.name
    commands = " and ".join(f"`teaegg exam sit {exam} --target {name}`" for name in names)
    return ConflictError(
        f"{what} {exam}, version {version.version}: they cannot be compared.",
        remedy=f"Let both sit it alike, or with --sit at once: {commands}.",
    )


def _response(item: str, trace: Mapping[str, Any]) -> Response:
    """What a trace says was answered (`retrieval.tracing`)."""
    cited = [citation for sentence in trace["sentences"] for citation in sentence["citations"]]
    milliseconds = trace["timings_ms"].get("total", 0)
    return Response(
        item=item,
        text=trace["answer"],
        citations=tuple(
            Quoted(document=one["document"], passage=one["passage"], quote=one["quote"])
            for one in cited
        ),
        evidence=tuple(one["passage"] for one in trace["evidence"]),
        refused=trace["verdict"] != "answered",
        seconds=milliseconds / 1000 if milliseconds else None,
        trace=trace["trace"],
    )
