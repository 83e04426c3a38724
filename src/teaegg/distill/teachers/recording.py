"""What a teacher answered, one JSON object a line: written at once, so that a killed run loses none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from teaegg.core.errors import InvalidRequestError, StorageError
from teaegg.core.ids import text_hash
from teaegg.distill.teachers.replies import NO_USAGE, Reply, Usage
from teaegg.store.lines import append_content


class Record(BaseModel):
    """One call: the hash of its lesson, the fingerprint of the teacher, the reply, and when (UTC).

    `documents` are the ids of the documents that were shown: forgetting one deletes the line.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    lesson: str
    teacher: str
    at: datetime
    documents: tuple[str, ...]
    reply: Reply


class Recording:
    """The file in memory and on disk. `dropped` says what was lost of a torn last line, in bytes.

    Raises InvalidRequestError, naming the line, for a file that is no recording, StorageError when
    it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dropped = 0
        self._answers: dict[tuple[str, str], Record] = {}
        self._latest: dict[str, Record] = {}
        self._spent: dict[str, Usage] = {}
        self._served: dict[str, str] = {}
        self._writing = asyncio.Lock()
        for record in self._records():
            self._keep(record)

    def answer(self, lesson: str, teacher: str) -> Record | None:
        """What `teacher` answered to the lesson of this hash; a call that came to nothing is none."""
        return self._answers.get((lesson, teacher))

    def latest(self, lesson: str) -> Record | None:
        """The last record of the lesson, whoever answered; a failure only where nobody answered."""
        return self._latest.get(lesson)

    def spent(self, teacher: str) -> Usage:
        """What all calls of this teacher took, those that came to nothing included."""
        return self._spent.get(teacher, NO_USAGE)

    def served(self, teacher: str) -> str:
        """The model that answered first, by its own word."""
        return self._served.get(teacher, "")

    def records(self) -> Iterator[Record]:
        """The last record of every lesson, with its answers and, where they were asked for, their
        probabilities."""
        yield from self._latest.values()

    @property
    def fingerprint(self) -> str:
        """Of all that is recorded: another answer makes another fingerprint."""
        return text_hash("\n".join(sorted(record.model_dump_json() for record in self.records())))

    async def add(self, record: Record) -> None:
        """On the disk when this returns."""
        line = f"{record.model_dump_json()}\n".encode()
        async with self._writing:
            await asyncio.to_thread(self._append, line)
            self._keep(record)

    def _keep(self, record: Record) -> None:
        teacher = record.teacher
        self._spent[teacher] = self.spent(teacher) + record.reply.usage
        failed = record.reply.failure is not None
        if not failed:
            self._answers[record.lesson, teacher] = record
            self._served.setdefault(teacher, record.reply.model)
        before = self._latest.get(record.lesson)
        if before is None or before.reply.failure or not failed:
            self._latest[record.lesson] = record

    def _records(self) -> Iterator[Record]:
        """A last line without its line end was torn by a kill or a full disk: it is left out here
        and cut off before the next is written."""
        data = self._read()
        whole = data.rfind(b"\n") + 1
        self.dropped = len(data) - whole
        for number, line in enumerate(data[:whole].split(b"\n"), start=1):
            if line.strip():
                yield self._record(line, number)

    def _record(self, line: bytes, number: int) -> Record:
        try:
            return Record.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise InvalidRequestError(
                f"{self.path}, line {number} is no record of a teacher: {first['msg']}.",
                remedy="Remove that line, or name the file that a teacher's answers were recorded in.",
            ) from error

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise self._refused(error) from error

    def _append(self, line: bytes) -> None:
        try:
            append_content(self.path, line)
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> StorageError:
        return StorageError(
            f"The recording {self.path} cannot be used: {error.strerror or error}.",
            remedy="Check the file's rights and the free space; what was recorded is kept.",
        )
