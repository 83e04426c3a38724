"""A training row, and files of them: one JSON object a line, for people to open and edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from teaegg.core.ids import text_hash
from teaegg.models.base import Message
from teaegg.store.lines import read_lines, write_lines

RowKind = Literal[
    "lookup",
    "definition",
    "comparison",
    "condition",
    "calculation",
    "procedure",
    "table",
    "multi_passage",
    "follow_up",
    "unanswerable",
    "out_of_scope",
    "adversarial",
    "replay",
    "imported",
]

ROW_SHAPE = 'A row is {"id", "kind", "turns": [{"role", "content"}], "answer"} on one line.'


class Turn(BaseModel):
    """One turn of the prompt."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    role: Literal["system", "user", "assistant"]
    content: str = Field(min_length=1)

    @classmethod
    def of(cls, message: Message) -> Turn:
        return cls(role=message.role, content=message.content)

    def message(self) -> Message:
        return Message(self.role, self.content)


NO_TEXT = "\ufffd"
"""Stands in the text of a token whose bytes are part of a character."""


class TaughtPiece(BaseModel):
    """One token in which a teacher wrote an answer: its text, its length in bytes of UTF-8 (a token may
    be part of a character, and then no text spells it), and what was likely in its place, as token
    text to natural logarithm; empty where that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    text: str
    size: int = Field(ge=1)
    top: dict[str, float] = Field(default_factory=dict)


class Row(BaseModel):
    """One example to learn from: the prompt as the model will see it, and the answer it should give.

    `documents` are the ids of the documents that taught it (lineage; empty for imported rows
    without one). `rejected` is a worse answer to the same prompt, for preference training.
    `bare_turns` is the prompt without its passages, for context distillation; `top_logprobs` are the
    tokens in which a teacher wrote the answer, its own ones: training finds those that the base has too.
    `teacher` names the model that wrote the answer; empty where it was made from structure alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(min_length=1)
    kind: RowKind
    turns: tuple[Turn, ...] = Field(min_length=1)
    answer: str = Field(min_length=1)
    documents: tuple[str, ...] = ()
    rejected: str = ""
    bare_turns: tuple[Turn, ...] = ()
    top_logprobs: tuple[TaughtPiece, ...] = ()
    teacher: str = ""

    @property
    def group(self) -> str:
        """What rows that would tell on each other have in common: their document."""
        return self.documents[0] if self.documents else self.id

    def messages(self) -> tuple[Message, ...]:
        return tuple(turn.message() for turn in self.turns)


def rows_hash(rows: Iterable[Row]) -> str:
    """Content hash of a dataset: equal rows in equal order have an equal name."""
    return text_hash("\n".join(row.model_dump_json() for row in rows))


def read_rows(path: Path) -> Iterator[Row]:
    """Rows of a JSON Lines file. Raises InvalidRequestError with file and line number."""
    return read_lines(path, Row, shape=ROW_SHAPE)


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """Written beside and renamed: a killed process leaves the file of before."""
    write_lines(path, rows)
