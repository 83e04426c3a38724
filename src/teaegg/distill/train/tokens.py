"""Rows as token ids: the prompt as it is asked later, and the answer that is learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

from teaegg.core.errors import InvalidRequestError, ModelError
from teaegg.distill.recipe import Recipe
from teaegg.distill.rows import NO_TEXT, Row
from teaegg.models.templates import template_named


@dataclass(frozen=True, slots=True)
class TokenRow:
    """`prompt` begins with the beginning of text where the base has one, `answer` ends with its end.

    By method: `rejected` is the worse answer, `shown` the prompt with the passages that the teacher
    sees, `teacher` its (token, natural logarithm) pairs for each token of the answer; where
    the teacher's tokens are others, the token of the answer for certain, which is learned as by `sft`.
    `aligned` counts the places that the teacher teaches.
    """

    id: str
    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    group: str
    rejected: tuple[int, ...] = ()
    shown: tuple[int, ...] = ()
    teacher: tuple[tuple[tuple[int, float], ...], ...] = ()
    aligned: int = 0

    @property
    def length(self) -> int:
        return len(self.prompt) + len(self.answer)

    @property
    def longest(self) -> int:
        return max(self.length, len(self.shown), len(self.prompt) + len(self.rejected))


class Tokenizer:
    """The base's tokenizer. Special tokens are read from the text; nothing is added but the beginning of
    text, for bases that expect one."""

    def __init__(self, folder: Path) -> None:
        import tokenizers

        try:
            self._tokenizer: Any = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the library raises nothing narrower
            raise ModelError(
                f"The tokenizer of the base {folder} cannot be read: {error}.",
                remedy="Delete the folder if it is a cache; it is then made again.",
            ) from error
        # What the tokenizer adds by itself: a base can have such a token and never begin with it.
        self._beginning = tuple(self._tokenizer.encode("", add_special_tokens=True).ids)

    def prompt(self, text: str) -> tuple[int, ...]:
        return (*self._beginning, *self.plain(text))

    def plain(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Of each token of `plain(text)` the bytes of UTF-8 [start, end) it stands for; of one whose
        place is not plain, an empty span."""
        ends = [0, *accumulate(len(character.encode()) for character in text)]
        found = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return byte_spans([(ends[start], ends[end]) for start, end in found])

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
        else:
            kept.append(encoded)
    return kept, left_out


def share_taught(rows: Sequence[TokenRow]) -> float:
    """Share of answer tokens at which a teacher's probabilities are learned.

    Raises InvalidRequestError when there is none: it would be `sft` under another name.
    """
    aligned = sum(row.aligned for row in rows)
    if rows and not aligned:
        raise InvalidRequestError(
            "No row has probabilities of a teacher that fit the tokens of the base.",
            remedy="Make the rows with teacher.logprobs above 0 and a teacher that returns them, or set "
            'method = "sft": a teacher\'s answers are learned all the same.',
        )
    return aligned / max(1, sum(len(row.answer) for row in rows))


def _lack(row: Row, recipe: Recipe) -> str:
    """What a row would need for the recipe's method; empty where it has it."""
    match recipe.method:
        case "dpo" | "orpo":
            return "" if row.rejected else "it has no rejected answer"
        case "context":
            return "" if row.bare_turns else "it has no prompt without passages"
        case "sft" | "logits":
            return ""


def _encoded(row: Row, recipe: Recipe, tokenizer: Tokenizer) -> TokenRow:
    """Prompt and answer are encoded apart, as they are when the model is asked."""
    template, method = template_named(recipe.template), recipe.method
    shown = tokenizer.prompt(template.prompt(row.messages()))
    bare = template.prompt([turn.message() for turn in row.bare_turns])
    context, preference = method == "context", method in ("dpo", "orpo")
    answered = template.answer(row.answer)
    answer = tokenizer.plain(answered)
    taught = _taught(row, answered, answer, tokenizer) if method == "logits" else ()
    return TokenRow(
        row.id,
        tokenizer.prompt(bare) if context else shown,
        answer,
        row.group,
        rejected=tokenizer.plain(template.answer(row.rejected)) if preference else (),
        shown=shown if context else (),
        teacher=tuple(top or ((token, 0.0),) for top, token in zip(taught, answer, strict=False)),
        aligned=sum(map(bool, taught)),
    )


def byte_spans(found: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Where tokens stand, of where the tokenizer says they do: it gives each of the tokens of one
    character the whole character. As many as the character has bytes are a byte each; other tokens
    that share bytes have no place of their own."""
    spans: list[tuple[int, int]] = []
    for (start, end), same in groupby(found):
        count = len(list(same))
        if count > 1 and count == end - start:
            spans += [(at, at + 1) for at in range(start, end)]
        else:
            spans += [(start, end if count == 1 else start)] * count
    return tuple(
        (
            start,
            start
            if _shared(start, end, [*spans[max(0, n - 1) : n], *spans[n + 1 : n + 2]])
            else end,
        )
        for n, (start, end) in enumerate(spans)
    )


def _shared(start: int, end: int, beside: Sequence[tuple[int, int]]) -> bool:
    return any(other < end and start < stop for other, stop in beside)


def _taught(
    row: Row, answered: str, answer: Sequence[int], tokenizer: Tokenizer
) -> tuple[tuple[tuple[int, float], ...], ...]:
    """For each token of the answer what the teacher found likely there, as tokens of the base: where
    the teacher wrote the same bytes in one token of its own, and that token is among the likely ones;
    elsewhere nothing."""
    known = _by_span(row)
    places = []
    for span, token in zip(tokenizer.spans(answered), answer, strict=True):
        likely = known.get(span, {})
        encoded = ((tokenizer.plain(text), score) for text, score in likely.items())
        top = {ids[0]: score for ids, score in encoded if len(ids) == 1}
        places.append(tuple(top.items()) if token in top else ())
    return tuple(places)


def _by_span(row: Row) -> dict[tuple[int, int], dict[str, float]]:
    """Bytes of the answer → likely tokens. A piece that does not say what stands there (the answer was
    edited since) has no place, and neither has any behind it."""
    said, start = row.answer.encode(), 0
    found: dict[tuple[int, int], dict[str, float]] = {}
    for piece in row.top_logprobs:
        end = start + piece.size
        spelled = NO_TEXT not in piece.text
        if end > len(said) or (spelled and piece.text.encode() != said[start:end]):
            break
        if piece.top:
            found[start, end] = piece.top
        start = end
    return found
