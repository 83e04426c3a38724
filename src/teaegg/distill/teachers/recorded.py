"""A teacher whose answers are recorded: asked once, repeated for ever, with or without the teacher."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from teaegg.core.clock import Clock
from teaegg.core.errors import ModelError
from teaegg.distill.rows import TaughtPiece
from teaegg.distill.teachers.base import Lesson, Taught, Teacher
from teaegg.distill.teachers.chances import pieces_of_answer
from teaegg.distill.teachers.lesson_prompt import check_lesson, lesson_hash
from teaegg.distill.teachers.recording import Record, Recording
from teaegg.distill.teachers.replies import Pieces, Reply, ReplyingTeacher

_SHOWN_HEX_DIGITS = 12


class RecordedTeacher:
    """Keeps `Teacher`, `ReplyingTeacher` and `RememberingTeacher`. Without `teacher` only what is
    recorded can be taught."""

    def __init__(self, recording: Recording, clock: Clock, teacher: Teacher | None = None) -> None:
        self._recording = recording
        self._clock = clock
        self._teacher = teacher
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def name(self) -> str:
        return self._teacher.name if self._teacher else "recorded"

    @property
    def fingerprint(self) -> str:
        if self._teacher:
            return self._teacher.fingerprint
        return f"recorded:{self._recording.fingerprint}"

    async def teach(self, lesson: Lesson) -> tuple[Taught, ...]:
        """As the recorded teacher raised; ModelError for a lesson that nobody recorded."""
        return (await self.reply(lesson)).usable()

    async def reply(self, lesson: Lesson) -> Reply:
        check_lesson(lesson)
        name = lesson_hash(lesson)
        if self._teacher is None:
            return self._repeated(name, lesson)
        # Two who ask for the same at a time pay once.
        async with self._asking[name]:
            known = self._recording.answer(name, self._teacher.fingerprint)
            return known.reply if known else await self._asked(name, lesson, self._teacher)

    def pieces(self) -> Pieces:
        found: dict[tuple[str, str], tuple[TaughtPiece, ...]] = {}
        for record in self._recording.records():
            reply = record.reply
            for taught, tokens in zip(reply.taught, reply.chances, strict=False):
                answer = taught.answer.strip()
                if made := pieces_of_answer(answer, tokens):
                    found[taught.question.strip(), answer] = made
        return found

    async def close(self) -> None:
        if self._teacher:
            await self._teacher.close()

    async def _asked(self, name: str, lesson: Lesson, teacher: Teacher) -> Reply:
        if isinstance(teacher, ReplyingTeacher):
            reply = await teacher.reply(lesson)
        else:
            reply = Reply(tuple(await teacher.teach(lesson)), teacher.name)
        record = Record(
            lesson=name,
            teacher=teacher.fingerprint,
            at=self._clock.now(),
            documents=tuple(dict.fromkeys(each.document for each in lesson.passages)),
            reply=reply,
        )
        await self._recording.add(record)
        return reply

    def _repeated(self, name: str, lesson: Lesson) -> Reply:
        record = self._recording.latest(name)
        if record is None:
            first = lesson.passages[0]
            raise ModelError(
                f"Nothing is recorded in {self._recording.path} for lesson {name[:_SHOWN_HEX_DIGITS]}"
                f" ({', '.join(lesson.kinds)}; {first.title!r}, passage {first.ordinal + 1}).",
                remedy='Set teacher.engine = "endpoint" to have it taught, or undo what changed:'
                " the passage, the kinds, the count, or who asks in the scene.",
            )
        return record.reply
