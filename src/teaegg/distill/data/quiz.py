"""The student is asked before it is taught: what it knows already needs fewer rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from teaegg.core.documents import Passage
from teaegg.distill.data.checking.verify import plain
from teaegg.distill.data.records import Asked, Quizzed
from teaegg.models.base import ChatModel, Message
from teaegg.retrieval.query import language_of
from teaegg.retrieval.reading_prompt import ShownPassage, reading_messages
from teaegg.store.lines import read_lines, write_lines

FILE_NAME = "quizzed.jsonl"
_WRITTEN_EVERY = 10
_MOST_TOKENS = 120


class Student(Protocol):
    """Who will be taught. `fingerprint` names the exact weights. Raises ModelError."""

    @property
    def fingerprint(self) -> str: ...

    async def answer(self, messages: Sequence[Message]) -> str:
        """What it says to a prompt of `retrieval.reading_prompt`."""
        ...


class ChatStudent:
    """A language model as a student: its most likely answer."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat

    @property
    def fingerprint(self) -> str:
        return self._chat.fingerprint

    async def answer(self, messages: Sequence[Message]) -> str:
        pieces = [piece async for piece in self._chat.stream(messages, max_tokens=_MOST_TOKENS)]
        return "".join(pieces).strip()


async def quiz(
    student: Student,
    items: Sequence[Asked],
    passages: Mapping[str, Passage],
    path: Path,
    on_progress: Callable[[int, int], None],
) -> list[Quizzed]:
    """What the student says to each item with the right passages before it; known results are read
    from `path`, new ones written to it now and then, so that an interrupted quiz goes on."""
    results = [item for item in read_results(path) if item.student == student.fingerprint]
    known = {result.id for result in results}
    for number, item in enumerate(items, start=1):
        if item.id not in known:
            said = await student.answer(_prompt(item, passages))
            results.append(
                Quizzed(
                    id=item.id,
                    documents=item.documents,
                    student=student.fingerprint,
                    right=is_right(said, item.answer),
                    said=said[:500],
                )
            )
        if number % _WRITTEN_EVERY == 0 or number == len(items):
            write_lines(path, results)
            on_progress(number, len(items))
    asked = {item.id for item in items}
    return [result for result in results if result.id in asked]


def read_results(path: Path) -> list[Quizzed]:
    """What is known of earlier quizzes."""
    return list(read_lines(path, Quizzed)) if path.is_file() else []


def is_right(said: str, answer: str) -> bool:
    """Whether the lines of `said` are those of `answer`, marks, blanks and widths aside."""
    return _lines(said) == _lines(answer)


def _lines(text: str) -> list[str]:
    return sorted(filter(None, (plain(line) for line in text.split("\n"))))


def _prompt(item: Asked, passages: Mapping[str, Passage]) -> tuple[Message, ...]:
    names = dict.fromkeys(proof.passage for proof in item.proofs)
    shown = [ShownPassage.of(passages[name]) for name in names if name in passages]
    return reading_messages(item.question, shown, language=language_of(item.question))
