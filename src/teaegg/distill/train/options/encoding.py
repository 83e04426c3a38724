"""Questions as sheets: the prompt once, each option a branch of it, behind a prefix that many share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from teaegg.core.errors import InvalidRequestError
from teaegg.distill.train.sheets import Sheet, sheet_of, side_by_side
from teaegg.distill.train.tokens import Tokenizer, TokenRow
from teaegg.models.options import OptionQuestion


@dataclass(frozen=True, slots=True)
class Together:
    """Questions behind one beginning: its tokens, and batches of sheets of like length.

    A sheet's rows are named after the question's place; owners are the options by index.
    """

    beginning: tuple[int, ...]
    batches: tuple[tuple[Sheet, ...], ...]


def together(
    questions: Sequence[OptionQuestion],
    tokenizer: Tokenizer,
    *,
    context_tokens: int,
    batch_tokens: int,
) -> list[Together]:
    """All questions, those with the same prefix together, `batch_tokens` with padding at a time.

    Raises InvalidRequestError for a question that is longer than `context_tokens`.
    """
    groups: dict[str, list[Sheet]] = {}
    beginnings = {
        prefix: tokenizer.prompt(prefix)
        for prefix in dict.fromkeys(question.prefix for question in questions)
    }
    for place, question in enumerate(questions):
        sheet = _sheet(place, question, tokenizer)
        length = len(beginnings[question.prefix]) + max(sheet.positions) + 1
        if length > context_tokens:
            raise InvalidRequestError(
                f"Question {place + 1} has {length} tokens; the model reads {context_tokens}.",
                remedy="Show fewer examples, or shorten the question.",
            )
        groups.setdefault(question.prefix, []).append(sheet)
    return [
        Together(
            beginnings[prefix],
            # The longest first: cores that share a group are done at about the same time.
            tuple(side_by_side(sorted(sheets, key=_longest_first), most_tokens=batch_tokens)),
        )
        for prefix, sheets in groups.items()
    ]


def _longest_first(sheet: Sheet) -> int:
    return -sheet.length


def _sheet(place: int, question: OptionQuestion, tokenizer: Tokenizer) -> Sheet:
    prompt = tokenizer.plain(question.prompt)
    rows = [
        TokenRow(str(place), prompt, tokenizer.plain(option), "") for option in question.options
    ]
    return sheet_of(rows, len(prompt))
