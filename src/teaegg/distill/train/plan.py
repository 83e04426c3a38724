"""What a run will do, decided before its first step and the same each time it is decided."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from teaegg.core.errors import InvalidRequestError
from teaegg.core.ids import text_hash
from teaegg.distill.recipe import Recipe
from teaegg.distill.train.sheets import Sheet, make_sheets, micro_batches, pair_sheets, steps_of
from teaegg.distill.train.tokens import TokenRow

FEWEST_ROWS = 8
"""Fewer cannot even be split into rows to learn from and rows to look at."""
_SHEET_TOKENS = 768
"""The longest a sheet grows by sharing: attention costs the square of it."""
_MICRO_TOKENS = 512
"""Tokens that run through the model at once: enough to fill its matrix products, little memory, and
several micro-batches to a step, so that no core waits long for another."""

Step = tuple[tuple[Sheet, ...], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """`held_out` are micro-batches that are only looked at. Steps are made an epoch at a time."""

    sheets: tuple[Sheet, ...]
    held_out: tuple[tuple[Sheet, ...], ...]
    recipe: Recipe
    steps: int
    steps_per_epoch: int
    rows: int
    held_out_rows: int

    def epoch(self, number: int) -> list[Step]:
        """The steps of epoch `number` (from 0): its own order, the same whenever it is asked for."""
        random = Random(f"{self.recipe.seed} {number}")  # noqa: S311
        micro_tokens = min(_MICRO_TOKENS, self.recipe.batch_tokens)
        batches = micro_batches(self.sheets, most_tokens=micro_tokens, random=random)
        return steps_of(batches, batch_tokens=self.recipe.batch_tokens)

    def all_batches(self) -> list[tuple[Sheet, ...]]:
        """Every micro-batch that will run."""
        return [batch for step in self.epoch(0) for batch in step] + list(self.held_out)

    @property
    def look_every(self) -> int:
        return max(1, math.ceil(self.steps / self.recipe.looks))


def make_plan(rows: Sequence[TokenRow], recipe: Recipe) -> Plan:
    """Raises InvalidRequestError where there are too few rows."""
    if len(rows) < FEWEST_ROWS:
        raise InvalidRequestError(
            f"{len(rows)} rows can be learned from; at least {FEWEST_ROWS} are needed.",
            remedy="Make more rows (some hundreds are a useful pilot), or raise row_tokens in the recipe.",
        )
    train, held_out = _divided(rows, recipe)
    sheet_tokens = min(_SHEET_TOKENS, recipe.batch_tokens)
    pairs = recipe.method in ("dpo", "orpo")
    sheets, looks = (
        pair_sheets(part) if pairs else make_sheets(part, most_tokens=sheet_tokens)
        for part in (train, held_out)
    )
    draft = Plan(
        tuple(sheets),
        tuple(micro_batches(looks, most_tokens=_MICRO_TOKENS, random=Random(recipe.seed))),  # noqa: S311
        recipe,
        0,
        0,
        len(train),
        len(held_out),
    )
    return _counted(draft)


def _counted(draft: Plan) -> Plan:
    per_epoch = len(draft.epoch(0))
    steps = max(1, math.ceil(per_epoch * draft.recipe.epochs))
    return Plan(
        draft.sheets,
        draft.held_out,
        draft.recipe,
        steps,
        per_epoch,
        draft.rows,
        draft.held_out_rows,
    )


def _divided(rows: Sequence[TokenRow], recipe: Recipe) -> tuple[list[TokenRow], list[TokenRow]]:
    """Whole documents are held out: rows about one passage would tell on each other."""
    sizes = Counter(row.group for row in rows)
    chosen = held_out_groups(sizes, round(len(rows) * recipe.held_out_share), recipe.seed)
    train = [row for row in rows if row.group not in chosen]
    return train, [row for row in rows if row.group in chosen]


def held_out_groups(sizes: Mapping[str, int], wanted: int, seed: int) -> frozenset[str]:
    """Groups of rows (group → how many) in an order of `seed` until there are `wanted` rows; never all.

    The order is that of their names alone: other rows beside change nothing of it.
    """
    chosen: list[str] = []
    taken = 0
    for group in sorted(sizes, key=lambda name: text_hash(f"{seed} {name}"))[:-1]:
        if taken >= wanted:
            break
        chosen.append(group)
        taken += sizes[group]
    return frozenset(chosen)
