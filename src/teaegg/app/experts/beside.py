"""Who answers beside the current release: a canary instead of it for some askers, a shadow after it for none.

Neither can take a question from the release: where the canary or shadow is not the asker's to use, or
fails, the asker hears the release. A shadow is asked when nobody waits, one question at a time; where
more come than it can take they are left out and counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace

from teaegg.app.experts.register import Experts
from teaegg.core.actors import Actor
from teaegg.core.answers import Answer
from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError, TeaEggError
from teaegg.retrieval.answering import Asked
from teaegg.retrieval.events import AnswerEvent, AnswerReady
from teaegg.retrieval.reading import ReadingExpert
from teaegg.store.releases.canaries import Canary, CanaryRecords
from teaegg.store.releases.shadows import ShadowAnswer, ShadowRecords

MOST_WAITING = 16
"""So many questions wait for a shadow; more are left out."""
_SHADOW = "shadow:"
"""Under this name, which no account can have, what a shadow says is nobody's history."""
_LOG = logging.getLogger(__name__)

Answering = Callable[[Asked], AsyncIterator[AnswerEvent]]


@dataclass(frozen=True, slots=True)
class Heard:
    """Who answers, and the candidate that answers after it without being heard, if any."""

    reading: ReadingExpert
    shadow: Canary | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A question that `baseline` has answered in trace `trace`; `chosen` are the asker's collections."""

    asked: Asked
    chosen: frozenset[str]
    shadow: Canary
    baseline: str
    trace: str


@dataclass(slots=True)
class ShadowCounts:
    """Questions of this process: answered by a shadow; left out because others waited, or because what
    taught it is not the asker's to read; failed."""

    answered: int = 0
    left_out: int = 0
    failed: int = 0


def hears(canary: Canary, asker: str) -> bool:
    """Whether the asker is one of the canary's share: always the same answer for the same canary."""
    drawn = hashlib.sha256(f"{canary.number}\0{canary.scene}\0{asker}".encode()).digest()
    return int.from_bytes(drawn[:8]) < canary.share * 2**64


def within(reading: ReadingExpert | None, collections: frozenset[str]) -> frozenset[str]:
    """The collections to search (empty: all): of an expert only those of its scene. Raises
    InvalidRequestError where none of the chosen is left."""
    if reading is None or not reading.collections:
        return collections
    chosen = collections & reading.collections if collections else reading.collections
    if not chosen:
        raise InvalidRequestError(
            "The expert answers from other collections than the chosen ones.",
            remedy="Leave the collections out, or ask without the expert.",
        )
    return chosen


class Beside:
    """`answer` is the answerer's."""

    def __init__(
        self,
        experts: Experts,
        canaries: CanaryRecords,
        shadows: ShadowRecords,
        answer: Answering,
        clock: Clock,
    ) -> None:
        self._experts = experts
        self._canaries = canaries
        self._shadows = shadows
        self._answer = answer
        self._clock = clock
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue(MOST_WAITING)
        self._work: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None
        self.open_questions = 0
        self._nobody_asks = asyncio.Event()
        self._nobody_asks.set()
        self.counts = ShadowCounts()

    async def heard(self, actor: Actor, name: str, *, sandbox: bool = False) -> Heard:
        """As `Experts.reading`; asked by its scene, the canary for who is one of its share.

        An expert that is asked by its id, or in the sandbox, is that one and no other.
        """
        reading = await self._experts.reading(actor, name, sandbox=sandbox)
        if sandbox or reading.state != "released" or reading.expert.scene != name:
            return Heard(reading)
        shadow = None
        for canary in await self._canaries.beside(reading.expert.id):
            if canary.shadow:
                shadow = canary
            elif hears(canary, actor.name) and (own := await self._candidate(actor, canary)):
                return Heard(own)
        return Heard(reading, shadow)

    @contextlib.contextmanager
    def somebody_asks(self) -> Iterator[None]:
        """Shadows are silent meanwhile; one that is speaking begins again afterwards."""
        self.open_questions += 1
        self._nobody_asks.clear()
        if self._asking is not None:
            self._asking.cancel()
        try:
            yield
        finally:
            self.open_questions -= 1
            if not self.open_questions:
                self._nobody_asks.set()

    def answered(self, heard: Heard, asked: Asked, chosen: frozenset[str], answer: Answer) -> None:
        """A question was answered; its shadow has its turn when nobody asks. Returns at once."""
        if heard.shadow is None:
            return
        self._wait(_Waiting(asked, chosen, heard.shadow, heard.reading.expert.id, answer.trace))
        if self._work is None:
            self._work = asyncio.create_task(self._ask_all())

    async def until_asked(self) -> None:
        """Wait until nothing waits for a shadow."""
        await self._waiting.join()

    async def close(self) -> None:
        """What still waits is left out."""
        for task in (self._work, self._asking):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def _wait(self, waiting: _Waiting) -> None:
        try:
            self._waiting.put_nowait(waiting)
        except asyncio.QueueFull:
            self.counts.left_out += 1

    async def _ask_all(self) -> None:
        while True:
            waiting = await self._waiting.get()
            try:
                await self._nobody_asks.wait()
                self._asking = asyncio.create_task(self._ask(waiting))
                await asyncio.wait({self._asking})
                if self._asking.cancelled():
                    self._wait(waiting)
            finally:
                self._asking = None
                self._waiting.task_done()

    async def _ask(self, waiting: _Waiting) -> None:
        try:
            reading = await self._experts.reading_candidate(
                waiting.asked.actor, waiting.shadow.expert
            )
            if reading is None:
                self.counts.left_out += 1
                return
            shadowed = replace(
                waiting.asked,
                expert=reading,
                actor=replace(waiting.asked.actor, name=_SHADOW),
                collections=within(reading, waiting.chosen),
            )
            async for event in self._answer(shadowed):
                if isinstance(event, AnswerReady):
                    await self._keep(waiting, event.answer)
        except TeaEggError as error:
            self.counts.failed += 1
            _LOG.warning("The shadow %s could not answer: %s", waiting.shadow.expert[:12], error)

    async def _keep(self, waiting: _Waiting, answer: Answer) -> None:
        await self._shadows.put(
            ShadowAnswer(
                expert=waiting.shadow.expert,
                baseline=waiting.baseline,
                question=waiting.asked.understood,
                trace=answer.trace,
                baseline_trace=waiting.trace,
                at=self._clock.now(),
            )
        )
        self.counts.answered += 1

    async def _candidate(self, actor: Actor, canary: Canary) -> ReadingExpert | None:
        """None where it is not the actor's to use, or cannot speak: the release then answers."""
        try:
            return await self._experts.reading_candidate(actor, canary.expert)
        except TeaEggError as error:
            _LOG.warning("The canary %s cannot answer: %s", canary.expert[:12], error)
            return None
