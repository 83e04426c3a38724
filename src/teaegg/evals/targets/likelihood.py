"""A model sits choices without a word: how likely is each letter, or each option as a statement."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Literal

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import LETTERS, ExamItem, Response
from teaegg.evals.letters import WorkedChoice, choice_prefix, letter_question
from teaegg.evals.positions import Nats, belief, rotated
from teaegg.evals.targets.model import Find, found_for, shown
from teaegg.evals.targets.prompting import TRUTH, Prompting
from teaegg.evals.targets.speakers import behind
from teaegg.models.options import OptionQuestion, OptionReader
from teaegg.models.templates import ChatTemplate, is_plain
from teaegg.retrieval.reading_prompt import ShownPassage

ChoiceForm = Literal["letters", "rotated letters", "statements"]
"""`letters`: all options at once, one letter is said. `rotated letters`: the same with every option at
every place once, so that a love of places drops out, for as many readings as options. `statements`: each
option by itself is right or not; for models that cannot bind a letter to a fact."""
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
        left = Counter(owners)
        gathered: dict[int, dict[int, Nats]] = defaultdict(dict)
        async for reading in self._reader.read(questions):
            owner = owners[reading.place]
            gathered[owner][reading.place] = [option.nats for option in reading.options]
            left[owner] -= 1
            if not left[owner]:
                mine = gathered.pop(owner)
                nats = self._nats([mine[place] for place in sorted(mine)])
                yield Response(item=items[owner].hash, options=nats, evidence=evidence[owner])

    def _questions(
        self, item: ExamItem, found: Sequence[ShownPassage] | None
    ) -> list[OptionQuestion]:
        match self._form:
            case "letters":
                return [self._lettered(item, found)]
            case "rotated letters":
                shifts = range(len(item.options))
                turns = [rotated(item.options, shift) for shift in shifts]
                return [
                    self._lettered(item.model_copy(update={"options": options}), found)
                    for options in turns
                ]
            case "statements":
                words = behind(self._template, TRUTH[self._prompting.language])
                stated = partial(self._prompting.statement, item, found=found)
                return [
                    OptionQuestion.of(self._template, (), stated(option), words)
                    for option in item.options
                ]

    def _lettered(self, item: ExamItem, found: Sequence[ShownPassage] | None) -> OptionQuestion:
        """In plain text, where nothing is shown beside it, worded as published figures were taken."""
        prompting, passages = self._prompting, found
        if passages is None:
            passages = prompting.passages(item)
        if is_plain(self._template) and not passages:
            examples = [one for one in prompting.examples if one.form == "choice"]
            worked = [
                WorkedChoice(one.questions[0], one.options, one.right_place) for one in examples
            ]
            prefix = choice_prefix(worked, prompting.language)
            return letter_question(
                item.questions[0], item.options, prompting.language, prefix=prefix
            )
        letters = behind(self._template, LETTERS[: len(item.options)])
        shared, own = prompting.shared("choice"), prompting.turns(item, passages)
        return OptionQuestion.of(self._template, shared, own, letters)

    def _nats(self, readings: Sequence[Nats]) -> tuple[float, ...]:
        match self._form:
            case "letters":
                return tuple(readings[0])
            case "rotated letters":
                return belief(readings)
            case "statements":
                return tuple(_true(right, wrong) for right, wrong in readings)


def _true(right: float, wrong: float) -> float:
    """log of p(right) / (p(right) + p(wrong)), without overflow."""
    difference = wrong - right
    return -(max(difference, 0.0) + math.log1p(math.exp(-abs(difference))))
