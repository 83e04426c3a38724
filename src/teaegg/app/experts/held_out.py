"""The exam of a new expert, kept with what it and its base said: what its first release rests on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from teaegg.app.exams.register import Exams
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.exams import Exam
from teaegg.core.experts import Expert
from teaegg.core.scenes import Scene
from teaegg.distill.examined import Examined, held_out_exam, responses
from teaegg.store.exams.records import ExamVersion
from teaegg.store.exams.sittings import Sitting, SittingRecords

_ASKED = {"asked": "when it was made"}
"""Whoever sits the exam later is asked in another form and is never compared with these."""


class HeldOutExams:
    """Nothing in them is signed: a person reviews them with `teaegg exam`."""

    def __init__(self, exams: Exams, sittings: SittingRecords, clock: Clock) -> None:
        self._exams = exams
        self._sittings = sittings
        self._clock = clock

    async def keep(
        self, actor: Actor, scene: Scene, expert: Expert, examined: Examined
    ) -> ExamVersion:
        """Keeping the same again changes nothing."""
        exam = held_out_exam(scene, examined.rows)
        version = await self._exams.keep(
            actor, exam, note="Made of the documents that were kept for the exam", again=True
        )
        at = self._clock.now()
        ours = Sitting(
            exam.hash,
            f"expert:{expert.scene}",
            expert.id,
            actor.name,
            at,
            expert=expert.id,
            settings=_ASKED,
        )
        # Beside each expert its base is asked in the form that serves it best, by this very exam.
        theirs = Sitting(exam.hash, "base", expert.base, actor.name, at, settings=_ASKED)
        for sitting, said in ((ours, examined.candidate), (theirs, examined.baseline)):
            await self._keep(exam, sitting, examined, said, at)
        return version

    async def _keep(
        self,
        exam: Exam,
        sitting: Sitting,
        examined: Examined,
        said: Mapping[str, str],
        at: datetime,
    ) -> None:
        begun = await self._sittings.begin(sitting)
        if begun.finished_at is None:
            await self._sittings.add(begun.id, responses(exam, examined.rows, said), at=at)
            await self._sittings.finish(begun.id, at=at)
