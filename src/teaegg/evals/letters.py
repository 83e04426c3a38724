"""Choice questions as text, and the letter that a reply names.

The text is that of C-Eval and CMMLU (Huang et al. 2023, Li et al. 2023), one option a line behind "A. ",
so that scores may stand beside published ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from teaegg.core.exams import LETTERS
from teaegg.core.quantities.numerals import to_half_width
from teaegg.core.scenes import Language
from teaegg.models.options import OptionQuestion

_OPENINGS: dict[Language, str] = {"zh": "答案：", "en": "Answer:"}
_BEFORE_LETTER: dict[Language, str] = {"zh": "", "en": " "}
_INSTRUCTIONS: dict[Language, str] = {
    "zh": "以下是单项选择题，请选出其中的正确答案。",
    "en": "The following are multiple choice questions, each with one right answer.",
}


@dataclass(frozen=True, slots=True)
class WorkedChoice:
    """An example that is shown with its answer; `right` is an index into `options`."""

    question: str
    options: tuple[str, ...]
    right: int


def choice_text(question: str, options: Sequence[str]) -> str:
    """The question and its options, one a line. Raises ValueError for more than there are letters."""
    if len(options) > len(LETTERS):
        raise ValueError(f"a choice has at most {len(LETTERS)} options, not {len(options)}")
    lines = (
        f"{letter}. {option.strip()}" for letter, option in zip(LETTERS, options, strict=False)
    )
    return "\n".join((question.strip(), *lines))


def choice_prefix(
    examples: Sequence[WorkedChoice], language: Language, instruction: str = ""
) -> str:
    """What all questions of an exam begin with: the instruction ("": the usual one), then examples."""
    opening = f"{_OPENINGS[language]}{_BEFORE_LETTER[language]}"
    worked = (
        f"{choice_text(example.question, example.options)}\n{opening}{LETTERS[example.right]}\n\n"
        for example in examples
    )
    return f"{instruction or _INSTRUCTIONS[language]}\n\n{''.join(worked)}"


def letter_question(
    question: str, options: Sequence[str], language: Language, *, prefix: str = ""
) -> OptionQuestion:
    """As plain text that a base model continues, its options the letters."""
    space = _BEFORE_LETTER[language]
    return OptionQuestion(
        prefix,
        f"{choice_text(question, options)}\n{_OPENINGS[language]}",
        tuple(f"{space}{letter}" for letter in LETTERS[: len(options)]),
    )


_NO_ARTICLE = r"(?!\s(?!because|since|as|is|and|or)[a-z])"
_ONE = rf"(?:[(\[【]\s?)?(?:[B-J]|[Aa-j]{_NO_ARTICLE})(?:\s?[)\]】])?(?![A-Za-z0-9])"
"""A letter, perhaps in brackets. "A" before another English word is an article."""
_SEVERAL = rf"{_ONE}(?:\s?(?:[、,/&]|[和或与及]|and|or)\s?{_ONE}){{0,9}}"
_STATED = re.compile(
    rf"(?:答案|(?<!不)(?<!不能)(?<!不应)选(?!项))[应该当择选是为:\s]{{0,8}}(?:选项)?\s*(?P<chinese>{_SEVERAL})"
    rf"|(?P<right>{_SEVERAL})\s*(?:选项|项)?\s*(?:都|均)?(?:是)?(?:正确|对的)"
    rf"|(?<![A-Za-z])(?i:answer|option|choice|choose|pick|select)"
    rf"(?i:\s|:|=|is|the|option|choice|would|should|be){{0,9}}?(?:\s|(?<=[:=]))(?P<english>{_SEVERAL})"
)
_BEGUN = re.compile(rf"^\s*(?P<line>{_SEVERAL})(?=$|[\s.。、,:;!?]|[项选是对正因])", re.MULTILINE)
_LETTER = re.compile(rf"(?<![A-Za-z])[{LETTERS}{LETTERS.lower()}](?![A-Za-z])")
_MARKS = re.compile(r"[*_`\"'“”‘’「」]")
_BLANKS = re.compile(r"[^\S\n]+|\n\s+")
"""Runs of them become one, and repetitions above are bounded: a base that was never tuned can go on with
one sign for ever."""


def named_letter(reply: str, options: int) -> str | None:
    """The one of the first so many letters that `reply` gives as its answer.

    What is stated ("答案是B", "the answer is B") counts before lines that begin with a letter. None where
    there is neither, where two letters are named, or one that was not offered: no guess is made.
    """
    text = _BLANKS.sub(lambda run: run[0][0], _MARKS.sub("", to_half_width(reply)))
    for form in (_STATED, _BEGUN):
        named = {
            letter.upper()
            for found in form.finditer(text)
            for letter in _LETTER.findall(found[found.lastgroup or 0])
        }
        if named:
            return named.pop() if len(named) == 1 and named <= set(LETTERS[:options]) else None
    return None
