"""What comes from no document of the scene: questions beside the point, general reading, hidden orders.

The texts are our own and ship with the package (`general.jsonl`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from teaegg.distill.data.records import Asked, item_id
from teaegg.distill.rows import RowKind
from teaegg.retrieval.query import Language
from teaegg.retrieval.reading_prompt import not_said
from teaegg.store.lines import read_lines

_FILE = Path(__file__).with_name("general.jsonl")


class General(BaseModel):
    """One line of the file: a question `out_of_scope`, a `replay` passage with its question and
    answer, or an `order` to a model as attackers hide it in a document."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["out_of_scope", "replay", "order"]
    language: Language
    text: str
    question: str = ""
    answer: str = ""


def general_items(kind: RowKind, language: Language) -> Iterator[Asked]:
    """The questions of a kind; general reading comes in both languages, so that none is forgotten."""
    for entry in _entries():
        if entry.kind == kind == "replay":
            yield _item(kind, entry.question, entry.answer)
        elif entry.kind == kind == "out_of_scope" and entry.language == language:
            yield _item(kind, entry.text, not_said(language))


def replay_texts(language: Language) -> dict[str, str]:
    """Question → the passage that answers it."""
    return {
        entry.question: entry.text
        for entry in _entries()
        if entry.kind == "replay" and entry.language == language
    }


def hidden_orders(language: Language) -> tuple[str, ...]:
    """What a document may try to make a model do."""
    entries = _entries()
    return tuple(e.text for e in entries if e.kind == "order" and e.language == language)


@cache
def _entries() -> tuple[General, ...]:
    return tuple(read_lines(_FILE, General))


def _item(kind: RowKind, question: str, answer: str) -> Asked:
    name = item_id(kind, question, answer, ())
    return Asked(id=name, kind=kind, question=question, answer=answer)
