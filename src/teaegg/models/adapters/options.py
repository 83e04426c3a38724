"""The back end in llama.cpp: what serves is what is examined, and nothing else need be installed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from teaegg.core.errors import InvalidRequestError
from teaegg.models.adapters.chat import Speakers
from teaegg.models.llama.engine import Engine
from teaegg.models.llama.likelihoods import likelihoods
from teaegg.models.options import OptionQuestion, OptionReading, check_questions


@dataclass(frozen=True, slots=True)
class _Encoded:
    place: int
    prompt: tuple[int, ...]
    options: tuple[tuple[int, ...], ...]


class AdapterOptions:
    """Reads with `adapter` (None: the bare base) of a server, one question at a time.

    A beginning that the question before had as well is not read again. Log-probabilities then differ
    by some hundredths of a nat with what was asked before: llama.cpp computes in other batches.
    """

    def __init__(self, server: Speakers, adapter: str | None) -> None:
        self._server = server
        self._adapter = adapter

    @property
    def name(self) -> str:
        return self._adapter or self._server.base_name

    @property
    def fingerprint(self) -> str:
        """Of base and adapter together, once they have been loaded; "" before."""
        return self._server.fingerprint(self._adapter)

    async def read(self, questions: Sequence[OptionQuestion]) -> AsyncIterator[OptionReading]:
        check_questions(questions)
        loop = asyncio.get_running_loop()
        async with self._server.speaking(self._adapter) as (engine, _):
            encoded = await loop.run_in_executor(self._server.executor, _encoded, engine, questions)
        for question in encoded:
            yield await self._reading(question)

    async def close(self) -> None:
        """The server belongs to others as well and stays."""

    async def _reading(self, question: _Encoded) -> OptionReading:
        # A request like any other: a whole exam must not keep others from loading their adapters.
        async with self._server.speaking(self._adapter) as (engine, index):
            options = await asyncio.get_running_loop().run_in_executor(
                self._server.executor,
                lambda: likelihoods(
                    lambda body: engine.complete(body, adapter=index),
                    question.prompt,
                    question.options,
                ),
            )
        return OptionReading(question.place, options)


def _encoded(engine: Engine, questions: Sequence[OptionQuestion]) -> list[_Encoded]:
    """In the order of their tokens, so that neighbours begin alike."""
    texts = {text for question in questions for text in (question.prompt, *question.options)}
    plain = {text: engine.tokens(text) for text in texts}
    beginnings = {
        prefix: engine.tokens(prefix, beginning=True)
        for prefix in {question.prefix for question in questions}
    }
    encoded = [
        _Encoded(
            place,
            beginnings[question.prefix] + plain[question.prompt],
            tuple(plain[option] for option in question.options),
        )
        for place, question in enumerate(questions)
    ]
    for question in encoded:
        length = len(question.prompt) + max(map(len, question.options))
        if length > engine.context_tokens:
            raise InvalidRequestError(
                f"Question {question.place + 1} has {length} tokens; the model reads "
                f"{engine.context_tokens}.",
                remedy="Show fewer examples, shorten the question, or raise chat.context_tokens.",
            )
    return sorted(encoded, key=lambda question: question.prompt)
