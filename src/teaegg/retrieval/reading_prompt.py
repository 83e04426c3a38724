"""What an expert is shown: passages as numbered data, then the question. The same for training,
exams and serving, since a small model knows one form only.

The answer it is taught: words that stand in the passages, one finding a line, or the line that says
that the documents do not say. So whatever it writes can be looked up in the passages and proved.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from teaegg.core.documents import Passage
from teaegg.models.base import Message
from teaegg.retrieval.compose import DOCUMENTS_DO_NOT_SAY
from teaegg.retrieval.query import Language

_QUESTION: dict[Language, str] = {"zh": "问题：", "en": "Question: "}
_ASKED = re.compile(rf"\n\n(?:{'|'.join(_QUESTION.values())})")
_FIRST = re.compile(r"(?:^|\n\n)\[1\]")


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """`place` is what a reader sees above the text: title, headings, article. May be empty."""

    text: str
    place: str = ""

    @classmethod
    def of(cls, passage: Passage) -> ShownPassage:
        """The passage as training, exams and serving show it."""
        return cls(passage.text, passage.place)


def reading_messages(
    question: str,
    passages: Sequence[ShownPassage],
    *,
    language: Language,
    instructions: str = "",
    earlier: Sequence[Message] = (),
) -> tuple[Message, ...]:
    """The turns of one prompt: `earlier` turns as they were, then passages and question in one."""
    shown = "\n\n".join(
        shown_passage(number, item) for number, item in enumerate(passages, start=1)
    )
    parts = (instructions, shown, f"{_QUESTION[language]}{question}")
    return (*earlier, Message("user", "\n\n".join(part for part in parts if part)))


def read_prompt(turn: str) -> tuple[str, str]:
    """(what stands before the question, the question) of a turn that `reading_messages` made; of
    another turn nothing and the whole of it."""
    asked = list(_ASKED.finditer(turn))
    first = _FIRST.search(turn)
    if not asked or first is None or first.start() > asked[-1].start():
        return "", turn
    return turn[: asked[-1].start()], turn[asked[-1].end() :]


def not_said(language: Language) -> str:
    """The line that means: the documents do not say."""
    return DOCUMENTS_DO_NOT_SAY[language]


def shown_passage(number: int, item: ShownPassage) -> str:
    """The passage as it stands in a prompt. Angle brackets of the document are widened: they could
    pretend to end the turn."""
    head = f"[{number}] {item.place}".rstrip()
    return f"{head}\n{item.text}".replace("<", "＜").replace(">", "＞")
