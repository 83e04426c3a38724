"""Who speaks: a reply to some turns, and what it took. A model that runs here, or behind an endpoint."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from teaegg.core.clock import Clock
from teaegg.models.base import ChatModel, Message
from teaegg.models.templates import ChatTemplate

ANSWER_TOKENS = 256
"""The longest answer to one question, unless told."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A whole reply; `first_seconds` until its first words, None where it had none or they were not
    heard apart. Tokens are 0 and `price` None where nobody counted. `refused`: who speaks declared that
    it declines."""

    text: str
    seconds: float
    first_seconds: float | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0
    price: float | None = None
    refused: bool = False


class Speaker(Protocol):
    """Raises ModelError and ModelUnavailableError."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    async def speak(self, messages: Sequence[Message]) -> Spoken: ...

    async def pick(self, messages: Sequence[Message], letters: str) -> Spoken:
        """A reply that should be one of `letters`; who can be held to it says nothing else."""
        ...

    async def close(self) -> None: ...


class ChatSpeaker:
    """`chat` as it is. Behind a `template` it is held to the letters of a choice; without one it says
    what it likes. It is cut at `stop` where that stands for the `stops`-th time: who was never tuned does
    not know when to end."""

    def __init__(
        self,
        chat: ChatModel,
        clock: Clock,
        *,
        template: ChatTemplate | None = None,
        max_tokens: int = ANSWER_TOKENS,
        stop: str = "",
        stops: int = 1,
    ) -> None:
        self._chat = chat
        self._clock = clock
        self._template = template
        self._max_tokens = max_tokens
        self._stop = stop
        self._stops = stops

    @property
    def name(self) -> str:
        return self._chat.name

    @property
    def fingerprint(self) -> str:
        return self._chat.fingerprint

    async def speak(self, messages: Sequence[Message]) -> Spoken:
        speech = self._chat.stream(messages, max_tokens=self._max_tokens)
        return await heard(speech, self._clock, stop=self._stop, stops=self._stops)

    async def pick(self, messages: Sequence[Message], letters: str) -> Spoken:
        if self._template is None:
            return await self.speak(messages)
        began = self._clock.monotonic_seconds()
        prompt = self._template.prompt(messages)
        options = behind(self._template, letters)
        chosen = await self._chat.choose(prompt, options, picks=1)
        return Spoken(letters[chosen.picked[0]], self._clock.monotonic_seconds() - began)

    async def close(self) -> None:
        """The model belongs to whoever lent it and stays."""


def behind(template: ChatTemplate, words: Sequence[str]) -> tuple[str, ...]:
    """The words as they follow the opening of an answer: with a space behind "Answer:"."""
    space = " " if template.prompt([]).endswith(":") else ""
    return tuple(f"{space}{word}" for word in words)


async def heard(
    speech: AsyncIterator[str], clock: Clock, *, stop: str = "", stops: int = 1
) -> Spoken:
    """All of a stream, up to the `stops`-th `stop` ("": to its end), with the time that it took."""
    began = clock.monotonic_seconds()
    first, said = None, ""
    async for piece in speech:
        said = (said + piece).lstrip()
        if said and first is None:
            first = clock.monotonic_seconds() - began
        if stop and said.count(stop) >= stops:
            # Closed at once, so that the engine does not go on for nobody.
            if isinstance(speech, AsyncGenerator):
                await speech.aclose()
            said = stop.join(said.split(stop)[:stops])
            break
    return Spoken(said.strip(), clock.monotonic_seconds() - began, first)
