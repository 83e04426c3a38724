"""Items as the page and the tables show them: what was asked, what is right, what each examinee said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from teaegg.core.exams import LETTERS, ExamItem, Response
from teaegg.evals.report import numbers
from teaegg.evals.report.base import Answered, Examinee, ExamReport
from teaegg.evals.report.figures import Standing, standing
from teaegg.evals.report.wording import Wording

Marks = Literal["full", "part", "none", "unanswered"]


@dataclass(frozen=True, slots=True)
class Reply:
    """What one examinee made of an item. `score` is in points, `parts` are measures beside it."""

    name: str
    marks: Marks
    score: str
    said: tuple[str, ...]
    why: str
    parts: tuple[str, ...]
    quotes: tuple[str, ...]
    measured: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One item. `right` stands under `right_title`; `scores` are those of the examinees in order,
    "" for none, for the page's filter."""

    number: int
    item: ExamItem
    standing: Standing
    right_title: str
    right: tuple[str, ...]
    replies: tuple[Reply, ...]
    scores: str


def entries(report: ExamReport, say: Wording) -> Iterator[Entry]:
    """Every item of the exam in its order, counted or not."""
    for number, item in enumerate(report.exam.items, start=1):
        found = [examinee.answered.get(item.hash) for examinee in report.examinees]
        title, right = _right(item, say)
        yield Entry(
            number=number,
            item=item,
            standing=standing(item, report.signed, report.contaminated),
            right_title=title,
            right=right,
            replies=tuple(
                _reply(examinee, item, report.currency, say) for examinee in report.examinees
            ),
            scores=",".join(f"{one.score.value:.6g}" if one else "" for one in found),
        )


def _right(item: ExamItem, say: Wording) -> tuple[str, tuple[str, ...]]:
    if item.form == "choice":
        return say["right answer"], (f"{item.right[0]}. {item.options[item.right_place]}",)
    if item.rubric:
        return say["must make"], item.rubric
    if item.shape:
        return say["must have"], (item.shape,)
    if item.right:
        return say["right answer"], item.right
    return say["must decline"], ()


def _reply(examinee: Examinee, item: ExamItem, currency: str, say: Wording) -> Reply:
    answered = examinee.answered.get(item.hash)
    if answered is None:
        said = (say["said nothing"],)
        return Reply(examinee.name, "unanswered", numbers.MISSING, said, "", (), (), ())
    response, score = answered.response, answered.score
    return Reply(
        name=examinee.name,
        marks=marks_of(score.value),
        score=f"{100 * score.value:.3g}",
        said=_said(item, answered, say),
        why=score.why,
        parts=tuple(f"{name} {100 * value:.3g}" for name, value in score.parts.items()),
        quotes=tuple(quoted.quote for quoted in response.citations),
        measured=tuple(_measured(response, currency, say)),
    )


def marks_of(score: float) -> Marks:
    """The score in words; page and filter use the same."""
    if score >= 1:
        return "full"
    return "part" if score > 0 else "none"


def _said(item: ExamItem, answered: Answered, say: Wording) -> tuple[str, ...]:
    """Every reply; an examinee whose options were read said nothing, but preferred one."""
    response = answered.response
    replies = response.replies or (response.text,)
    if any(reply.strip() for reply in replies):
        return replies
    if response.options and item.form == "choice" and not answered.score.why:
        preferred = max(range(len(response.options)), key=response.options.__getitem__)
        return (say["chose"].format(letter=LETTERS[preferred]),)
    if response.refused:
        return (say["declined"],)
    return () if response.options else (say["empty"],)


def _measured(response: Response, currency: str, say: Wording) -> Iterator[str]:
    if response.seconds is not None:
        yield say["took"].format(seconds=numbers.three_digits(response.seconds))
    if tokens := response.prompt_tokens + response.answer_tokens:
        yield say["tokens count"].format(tokens=f"{tokens:,}")
    if response.price is not None:
        yield f"{response.price:.3g} {currency}"
