"""How likely is each option behind a question: the contract of exams that score without generating.

Back ends: `models.adapters.options` (llama.cpp, what serves) and `distill.train.option_reader` (torch,
faster). Each passes `tests/contract/test_option_readers_contract.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from teaegg.core.errors import InvalidRequestError
from teaegg.models.base import Message
from teaegg.models.templates import ChatTemplate


@dataclass(frozen=True, slots=True)
class OptionQuestion:
    """Rendered text: `prefix` (what many questions begin with, read once; may be empty), `prompt` (what
    this one adds), and `options`, each of which would follow directly ("A", or " A" behind "Answer:").

    The three are encoded apart, so that what is shared is the same tokens everywhere: let `prefix`
    end where a line does. Special tokens are read from the text; the beginning of text is added.
    """

    prefix: str
    prompt: str
    options: tuple[str, ...]

    @classmethod
    def of(
        cls,
        template: ChatTemplate,
        shared: Sequence[Message],
        own: Sequence[Message],
        options: Sequence[str],
    ) -> OptionQuestion:
        """Turns behind a chat template: instruction and worked examples in `shared`."""
        opening = len(template.prompt([]))
        before = template.prompt(shared)
        prefix = before[: len(before) - opening]
        return cls(prefix, template.prompt([*shared, *own])[len(prefix) :], tuple(options))


@dataclass(frozen=True, slots=True)
class OptionLikelihood:
    """`nats` is the natural logarithm of the option's probability, summed over its `tokens`."""

    nats: float
    tokens: int

    @property
    def nats_per_token(self) -> float:
        """For options of unlike length: a long one is unlikely whatever it says."""
        return self.nats / self.tokens


@dataclass(frozen=True, slots=True)
class OptionReading:
    """What was read of one question: its `place` among those asked, its options in their order."""

    place: int
    options: tuple[OptionLikelihood, ...]

    @property
    def likeliest(self) -> int:
        """Index of the option with the highest summed likelihood; the first of equal ones."""
        return max(range(len(self.options)), key=lambda index: self.options[index].nats)


class OptionReader(Protocol):
    """A language model that says how likely each option is.

    `name` is what people call it; `fingerprint` names the exact weights ("" before they are loaded).
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def read(self, questions: Sequence[OptionQuestion]) -> AsyncIterator[OptionReading]:
        """A reading of each question, once, in whatever order is fastest, as they come.

        What was read before the stream breaks or is left may be kept: ask again with the questions
        that are missing. Neither order nor company of a question changes its reading by more than
        rounding. Raises InvalidRequestError before anything is read when a question cannot be asked
        (`check_questions`, or more tokens than the model's context), ModelError when the model
        cannot be loaded or fails; never an exception of the engine's library.
        """
        ...

    async def close(self) -> None: ...


def check_questions(questions: Sequence[OptionQuestion]) -> None:
    """Raises InvalidRequestError that names the first question without a prompt, or with no or an
    empty option."""
    for place, question in enumerate(questions):
        if not question.prompt or not question.options or not all(question.options):
            lack = "no prompt" if not question.prompt else "no options"
            raise InvalidRequestError(
                f"Question {place + 1} of {len(questions)} has {lack}"
                f"{', or an empty one' if question.prompt else ''}.",
                remedy="Give each question a text and the options that may follow it.",
            )


async def read_all(
    reader: OptionReader, questions: Sequence[OptionQuestion]
) -> list[tuple[OptionLikelihood, ...]]:
    """The options' likelihoods of each question, in the order of `questions`. Raises as `read`."""
    found = {reading.place: reading.options async for reading in reader.read(questions)}
    return [found[place] for place in range(len(questions))]
