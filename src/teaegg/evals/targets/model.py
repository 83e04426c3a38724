"""A model sits the exam in words: bare, with examples, with passages, or as an expert."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from teaegg.core.documents import Passage
from teaegg.core.exams import LETTERS, ExamItem, Response
from teaegg.evals.targets.prompting import Prompting
from teaegg.evals.targets.side_by_side import side_by_side
from teaegg.evals.targets.speakers import Speaker, Spoken
from teaegg.models.base import Message
from teaegg.retrieval.compose import says_nothing
from teaegg.retrieval.reading_prompt import ShownPassage, reading_messages

Find = Callable[[str], Awaitable[Sequence[Passage]]]
"""Searches: a question in, the passages found for it, best first."""


class ModelTarget:
    """`speaker` is asked as `prompting` says, `at_once` items at a time.

    With `find` it reads what was found for an item instead of the item's own passages. `name` and
    `fingerprint` are the speaker's unless told; tell them where a model knows its own only once it is
    loaded.
    """

    def __init__(
        self,
        speaker: Speaker,
        prompting: Prompting,
        *,
        name: str = "",
        fingerprint: str = "",
        find: Find | None = None,
        at_once: int = 1,
    ) -> None:
        self._speaker = speaker
        self._prompting = prompting
        self._name = name
        self._fingerprint = fingerprint
        self._find = find
        self._at_once = at_once

    @property
    def name(self) -> str:
        return self._name or self._speaker.name

    @property
    def fingerprint(self) -> str:
        return self._fingerprint or self._speaker.fingerprint

    async def respond(self, items: Sequence[ExamItem]) -> AsyncIterator[Response]:
        async for response in side_by_side(items, self._respond, at_once=self._at_once):
            yield response

    async def close(self) -> None:
        await self._speaker.close()

    async def _respond(self, item: ExamItem) -> Response:
        found = await found_for(item, self._find)
        turns = [*self._prompting.shared(item.form), *self._prompting.turns(item, shown(found))]
        spoken = [await self._first(item, turns)]
        for question in item.questions[1:]:
            turns.append(Message("assistant", spoken[-1].text))
            turns += reading_messages(question, (), language=self._prompting.language)
            spoken.append(await self._speaker.speak(turns))
        return _response(item, spoken, found)

    async def _first(self, item: ExamItem, turns: Sequence[Message]) -> Spoken:
        if item.form == "choice":
            return await self._speaker.pick(turns, LETTERS[: len(item.options)])
        return await self._speaker.speak(turns)


async def found_for(item: ExamItem, find: Find | None) -> Sequence[Passage] | None:
    """What is found for an item with its options; None where nobody searches."""
    if find is None:
        return None
    return await find("\n".join((item.questions[0], *item.options)))


def shown(found: Sequence[Passage] | None) -> list[ShownPassage] | None:
    """Found passages as they are shown."""
    return None if found is None else [ShownPassage.of(passage) for passage in found]


def _response(
    item: ExamItem, spoken: Sequence[Spoken], found: Sequence[Passage] | None
) -> Response:
    """A multi-turn item took as long, and cost as much, as all of its turns."""
    last = spoken[-1]
    prices = [one.price for one in spoken if one.price is not None]
    return Response(
        item=item.hash,
        text=last.text,
        replies=tuple(one.text for one in spoken) if len(spoken) > 1 else (),
        evidence=tuple(passage.id for passage in found or ()),
        # Only the line that it was offered is a declaration; other wording is the scorer's to judge.
        refused=True if last.refused or says_nothing(last.text) else None,
        seconds=sum(one.seconds for one in spoken),
        first_seconds=spoken[0].first_seconds,
        prompt_tokens=sum(one.prompt_tokens for one in spoken),
        answer_tokens=sum(one.answer_tokens for one in spoken),
        price=sum(prices) if prices else None,
    )
