"""What the stages write, one record a line: the split, the questions with their proof, the rejects."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from teaegg.core.ids import text_hash
from teaegg.distill.rows import RowKind

Side = Literal["training", "exam"]
_ID_CHARACTERS = 16


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SplitDocument(_Record):
    """On which side a document stands. `group` is shared by versions and near-copies of it."""

    document: str = Field(min_length=1)
    title: str
    collection: str
    version: str
    side: Side
    group: str


class Proof(_Record):
    """Words of a passage. `text` equals the document's canonical text from `start` to `end`."""

    document: str = Field(min_length=1)
    passage: str = Field(min_length=1)
    text: str = Field(min_length=1)
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Asked(_Record):
    """A question with its answer and the proof. Each line of `answer` is one finding.

    `proofs` are what an unanswerable question may not be shown. `earlier` is the question and the
    answer that a follow-up follows. `note` says what a stage changed. `rejected` is a worse answer
    that came with a row that people brought.
    """

    id: str = Field(min_length=1)
    kind: RowKind
    question: str = Field(min_length=1)
    answer: str = Field(min_length=1)
    proofs: tuple[Proof, ...] = ()
    earlier: tuple[str, str] | None = None
    teacher: str = ""
    note: str = ""
    rejected: str = ""

    @property
    def documents(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(proof.document for proof in self.proofs))

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(line for line in self.answer.split("\n") if line.strip())


class Rejected(_Record):
    """What a stage left out, and why."""

    stage: str
    reason: str
    detail: str = ""
    item: Asked


class Quizzed(_Record):
    """Whether the student answered a question right before it was taught. `documents` it is about."""

    id: str
    documents: tuple[str, ...] = ()
    student: str
    right: bool
    said: str = ""


def item_id(kind: str, question: str, answer: str, passages: tuple[str, ...]) -> str:
    """Equal questions about equal passages have equal names, so that a repeated run changes none."""
    return text_hash("\x00".join((kind, question, answer, *passages)))[:_ID_CHARACTERS]
