"""An exam as data: what is asked, what is right, and what an examinee said. People read and edit items.

Items, exams and responses are named by the hash of their content, so that what was signed, sat and judged
can never be confused with what was edited afterwards.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from teaegg.core.ids import text_hash
from teaegg.core.scenes import Language

Area = Literal["exam", "grounding", "refusal", "safety", "general"]
"""What an item examines: the scene's own questions; whether answers rest on what the documents say;
whether what cannot or must not be answered is declined and the rest is not; harmless answers; what any
assistant should still be able to do."""

ItemForm = Literal[
    "choice",
    "short",
    "number",
    "grounded",
    "refusal",
    "out_of_scope",
    "safety",
    "format",
    "drafting",
    "multi_turn",
]
"""`grounded` answers stand in gold passages; `refusal`: the documents do not say; `out_of_scope`: not
this adviser's business; `format` must have a shape; `drafting` is graded by a rubric."""

LETTERS = "ABCDEFGHIJ"
_AREAS: dict[ItemForm, Area] = {
    "grounded": "grounding",
    "refusal": "refusal",
    "out_of_scope": "refusal",
    "safety": "safety",
}
_KEYED: tuple[ItemForm, ...] = ("choice", "short", "number", "grounded", "multi_turn")
"""Forms that cannot be scored without a right answer."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemPassage(_Record):
    """A passage that an examinee who is given evidence reads; in the `gold` ones the right answer stands.

    `place` is what stands above it (title, headings, article). `document` and `passage` are ids ("":
    not learned here).
    """

    text: str = Field(min_length=1)
    place: str = ""
    document: str = ""
    passage: str = ""
    gold: bool = True


class ExamItem(_Record):
    """One item. `id` is what people call it, unique in its exam; `hash` names its content.

    `questions` are asked one after the other, each reply standing before the next (one, except in
    `multi_turn`). `right`: for a choice the letter of the right one of `options`; else every answer
    that counts as right, to the last question. `passages` are shown to who is given evidence. `rubric`
    are the points that a draft must make; `shape` is the JSON Schema of a `format` item, or the regular
    expression between slashes.
    `document` names what it was made from: items of one document are not independent ("": by itself).
    `source` says where it came from: a file, held-out documents, a real question, a complaint.
    """

    id: str = Field(min_length=1, max_length=200)
    form: ItemForm
    questions: tuple[str, ...] = Field(min_length=1)
    options: tuple[str, ...] = Field((), max_length=len(LETTERS))
    right: tuple[str, ...] = ()
    passages: tuple[ItemPassage, ...] = ()
    rubric: tuple[str, ...] = ()
    shape: str = ""
    document: str = ""
    kind: str = ""
    source: str = ""
    examines: Area | None = None

    @property
    def area(self) -> Area:
        """What it examines, by its form where nothing else is said."""
        return self.examines or _AREAS.get(self.form, "exam")

    @property
    def hash(self) -> str:
        """Of its content: an edited item is another one, and nobody has signed it."""
        return text_hash(self.model_dump_json())

    @property
    def documents(self) -> frozenset[str]:
        """All that it tells of: what it was made from, and where its passages stand."""
        named = (self.document, *(passage.document for passage in self.passages))
        return frozenset(filter(None, named))

    @property
    def right_place(self) -> int:
        """The right one of `options`, counted from 0. Only of a choice."""
        return LETTERS.index(self.right[0])

    @model_validator(mode="after")
    def _can_be_scored(self) -> Self:
        if any(not question.strip() for question in self.questions):
            raise ValueError("a question is empty")
        if self.form != "multi_turn" and len(self.questions) > 1:
            raise ValueError("several questions need the form multi_turn")
        if self.form in _KEYED and not any(answer.strip() for answer in self.right):
            raise ValueError("the right answer (`right`) is missing")
        if self.form == "choice":
            _check_choice(self.options, self.right)
        elif self.options:
            raise ValueError(f"`options` belong to the form choice, not to {self.form}")
        if self.form == "grounded" and not any(passage.gold for passage in self.passages):
            raise ValueError("`passages` that hold the answer (gold) are missing")
        if self.form == "drafting" and not self.rubric:
            raise ValueError("the `rubric` is missing")
        if self.form == "format" and not self.shape:
            raise ValueError("the `shape` is missing")
        return self


class Exam(_Record):
    """A version of an exam: what `name` means changes, what a hash means never does.

    `pass_mark` is the mean score (0 to 1) that passes, `scene` the use case it examines ("": none).
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    title: str = Field(min_length=1)
    language: Language = "zh"
    scene: str = ""
    pass_mark: float = Field(0.7, ge=0, le=1)
    items: tuple[ExamItem, ...] = Field(min_length=1)

    @property
    def hash(self) -> str:
        return text_hash(self.model_dump_json())

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        counted = Counter(item.id for item in self.items)
        if twice := sorted(name for name, times in counted.items() if times > 1):
            raise ValueError(f"{len(twice)} ids stand more than once: {', '.join(twice[:5])}")
        return self


class Quoted(_Record):
    """A quote that a response gave as its proof; `document` and `passage` are ids."""

    document: str
    passage: str
    quote: str


class Response(_Record):
    """What an examinee made of one item, kept as it came so that it can be scored again.

    `text` is the last reply, `replies` all of them where there were several. `options` holds the
    log-likelihood (nats) of each option where options were read instead of a reply. `evidence` are the
    ids of the passages that were found, best first. `refused`: the examinee itself declared that it
    declines (None: it has no such way). `seconds` is the whole wait, `first_seconds` that for the first
    words. Tokens are 0 and `price` (in the currency of the settings) is None where nobody counted.
    """

    item: str
    text: str = ""
    replies: tuple[str, ...] = ()
    options: tuple[float, ...] = ()
    citations: tuple[Quoted, ...] = ()
    evidence: tuple[str, ...] = ()
    refused: bool | None = None
    seconds: float | None = None
    first_seconds: float | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0
    price: float | None = None
    trace: str = ""


def _check_choice(options: tuple[str, ...], right: tuple[str, ...]) -> None:
    if len(options) < 2:
        raise ValueError("a choice needs at least two `options`")
    if len(set(options)) < len(options):
        raise ValueError("two `options` are the same")
    if len(right) > 1:
        raise ValueError(f"{len(right)} options are called right; one may be")
    if right[0] not in LETTERS[: len(options)]:
        raise ValueError(f"the right answer {right[0]!r} is none of {LETTERS[: len(options)]}")
