"""Two ways to ask one examinee: choices by their options, everything else in words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from teaegg.core.exams import ExamItem, Response
from teaegg.evals.targets.base import Target


class ByForm:
    """`choices` answers items of the form choice, `words` all others; it is called what `words` is."""

    def __init__(self, choices: Target, words: Target) -> None:
        self._choices = choices
        self._words = words

    @property
    def name(self) -> str:
        return self._words.name

    @property
    def fingerprint(self) -> str:
        return self._words.fingerprint

    async def respond(self, items: Sequence[ExamItem]) -> AsyncIterator[Response]:
        for target, mine in (
            (self._choices, [item for item in items if item.form == "choice"]),
            (self._words, [item for item in items if item.form != "choice"]),
        ):
            if mine:
                async for response in target.respond(mine):
                    yield response

    async def close(self) -> None:
        await self._choices.close()
        await self._words.close()
