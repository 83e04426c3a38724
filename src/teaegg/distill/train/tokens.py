"""Rows as token ids: the prompt as it is asked later, and the answer that is learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from teaegg.core.errors import ModelError
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import Row
from teaegg.distill.train.base_weights import base_description
from teaegg.models.templates import template_named


@dataclass(frozen=True, slots=True)
class TokenRow:
    """`prompt` begins with the beginning-of-text token, `answer` ends with the token of its end.

    By method: `rejected` is the worse answer, `shown` the prompt with the passages that the teacher
    sees, `teacher` its (token, natural logarithm) pairs for each token of the answer.
    """

    id: str
    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    group: str
    rejected: tuple[int, ...] = ()
    shown: tuple[int, ...] = ()
    teacher: tuple[tuple[tuple[int, float], ...], ...] = ()

    @property
    def length(self) -> int:
        return len(self.prompt) + len(self.answer)

    @property
    def longest(self) -> int:
        return max(self.length, len(self.shown), len(self.prompt) + len(self.rejected))


class Tokenizer:
    """The base's tokenizer. Special tokens are read from the text; nothing is added but one beginning."""

    def __init__(self, folder: Path) -> None:
        import tokenizers

        try:
            self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the library raises nothing narrower
            raise ModelError(
                f"The tokenizer of the base {folder} cannot be read: {error}.",
                remedy="Delete the folder if it is a cache; it is then made again.",
            ) from error
        beginning = base_description(folder).get("bos_token_id")
        self._beginning = () if beginning is None else (int(beginning),)

    def prompt(self, text: str) -> tuple[int, ...]:
        return (*self._beginning, *self.plain(text))

    def plain(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def text(self, ids: Sequence[int]) -> str:
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=False))


def tokenise(
    rows: Sequence[Row], recipe: Recipe, tokenizer: Tokenizer
) -> tuple[list[TokenRow], dict[str, str]]:
    """The rows that can be learned from, and row id → why another one cannot."""
    kept: list[TokenRow] = []
    left_out: dict[str, str] = {}
    for row in rows:
        if lack := _lack(row, recipe):
            left_out[row.id] = lack
            continue
        encoded = _encoded(row, recipe, tokenizer)
        if encoded.longest > recipe.row_tokens:
            left_out[row.id] = f"{encoded.longest} tokens are more than {recipe.row_tokens}"
        elif recipe.method == "logits" and len(encoded.teacher) != len(encoded.answer):
            left_out[row.id] = "the teacher's tokens are not those of the base"
        else:
            kept.append(encoded)
    return kept, left_out


def _lack(row: Row, recipe: Recipe) -> str:
    """What a row would need for the recipe's method; empty where it has it."""
    match recipe.method:
        case "dpo" | "orpo":
            return "" if row.rejected else "it has no rejected answer"
        case "context":
            return "" if row.bare_turns else "it has no prompt without passages"
        case "logits":
            return "" if row.top_logprobs else "it has no probabilities of a teacher"
        case "sft":
            return ""


def _encoded(row: Row, recipe: Recipe, tokenizer: Tokenizer) -> TokenRow:
    """Prompt and answer are encoded apart, as they are when the model is asked."""
    template, method = template_named(recipe.template), recipe.method
    shown = tokenizer.prompt(template.prompt(row.messages()))
    bare = template.prompt([turn.message() for turn in row.bare_turns])
    context, preference = method == "context", method in ("dpo", "orpo")
    return TokenRow(
        row.id,
        tokenizer.prompt(bare) if context else shown,
        tokenizer.plain(template.answer(row.answer)),
        row.documents[0] if row.documents else row.id,
        rejected=tokenizer.plain(template.answer(row.rejected)) if preference else (),
        shown=shown if context else (),
        teacher=_taught(row, tokenizer) if method == "logits" else (),
    )


def _taught(row: Row, tokenizer: Tokenizer) -> tuple[tuple[tuple[int, float], ...], ...]:
    """The teacher's words as tokens of the base; empty where a place has none that is one token."""
    places = []
    for likely in row.top_logprobs:
        encoded = ((tokenizer.plain(text), score) for text, score in likely.items())
        places.append(tuple((ids[0], score) for ids, score in encoded if len(ids) == 1))
    return tuple(places) if all(places) else ()
