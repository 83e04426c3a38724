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
    """`prompt` begins with the beginning-of-text token, `answer` ends with the token of its end."""

    id: str
    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    group: str

    @property
    def length(self) -> int:
        return len(self.prompt) + len(self.answer)


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
    """The rows that can be learned from, and row id → why another one cannot.

    Prompt and answer are encoded apart, as they are when the model is asked.
    """
    template = template_named(recipe.template)
    kept, left_out = [], {}
    for row in rows:
        encoded = TokenRow(
            row.id,
            tokenizer.prompt(template.prompt(row.messages())),
            tokenizer.plain(template.answer(row.answer)),
            row.documents[0] if row.documents else row.id,
        )
        if encoded.length > recipe.row_tokens:
            left_out[row.id] = f"{encoded.length} tokens are more than {recipe.row_tokens}"
        else:
            kept.append(encoded)
    return kept, left_out
