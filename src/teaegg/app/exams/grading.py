"""Drafts graded by the points of their rubric: by a judging model, by people, and how far both agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from teaegg.core.clock import Clock
from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import Exam, ExamItem, Response
from teaegg.evals.examining import Tell
from teaegg.evals.judging.grades import agreement_with_people
from teaegg.evals.judging.judge import Judge, Ungraded
from teaegg.evals.judging.likeness import same_model_warning
from teaegg.evals.statistics.agreement import Agreement
from teaegg.models.base import ChatModel
from teaegg.store.exams.sittings import Grade, Sitting, SittingRecords
from teaegg.store.lines import read_lines

_SEED = 1


class HumanGrade(BaseModel):
    """A line of a file of grades: the item by its id, each point of its rubric from 0 to 1, in its
    order, and who gave them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str = Field(min_length=1)
    grader: str = Field(min_length=1, max_length=200)
    points: tuple[float, ...] = Field(min_length=1)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judge did: `graded` now, items it gave no usable grade, a `warning` where it is the
    examinee's own model, and its agreement with people (None: no item that both graded)."""

    judge: str
    graded: int
    ungraded: tuple[Ungraded, ...]
    warning: str
    agreement: Agreement | None


class Grading:
    """Grades of sittings that are kept."""

    def __init__(self, sittings: SittingRecords, clock: Clock) -> None:
        self._sittings = sittings
        self._clock = clock

    async def judge(
        self,
        exam: Exam,
        sitting: Sitting,
        responses: Mapping[str, Response],
        chat: ChatModel,
        tell: Tell,
    ) -> Judged:
        """Grade what has a rubric and no grade of this judge; each grade is kept as it comes. Raises
        InvalidRequestError where nothing has a rubric, ModelUnavailableError when the judge is away.
        """
        with_rubric = [item for item in exam.items if item.rubric and item.hash in responses]
        if not with_rubric:
            raise InvalidRequestError(
                f"No answered item of {exam.name} has a rubric to grade by.",
                remedy="Add a rubric to an item: teaegg exam edit",
            )
        known = {
            grade.item
            for grade in await self._sittings.grades(sitting.id)
            if grade.grader == chat.name and not grade.is_person
        }
        left = [item for item in with_rubric if item.hash not in known]
        ungraded: list[Ungraded] = []
        judge, done = Judge(chat, exam.language, self._clock), len(known)
        asked = ((item, responses[item.hash]) for item in left)
        async for grade in judge.grades(asked):
            if isinstance(grade, Ungraded):
                ungraded.append(grade)
            else:
                await self._sittings.grade(sitting.id, [grade])
            done += 1
            tell(done, len(with_rubric))
        grades = await self._sittings.grades(sitting.id)
        return Judged(
            judge=chat.name,
            graded=len(left) - len(ungraded),
            ungraded=tuple(ungraded),
            warning=same_model_warning(
                chat, sitting.target, sitting.fingerprint, language=exam.language
            ),
            agreement=agreement_with_people(grades, chat.name, seed=_SEED),
        )

    async def take(self, exam: Exam, sitting: Sitting, path: Path) -> int:
        """Grades of people from JSON Lines; how many there were. All of the file or nothing: raises
        InvalidRequestError that names the line, the item or the points that are wrong."""
        items = {item.id: item for item in exam.items}
        lines = list(read_lines(path, HumanGrade))
        grades = [
            Grade(
                _graded(items, line).hash,
                line.grader,
                line.points,
                self._clock.now(),
                line.why,
                True,
            )
            for line in lines
        ]
        await self._sittings.grade(sitting.id, grades)
        return len(grades)


def _graded(items: Mapping[str, ExamItem], line: HumanGrade) -> ExamItem:
    item = items.get(line.item)
    if item is None:
        raise InvalidRequestError(
            f"The exam has no item {line.item!r} to grade.", remedy="Nothing was taken: correct it."
        )
    points: Sequence[float] = line.points
    if len(points) != len(item.rubric) or not all(0 <= point <= 1 for point in points):
        raise InvalidRequestError(
            f"{line.grader} gave item {item.id} {list(points)}; expected {len(item.rubric)} points, "
            "each from 0 to 1.",
            remedy="Nothing was taken: correct it.",
        )
    return item
