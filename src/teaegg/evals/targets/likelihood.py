"""A model sits choices without a word: how likely is each letter, or each option as a statement."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Sequence
from typing import Literal

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import LETTERS, ExamItem, Response
from teaegg.evals.targets.model import Find, found_for, shown
from teaegg.evals.targets.prompting import TRUTH, Prompting
from teaegg.evals.targets.speakers import behind
from teaegg.models.options import OptionQuestion, OptionReader, OptionReading
from teaegg.models.templates import ChatTemplate
from teaegg.retrieval.reading_prompt import ShownPassage

ChoiceForm = Literal["letters", "statements"]
"""`letters`: all options at once, one letter is said. `statements`: each option by itself is right or
not, so that no place among them can be favoured; for models that cannot bind a letter to a fact."""
_FOUND_AT_ONCE = 64


class OptionTarget:
    """Answers items of the form choice, by the log-likelihood of their options. Of a statement it is
    that of "right" against "wrong". Items are read many at a time, so no time of its own is known.
    """

    def __init__(
        self,
        reader: OptionReader,
        template: ChatTemplate,
        prompting: Prompting,
        *,
        name: str = "",
        fingerprint: str = "",
        form: ChoiceForm = "letters",
        find: Find | None = None,
    ) -> None:
        self._reader = reader
        self._template = template
        self._prompting = prompting
        self._name = name
        self._fingerprint = fingerprint
        self._form = form
        self._find = find

    @property
    def name(self) -> str:
        return self._name or self._reader.name

    @property
    def fingerprint(self) -> str:
        return self._fingerprint or self._reader.fingerprint

    async def respond(self, items: Sequence[ExamItem]) -> AsyncIterator[Response]:
        """Raises InvalidRequestError for an item that is no choice, before anything is read."""
        if other := [item.id for item in items if item.form != "choice"]:
            raise InvalidRequestError(
                f"{len(other)} items have no options to compare: {', '.join(other[:5])}.",
                remedy="Let a target that speaks answer them.",
            )
        # All at once where nothing is searched: what is shared is then read once.
        size = _FOUND_AT_ONCE if self._find else max(1, len(items))
        for start in range(0, len(items), size):
            async for response in self._read(items[start : start + size]):
                yield response

    async def close(self) -> None:
        await self._reader.close()

    async def _read(self, items: Sequence[ExamItem]) -> AsyncIterator[Response]:
        questions: list[OptionQuestion] = []
        owners: list[int] = []
        evidence: list[tuple[str, ...]] = []
        for place, item in enumerate(items):
            found = await found_for(item, self._find)
            evidence.append(tuple(passage.id for passage in found or ()))
            asked = self._questions(item, shown(found))
            questions += asked
            owners += [place] * len(asked)
        gathered: dict[int, dict[int, OptionReading]] = {}
        async for reading in self._reader.read(questions):
            owner = owners[reading.place]
            mine = gathered.setdefault(owner, {})
            mine[reading.place] = reading
            if len(mine) == owners.count(owner):
                nats = self._nats([mine[asked] for asked in sorted(mine)])
                yield Response(item=items[owner].hash, options=nats, evidence=evidence[owner])

    def _questions(
        self, item: ExamItem, found: Sequence[ShownPassage] | None
    ) -> list[OptionQuestion]:
        if self._form == "letters":
            letters = behind(self._template, LETTERS[: len(item.options)])
            shared, own = self._prompting.shared("choice"), self._prompting.turns(item, found)
            return [OptionQuestion.of(self._template, shared, own, letters)]
        words = behind(self._template, TRUTH[self._prompting.language])
        return [
            OptionQuestion.of(
                self._template, (), self._prompting.statement(item, option, found), words
            )
            for option in item.options
        ]

    def _nats(self, readings: Sequence[OptionReading]) -> tuple[float, ...]:
        if self._form == "letters":
            return tuple(option.nats for option in readings[0].options)
        return tuple(_true(*(option.nats for option in one.options)) for one in readings)


def _true(right: float, wrong: float) -> float:
    """log of p(right) / (p(right) + p(wrong)), without overflow."""
    difference = wrong - right
    return -(max(difference, 0.0) + math.log1p(math.exp(-abs(difference))))
