"""The exam of a new expert, kept with what it and its base said: what its first release rests on."""

from __future__ import annotations

from collections.abc import Mapping

from teaegg.app.exams.origins import ItemOrigins
from teaegg.core.actors import Actor
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError
from teaegg.core.experts import Expert
from teaegg.core.scenes import Scene
from teaegg.distill.examined import Examined, responses
from teaegg.store.exams.records import ExamVersion
from teaegg.store.exams.sittings import Sitting, SittingRecords

_ASKED = {"asked": "when it was made"}
"""Whoever sits the exam later is asked in another form and is never compared with these."""


class HeldOutExams:
    """The exam is the scene's (`teaegg exam make`). Nothing of it is signed: people review it."""

    def __init__(self, origins: ItemOrigins, sittings: SittingRecords, clock: Clock) -> None:
        self._origins = origins
        self._sittings = sittings
        self._clock = clock

    async def keep(
        self, actor: Actor, scene: Scene, expert: Expert, examined: Examined
    ) -> ExamVersion | None:
        """The version that both sat, None where no row makes an item. Keeping it again changes nothing.

        Raises as `ItemOrigins.make`.
        """
        try:
            made = await self._origins.make(actor, scene, dataset=scene.name)
        except InvalidRequestError:
            return None
        exam, at = made.version.id, self._clock.now()
        name = f"expert:{expert.scene}"
        ours = Sitting(exam, name, expert.id, actor.name, at, expert=expert.id, settings=_ASKED)
        theirs = Sitting(exam, "base", expert.base, actor.name, at, settings=_ASKED)
        for sitting, said in ((ours, examined.candidate), (theirs, examined.baseline)):
            await self._keep(made.version, sitting, examined, said)
        return made.version

    async def _keep(
        self, version: ExamVersion, sitting: Sitting, examined: Examined, said: Mapping[str, str]
    ) -> None:
        begun = await self._sittings.begin(sitting)
        if begun.finished_at is not None:
            return
        given = responses(version.exam, examined.rows, said)
        await self._sittings.add(begun.id, given, at=sitting.started_at)
        if len(given) == len(version.exam.items):
            await self._sittings.finish(begun.id, at=sitting.started_at)
