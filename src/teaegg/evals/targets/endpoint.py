"""The general model: any endpoint that speaks the OpenAI protocol, with its tokens and their price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from teaegg.core.clock import Clock
from teaegg.core.errors import AnswerFilteredError
from teaegg.core.settings import ChatModelSettings
from teaegg.evals.targets.speakers import ANSWER_TOKENS, Spoken, heard
from teaegg.models.base import Message
from teaegg.models.remote import OpenAIChat, Usage


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, in the currency of the settings."""

    prompt: float
    answer: float

    def of(self, usage: Usage) -> float:
        """What a call cost."""
        tokens = usage.prompt_tokens * self.prompt + usage.answer_tokens * self.answer
        return tokens / 1_000_000


class EndpointSpeaker:
    """What timeouts, 429 and 5xx stop is tried again as everywhere. It cannot be held to the letters
    of a choice: what it says is read. Without `prices` no price is kept, without a count of the
    endpoint's no tokens. What the endpoint's own filter declines is a refusal, not the end of the exam.
    """

    def __init__(
        self,
        settings: ChatModelSettings,
        clock: Clock,
        *,
        prices: Prices | None = None,
        max_tokens: int = ANSWER_TOKENS,
    ) -> None:
        self._chat = OpenAIChat(settings)
        self._clock = clock
        self._prices = prices
        self._max_tokens = max_tokens

    @property
    def name(self) -> str:
        return self._chat.name

    @property
    def fingerprint(self) -> str:
        return self._chat.fingerprint

    async def speak(self, messages: Sequence[Message]) -> Spoken:
        counted: list[Usage] = []
        speech = self._chat.stream_counted(
            messages, max_tokens=self._max_tokens, on_usage=counted.append
        )
        began = self._clock.monotonic_seconds()
        try:
            spoken = await heard(speech, self._clock)
        except AnswerFilteredError:
            return Spoken("", self._clock.monotonic_seconds() - began, refused=True)
        usage = counted[-1] if counted else Usage()
        return Spoken(
            spoken.text,
            spoken.seconds,
            spoken.first_seconds,
            usage.prompt_tokens,
            usage.answer_tokens,
            self._prices.of(usage) if self._prices and counted else None,
        )

    async def pick(self, messages: Sequence[Message], letters: str) -> Spoken:
        return await self.speak(messages)

    async def close(self) -> None:
        await self._chat.close()
