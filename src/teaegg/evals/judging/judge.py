"""A model as judge. It can only pick a mark: prose is no grade, it is told and nothing else is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime

from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError, ModelError, ModelUnavailableError
from teaegg.core.exams import ExamItem, Response
from teaegg.core.scenes import Language
from teaegg.evals.judging.prompts import OPTIONS, POINTS, point_prompt
from teaegg.evals.targets.side_by_side import side_by_side
from teaegg.models.base import ChatModel
from teaegg.store.exams.sittings import Grade

_ITEMS_AT_ONCE = 4
"""An endpoint answers several as fast as one; a model in this process takes them in turn."""


@dataclass(frozen=True, slots=True)
class Ungraded:
    """An item that the judge gave no usable grade: why, and what to do about it."""

    item: str
    why: str
    remedy: str


class Judge:
    """Grades by `chat`, in the language of the exam. Its grades carry the model's name."""

    def __init__(self, chat: ChatModel, language: Language, clock: Clock) -> None:
        self._chat = chat
        self._language = language
        self._clock = clock

    async def grade(self, item: ExamItem, response: Response) -> Grade | Ungraded:
        """Each point of the item's rubric by itself; one that cannot be marked leaves the item ungraded.

        Raises InvalidRequestError for an item without a rubric, ModelUnavailableError when the model
        does not answer: what was graded before stands, and the rest can be asked later.
        """
        if not item.rubric:
            raise InvalidRequestError(
                f"Item {item.id} has no rubric; expected the points that a reply must make.",
                remedy="Add a rubric to the item, or leave it to its scorer.",
            )
        points = []
        for point in item.rubric:
            try:
                points.append(await self._mark(item, response, point))
            except ModelUnavailableError:
                raise
            except ModelError as error:
                return Ungraded(item.hash, error.message, error.remedy)
        return self._grade(item, points, self._clock.now())

    async def grades(
        self, answered: Iterable[tuple[ExamItem, Response]]
    ) -> AsyncIterator[Grade | Ungraded]:
        """Each as soon as it is there, to be kept at once, in whatever order. Raises as `grade`, after
        the grades that were under way."""
        async for found in side_by_side(
            answered, lambda pair: self.grade(*pair), at_once=_ITEMS_AT_ONCE
        ):
            yield found

    async def _mark(self, item: ExamItem, response: Response, point: str) -> float:
        if not response.text.strip():
            return POINTS[-1]
        prompt = point_prompt(item, response, point, self._language)
        choice = await self._chat.choose(prompt, OPTIONS[self._language], picks=1)
        if len(choice.picked) != 1 or choice.picked[0] not in range(len(POINTS)):
            raise ModelError(
                f"The judge {self._chat.name} did not keep to the marks it was offered.",
                remedy="Use a judge that supports constrained output (a JSON schema).",
            )
        return POINTS[choice.picked[0]]

    def _grade(self, item: ExamItem, points: list[float], at: datetime) -> Grade:
        marks = dict(zip(POINTS, OPTIONS[self._language], strict=True))
        why = ", ".join(marks[point] for point in points)
        return Grade(item.hash, self._chat.name, tuple(points), at, why)
