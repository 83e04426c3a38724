"""A larger model behind any OpenAI-compatible endpoint: paced, counted, stopped before it costs too much."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from teaegg.core.clock import Clock
from teaegg.core.errors import SettingsError, TeachingStoppedError
from teaegg.core.settings import TeacherSettings
from teaegg.distill.teachers.base import Lesson, Taught
from teaegg.distill.teachers.calling import Caller, Heard, Missed
from teaegg.distill.teachers.chances import chances_of_answers
from teaegg.distill.teachers.dialect import Dialect
from teaegg.distill.teachers.egress import Place, place_of, require_leaving
from teaegg.distill.teachers.lesson_prompt import answer_schema, lesson_messages
from teaegg.distill.teachers.meter import Bill, Meter, Prices
from teaegg.distill.teachers.pacing import Pace, Sleep, pause_seconds
from teaegg.distill.teachers.replies import NO_USAGE, Failure, Reply, Usage
from teaegg.distill.teachers.reply_reading import read_reply
from teaegg.models.base import Message
from teaegg.models.endpoint import Endpoint

_TOKENS_AROUND_A_TURN = 32
_CONTINUE = "Run the same again: what was answered is kept and not paid for again."


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier runs of the same work came to: their cost, and who answered first."""

    spent: Usage = NO_USAGE
    served: str = ""


def fingerprint_of(settings: TeacherSettings) -> str:
    """Endpoint and model name: which weights stand behind them only the endpoint knows."""
    return f"{settings.base_url}#{settings.model}"


class EndpointTeacher:
    """Keeps `Teacher` and `ReplyingTeacher`. At most `settings.concurrency` calls are under way,
    however many lessons are asked for at a time. `tell` hears the total cost after every call."""

    def __init__(
        self,
        settings: TeacherSettings,
        clock: Clock,
        *,
        before: Before | None = None,
        tell: Callable[[Usage], None] = lambda _: None,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        if not (settings.base_url and settings.model):
            raise SettingsError(
                "A teacher behind an endpoint needs teacher.base_url and teacher.model.",
                remedy="Set both in the section [teacher] of teaegg.toml.",
            )
        before = before or Before()
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._meter = Meter(Prices.of(settings), spent=before.spent, tell=tell)
        self._served = before.served
        self._pace = Pace(
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
            clock=clock,
            sleep=sleep,
        )
        self._under_way = asyncio.Semaphore(settings.concurrency)
        self._connecting = asyncio.Lock()
        self._connected: tuple[Caller, Place] | None = None
        self._dialect = Dialect()
        self._failures_in_a_row = 0
        self._stopped: Failure | None = None

    @property
    def name(self) -> str:
        return self._settings.model

    @property
    def fingerprint(self) -> str:
        return fingerprint_of(self._settings)

    @property
    def spent(self) -> Usage:
        """Tokens so far, those of earlier runs included."""
        return self._meter.spent

    @property
    def prices(self) -> Prices:
        return self._meter.prices

    async def teach(self, lesson: Lesson) -> tuple[Taught, ...]:
        """Raises LessonError when this lesson came to nothing, TeachingStoppedError when every
        further one would, NotAllowedError when a passage may not leave."""
        return (await self.reply(lesson)).usable()

    async def reply(self, lesson: Lesson) -> Reply:
        messages = lesson_messages(lesson)
        async with self._under_way:
            if self._stopped:
                raise self._stopped.error()
            caller = await self._caller(lesson)
            return self._weighed(await self._asked(caller, lesson, messages))

    async def close(self) -> None:
        if self._connected:
            await self._connected[0].close()

    async def _caller(self, lesson: Lesson) -> Caller:
        """The connection, made at the first lesson, once it is known that its passages may leave."""
        async with self._connecting:
            place = (
                self._connected[1] if self._connected else await place_of(self._settings.base_url)
            )
            require_leaving(self._settings, place, {each.collection for each in lesson.passages})
            if self._connected is None:
                self._connected = self._connect(place), place
            return self._connected[0]

    def _connect(self, place: Place) -> Caller:
        settings = self._settings
        endpoint = Endpoint(
            "teacher", settings.base_url, settings.model, settings.timeout_seconds, settings.tries
        )
        return Caller(endpoint, settings.api_key, self._clock, outside=place == "outside")

    async def _asked(self, caller: Caller, lesson: Lesson, messages: tuple[Message, ...]) -> Reply:
        """Try until something is heard or nothing helps; the cost of all tries is counted."""
        cost = Usage()
        tries = 0
        while True:
            dialect = self._dialect
            try:
                outcome, usage = await self._called(caller, lesson, messages)
            except TeachingStoppedError as error:
                if cost.total:
                    return Reply(usage=cost, failure=_spent_before(error))
                raise
            cost += usage
            match outcome:
                case Heard():
                    return self._understood(outcome, lesson, cost)
                case Missed():
                    if self._learned(dialect, outcome.complaint):
                        continue
                    tries += 1
                    if not await self._waited(outcome, tries):
                        return Reply(usage=cost, failure=outcome.failure)
                case unreachable:
                    assert_never(unreachable)

    async def _called(
        self, caller: Caller, lesson: Lesson, messages: tuple[Message, ...]
    ) -> tuple[Heard | Missed, Usage]:
        most = self._most(messages)
        settings = self._settings
        async with self._meter.reserved(most) as bill:
            sent = await self._pace.turn(most.total)
            outcome = await caller.call(
                self._dialect.turns(messages),
                self._dialect.parameters(
                    answer_schema(lesson.kinds),
                    answer_tokens=settings.answer_tokens,
                    temperature=settings.temperature,
                    logprobs=settings.logprobs,
                ),
            )
            _settle(bill, outcome, most)
            sent.tokens = bill.usage.total
        return outcome, bill.usage

    def _most(self, messages: tuple[Message, ...]) -> Usage:
        """What a call can take: no tokenizer makes more tokens of a text than it has bytes."""
        sent = sum(len(each.content.encode()) + _TOKENS_AROUND_A_TURN for each in messages)
        return Usage(sent, self._settings.answer_tokens)

    def _learned(self, dialect: Dialect, complaint: str) -> bool:
        """Whether the endpoint's refusal of a parameter says how to ask; it may be learned already."""
        if not complaint:
            return False
        if dialect != self._dialect:
            return True
        other = dialect.without(complaint)
        self._dialect = other or dialect
        return other is not None

    async def _waited(self, missed: Missed, tries: int) -> bool:
        """Whether another try is due, after the pause that goes before it."""
        if not missed.again or tries >= self._settings.tries:
            return False
        pause = pause_seconds(tries, missed.pause_seconds, self._chance())
        if pause > self._settings.longest_pause_seconds:
            return False
        if missed.pause_seconds is not None:
            self._pace.pause(pause)
        else:
            await self._sleep(pause)
        return True

    def _understood(self, heard: Heard, lesson: Lesson, cost: Usage) -> Reply:
        reply = Reply(model=heard.served, usage=cost)
        if failure := self._another_model(heard.served) or _unfinished(heard):
            return replace(reply, failure=failure)
        read = read_reply(heard.content, lesson, self.name)
        if isinstance(read, Failure):
            return replace(reply, failure=_cut() if heard.finish == "length" else read)
        chances = chances_of_answers(heard.content, heard.tokens, read)
        return replace(reply, taught=read, chances=chances)

    def _another_model(self, served: str) -> Failure | None:
        self._served = self._served or served
        if served == self._served or not served or self._settings.model_change == "record":
            return None
        return Failure(
            "model_changed",
            f"The endpoint {self._settings.base_url} answers as {served!r};"
            f" at first it was {self._served!r}.",
            "Ask for one exact version in teacher.model and begin a new dataset, or set"
            ' teacher.model_change = "record" to go on with both.',
            stops=True,
        )

    def _weighed(self, reply: Reply) -> Reply:
        """Count failures in a row; the one that is too many stops the run, in its own words."""
        failure = reply.failure
        self._failures_in_a_row = self._failures_in_a_row + 1 if failure else 0
        if (
            failure
            and not failure.stops
            and self._failures_in_a_row >= self._settings.failures_until_stop
        ):
            failure = Failure(
                "failures",
                f"{self._failures_in_a_row} lessons in a row came to nothing, the last one so:"
                f" {failure.message}",
                f"{failure.remedy} {_CONTINUE}".strip(),
                stops=True,
            )
        if failure and failure.stops:
            self._stopped = self._stopped or failure
        return replace(reply, failure=failure)


def _settle(bill: Bill, outcome: Heard | Missed, most: Usage) -> None:
    """What nobody counted is taken for the most it can have been."""
    assumed = replace(most, assumed=most.total)
    if isinstance(outcome, Heard):
        bill.settle(outcome.usage or assumed)
    elif outcome.billed:
        bill.settle(assumed)


def _unfinished(heard: Heard) -> Failure | None:
    if heard.refusal or heard.finish == "content_filter":
        said = heard.refusal or heard.content
        return Failure("refused", f"The model would not answer: {said[:160]!r}.")
    return None


def _cut() -> Failure:
    return Failure(
        "cut",
        "The answer was longer than was allowed and is cut off.",
        "Raise teacher.answer_tokens, or ask for fewer questions a lesson.",
    )


def _spent_before(error: TeachingStoppedError) -> Failure:
    """The budget ended between two tries: what the first one took must be kept."""
    return Failure("budget", error.message, error.remedy, stops=True)
