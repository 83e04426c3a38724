"""Packing: rows that begin alike share their beginning, so that it is computed once.

A sheet is one sequence: the shared beginning, then one branch after the other. A branch sees the
beginning and itself, at the positions it would have alone, so each row's loss is what it would be
alone. Four questions about one passage cost one passage. (Prefix sharing as in tree attention; for
training see "Prefix Grouper", Liu et al. 2025.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from teaegg.distill.train.tokens import TokenRow

_LEAST_SHARED = 0.5
"""Part of a prompt that has to be shared: a template or an instruction in common is not worth a
wider attention, and would part the row from those that have its passage."""

_LONGER = 1.25
"""How much longer than a long shared beginning its sheet may become: computing it again costs more."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`tokens`, `positions` and `branches` (0: the shared beginning) go side by side.

    `sources` are the places whose outputs predict `targets`; `owners` says by index which of `rows`
    each of these answer tokens belongs to.
    """

    rows: tuple[str, ...]
    tokens: tuple[int, ...]
    positions: tuple[int, ...]
    branches: tuple[int, ...]
    sources: tuple[int, ...]
    targets: tuple[int, ...]
    owners: tuple[int, ...]
    learned_tokens: int
    """Tokens of the rows as they would be one by one, without padding: what speed is counted in."""

    @property
    def length(self) -> int:
        return len(self.tokens)


def make_sheets(rows: Sequence[TokenRow], *, most_tokens: int) -> list[Sheet]:
    """All rows, each on one sheet of `most_tokens` or less, unless a passage alone has about as many."""
    ordered = sorted(rows, key=lambda row: (row.prompt, row.answer))
    return [sheet_of(group, shared) for group, shared in _groups(ordered, most_tokens)]


def pair_sheets(rows: Sequence[TokenRow]) -> list[Sheet]:
    """A sheet for each row: its answer (owner 0) and its rejected one (owner 1) behind one prompt."""
    return [
        sheet_of([row, replace(row, answer=row.rejected)], len(row.prompt))
        for row in sorted(rows, key=lambda row: (row.prompt, row.answer))
    ]


def _groups(ordered: Sequence[TokenRow], most_tokens: int) -> Iterator[tuple[list[TokenRow], int]]:
    """Neighbours in the order of their tokens have the longest beginnings in common."""
    group: list[TokenRow] = []
    shared = tokens = 0
    for row in ordered:
        if group:
            common = min(shared, _common(group[0].prompt, row.prompt))
            # What is shared no longer is repeated in each row that is there.
            total = tokens + (shared - common) * (len(group) - 1) + row.length - common
            alike = common >= _LEAST_SHARED * max(shared, len(row.prompt))
            if alike and total <= max(most_tokens, _LONGER * common):
                group.append(row)
                shared, tokens = common, total
                continue
            yield group, shared if group[1:] else 0
        group, shared, tokens = [row], len(row.prompt), row.length
    if group:
        yield group, shared if group[1:] else 0


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    for place, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return place
    return min(len(left), len(right))


def sheet_of(group: Sequence[TokenRow], shared: int) -> Sheet:
    tokens = list(group[0].prompt[:shared])
    positions, branches = list(range(shared)), [0] * shared
    sources: list[int] = []
    targets: list[int] = []
    owners: list[int] = []
    for number, row in enumerate(group):
        # The last token of an answer is only ever a target.
        branch = (*row.prompt[shared:], *row.answer[:-1])
        start = len(tokens)
        tokens += branch
        positions += range(shared, shared + len(branch))
        branches += [number + 1] * len(branch)
        first = len(row.prompt) - shared - 1
        places = [start + first + step for step in range(len(row.answer))]
        if first < 0:
            places[0] = shared - 1
        sources += places
        targets += row.answer
        owners += [number] * len(row.answer)
    return Sheet(
        tuple(row.id for row in group),
        tuple(tokens),
        tuple(positions),
        tuple(branches),
        tuple(sources),
        tuple(targets),
        tuple(owners),
        sum(row.length for row in group),
    )


def micro_batches(
    sheets: Sequence[Sheet], *, most_tokens: int, random: Random
) -> list[tuple[Sheet, ...]]:
    """Sheets of like length together (little padding), `most_tokens` with padding at most; shuffled."""
    batches = side_by_side(
        sorted(sheets, key=lambda sheet: (sheet.length, random.random())), most_tokens=most_tokens
    )
    random.shuffle(batches)
    return batches


def side_by_side(ordered: Iterable[Sheet], *, most_tokens: int) -> list[tuple[Sheet, ...]]:
    """Neighbours together, `most_tokens` with padding at most (but at least one sheet)."""
    batches: list[tuple[Sheet, ...]] = []
    batch: list[Sheet] = []
    for sheet in ordered:
        if batch and padded_tokens([*batch, sheet]) > most_tokens:
            batches.append(tuple(batch))
            batch = []
        batch.append(sheet)
    if batch:
        batches.append(tuple(batch))
    return batches


def padded_tokens(batch: Sequence[Sheet]) -> int:
    """What a micro-batch costs."""
    return max(sheet.length for sheet in batch) * len(batch)


def steps_of(
    batches: Sequence[tuple[Sheet, ...]], *, batch_tokens: int
) -> list[tuple[tuple[Sheet, ...], ...]]:
    """Micro-batches of one optimiser step each, `batch_tokens` together at most (but at least one)."""
    steps: list[tuple[tuple[Sheet, ...], ...]] = []
    step: list[tuple[Sheet, ...]] = []
    tokens = 0
    for batch in batches:
        if step and tokens + padded_tokens(batch) > batch_tokens:
            steps.append(tuple(step))
            step, tokens = [], 0
        step.append(batch)
        tokens += padded_tokens(batch)
    if step:
        steps.append(tuple(step))
    # The longest first: cores that share a step are done at about the same time.
    return [tuple(sorted(step, key=padded_tokens, reverse=True)) for step in steps]
