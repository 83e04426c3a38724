"""How an item becomes turns: the same passage frame as training and serving, a word on what is wanted,
and worked examples of other items before it. Nothing of the key is looked at but that of the examples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import Exam, ExamItem, ItemForm
from teaegg.core.scenes import Language
from teaegg.evals.letters import choice_text
from teaegg.models.base import Message
from teaegg.retrieval.reading_prompt import ShownPassage, not_said, reading_messages

_WANTED: dict[Language, dict[ItemForm, str]] = {
    "zh": {
        "choice": "下面是单项选择题，只回答正确选项的字母。",
        "short": "请简短回答。",
        "number": "只回答数字和单位。",
        "grounded": "请根据资料简短回答。",
    },
    "en": {
        "choice": "This is a multiple-choice question. Answer with the letter of the right option only.",
        "short": "Answer in a few words.",
        "number": "Answer with the number and its unit only.",
        "grounded": "Answer from the passages, in a few words.",
    },
}
_ELSE: dict[Language, str] = {
    "zh": "资料不能回答时，只回答：{words}。",
    "en": "If the passages do not answer it, reply only: {words}.",
}
_STATED: dict[Language, str] = {
    "zh": "下面的选项是不是这道题的正确答案？只说对或错。",
    "en": "Is this option the right answer to the question? Say only yes or no.",
}
_OPTION: dict[Language, str] = {"zh": "选项：", "en": "Option: "}
_SHOWABLE: tuple[ItemForm, ...] = ("choice", "short", "number", "grounded", "refusal")
"""Forms whose right answer is what one would say."""
TRUTH: dict[Language, tuple[str, str]] = {"zh": ("对", "错"), "en": ("yes", "no")}
"""What is said of an option that is judged as a statement: right, wrong."""


@dataclass(frozen=True, slots=True)
class Prompting:
    """How a model is asked. `instructions` is the style of a scene, or of the expert that sits; None: a
    word on what each form of item wants. `examples` stand before each item of their own form, solved.
    `with_passages`: items that have passages are asked with them.
    """

    language: Language = "zh"
    instructions: str | None = None
    examples: tuple[ExamItem, ...] = ()
    with_passages: bool = True

    def shared(self, form: ItemForm) -> tuple[Message, ...]:
        """The examples of this form, solved: the same before every item of it."""
        return tuple(
            turn
            for example in self.examples
            if example.form == form
            for turn in (*self.turns(example), Message("assistant", self._solution(example)))
        )

    def turns(
        self, item: ExamItem, found: Sequence[ShownPassage] | None = None
    ) -> tuple[Message, ...]:
        """What asks the first question of an item, over `found` passages where somebody searched."""
        passages = self.passages(item) if found is None else found
        text = choice_text(item.questions[0], item.options)
        return reading_messages(
            text,
            passages,
            language=self.language,
            instructions=self._instructions(item, bool(passages)),
        )

    def statement(
        self, item: ExamItem, option: str, found: Sequence[ShownPassage] | None = None
    ) -> tuple[Message, ...]:
        """One option of a choice, to be judged by itself. It stands last, so that all options share
        what is before it."""
        return reading_messages(
            f"{item.questions[0]}\n{_OPTION[self.language]}{option}",
            self.passages(item) if found is None else found,
            language=self.language,
            instructions=_STATED[self.language],
        )

    def _solution(self, example: ExamItem) -> str:
        return example.right[0] if example.right else not_said(self.language)

    def passages(self, item: ExamItem) -> Sequence[ShownPassage]:
        """The item's own, as far as they are shown."""
        if not self.with_passages:
            return ()
        return [ShownPassage(passage.text, passage.place) for passage in item.passages]

    def _instructions(self, item: ExamItem, has_passages: bool) -> str:
        if self.instructions is not None and item.form != "choice":
            return self.instructions
        wanted = _WANTED[self.language].get(item.form, "")
        if has_passages and item.form in ("grounded", "refusal"):
            wanted += _ELSE[self.language].format(words=not_said(self.language))
        return wanted


@dataclass(frozen=True, slots=True)
class WordForWord(Prompting):
    """Items whose prompts are written already: `prompts` by item id, asked as they stand."""

    prompts: Mapping[str, Sequence[Message]] = field(kw_only=True)

    def turns(
        self, item: ExamItem, found: Sequence[ShownPassage] | None = None
    ) -> tuple[Message, ...]:
        return tuple(self.prompts[item.id])


def worked_examples(items: Sequence[ExamItem], exam: Exam, count: int) -> tuple[ExamItem, ...]:
    """The first `count` of `items` of each form that `exam` asks and an example can show.

    Raises InvalidRequestError for one that the exam asks itself, and where a form has too few.
    """
    asked = {tuple(item.questions) for item in exam.items}
    if both := [item.id for item in items if tuple(item.questions) in asked]:
        raise InvalidRequestError(
            f"{len(both)} examples are asked in the exam {exam.name} itself: {', '.join(both[:5])}.",
            remedy="Take examples from items that are kept apart from the exam.",
        )
    forms = [form for form in _SHOWABLE if any(item.form == form for item in exam.items)]
    chosen = {form: [item for item in items if item.form == form][:count] for form in forms}
    if short := [form for form in forms if len(chosen[form]) < count]:
        raise InvalidRequestError(
            f"{count} examples were asked for; of the form {short[0]} there are {len(chosen[short[0]])}.",
            remedy=f"Name items with {count} of each form that the exam asks ({', '.join(forms)}).",
        )
    return tuple(item for form in forms for item in chosen[form])
