"""The door that users use sits the exam: questions in, proved sentences with citations out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from teaegg.core.answers import Answer
from teaegg.core.clock import Clock
from teaegg.core.errors import ModelError
from teaegg.core.exams import ExamItem, Quoted, Response
from teaegg.evals.letters import choice_text
from teaegg.evals.targets.side_by_side import side_by_side
from teaegg.retrieval.events import AnswerEvent, AnswerReady, EvidenceFound, SentenceReady

Door = Callable[[Sequence[str]], AsyncIterator[AnswerEvent]]
"""Asks questions one after the other, in one conversation where there are several: the events of all
of them. Behind it stands whatever users reach; this room does not know it."""


class AnswererTarget:
    """What `door` answers, `at_once` items at a time. It searches by itself: passages of an item are
    not shown to it. `fingerprint` names the settings and documents that decide what it says."""

    def __init__(
        self, door: Door, clock: Clock, *, name: str, fingerprint: str, at_once: int = 1
    ) -> None:
        self._door = door
        self._clock = clock
        self._name = name
        self._fingerprint = fingerprint
        self._at_once = at_once

    @property
    def name(self) -> str:
        return self._name

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    async def respond(self, items: Sequence[ExamItem]) -> AsyncIterator[Response]:
        async for response in side_by_side(items, self._respond, at_once=self._at_once):
            yield response

    async def close(self) -> None:
        """What is behind the door belongs to others and stays."""

    async def _respond(self, item: ExamItem) -> Response:
        began = self._clock.monotonic_seconds()
        first: float | None = None
        answers: list[Answer] = []
        evidence: tuple[str, ...] = ()
        async for event in self._door(_questions(item)):
            if isinstance(event, EvidenceFound):
                evidence = tuple(found.passage.id for found in event.evidence)
            elif isinstance(event, SentenceReady) and first is None:
                first = self._clock.monotonic_seconds() - began
            elif isinstance(event, AnswerReady):
                answers.append(event.answer)
        if len(answers) < len(item.questions):
            raise ModelError(
                f"{self._name} left {len(item.questions) - len(answers)} questions of the item "
                f"{item.id} without an answer.",
                remedy="Look at the log; the same command goes on where it stood.",
            )
        return _response(item, answers, evidence, self._clock.monotonic_seconds() - began, first)


def _questions(item: ExamItem) -> tuple[str, ...]:
    """A choice is asked with its options below it, as a person would paste it."""
    return (choice_text(item.questions[0], item.options), *item.questions[1:])


def _response(
    item: ExamItem,
    answers: Sequence[Answer],
    evidence: tuple[str, ...],
    seconds: float,
    first: float | None,
) -> Response:
    last = answers[-1]
    cited = [citation for sentence in last.sentences for citation in sentence.citations]
    return Response(
        item=item.hash,
        text=last.text,
        replies=tuple(answer.text for answer in answers) if len(answers) > 1 else (),
        citations=tuple(
            Quoted(document=c.document, passage=c.passage, quote=c.quote) for c in cited
        ),
        evidence=evidence,
        refused=last.verdict != "answered",
        seconds=seconds,
        first_seconds=first,
        trace=last.trace,
    )
