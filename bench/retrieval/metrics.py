"""What counts as found, and the measures: recall, reciprocal rank, and gold within a budget.

A document's part is found where a returned text of that document holds all of it, white space
dropped. Long and short passages are compared in two ways that favour neither:

- `found_within(…, budget)`: everything returned is read in order and cut off after `budget`
  characters; the part has to stand whole inside what is left of one returned text.
- `rank`: the place of the first gold *unit* in reading order. Units are distinct documents, or in
  sets with parts (articles) the parts: a returned text that holds five articles takes five places,
  one that holds no whole article takes one.

`passage_rank` counts returned texts however long they are; it favours long passages and is shown
for comparison with figures published elsewhere.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bench.retrieval.sets import Asked, RetrievalSet

BUDGETS = (500, 1500, 3000)
"""Characters; 1,500 is the one that the targets name."""
_SPACE = re.compile(r"\s+")


class Returned(NamedTuple):
    """A text that a system returned, and the document it comes from."""

    document: str
    text: str


class Score(NamedTuple):
    """One question's outcome; a rank of 0 means not found."""

    rank: int
    passage_rank: int
    within: tuple[bool, ...]


def score(data: RetrievalSet, asked: Asked, returned: Sequence[Returned]) -> Score:
    """`within` goes with `BUDGETS`."""
    return Score(
        rank(data, asked, returned),
        passage_rank(asked, returned),
        tuple(found_within(asked, returned, budget) for budget in BUDGETS),
    )


def rank(data: RetrievalSet, asked: Asked, returned: Sequence[Returned]) -> int:
    """1 for the first unit in reading order, 0 when no gold unit was returned."""
    gold: set[Hashable] = {(one.document, squeezed(one.part)) for one in asked.gold}
    seen: dict[Hashable, None] = {}
    for unit in _units(data, returned):
        if unit in gold:
            return len(seen) + (unit not in seen)
        seen.setdefault(unit)
    return 0


def _units(data: RetrievalSet, returned: Sequence[Returned]) -> Iterator[Hashable]:
    for one in returned:
        if not data.units:
            yield one.document, ""
            continue
        text = squeezed(one.text)
        held = sorted(
            (at, part)
            for part in map(squeezed, data.units.get(one.document, ()))
            if (at := text.find(part)) >= 0
        )
        yield from ((one.document, part) for _, part in held)
        if not held:
            yield one.document, text, "no whole part"


def passage_rank(asked: Asked, returned: Sequence[Returned]) -> int:
    """The number of returned texts up to the first that holds gold; 0 when none does."""
    return next((at for at, one in enumerate(returned, 1) if holds_gold(asked, one)), 0)


def found_within(asked: Asked, returned: Sequence[Returned], budget: int) -> bool:
    """Whether gold stands whole in the first `budget` characters that were returned."""
    return any(holds_gold(asked, one) for one in cut_off(returned, budget))


def cut_off(returned: Sequence[Returned], budget: int) -> Iterator[Returned]:
    """The first `budget` characters of `returned`; the last text may be cut in two."""
    for one in returned:
        if budget <= 0:
            return
        yield Returned(one.document, one.text[:budget])
        budget -= len(one.text)


def holds_gold(asked: Asked, one: Returned) -> bool:
    text = squeezed(one.text)
    return any(one.document == gold.document and squeezed(gold.part) in text for gold in asked.gold)


@lru_cache(maxsize=200_000)
def squeezed(text: str) -> str:
    """`text` without white space."""
    return _SPACE.sub("", text)


def summary(scores: Sequence[Score]) -> dict[str, float]:
    """Recall@1, recall@5 and MRR@10 over units, recall@1 and @5 over returned texts, the budgets."""
    ranks = [one.rank for one in scores]
    texts = [one.passage_rank for one in scores]
    figures = {
        "recall@1": _mean(one == 1 for one in ranks),
        "recall@5": _mean(1 <= one <= 5 for one in ranks),
        "mrr@10": _mean(1 / one if 1 <= one <= 10 else 0.0 for one in ranks),
        "passage_recall@1": _mean(one == 1 for one in texts),
        "passage_recall@5": _mean(1 <= one <= 5 for one in texts),
    }
    for place, budget in enumerate(BUDGETS):
        figures[f"within_{budget}"] = _mean(one.within[place] for one in scores)
    return {"questions": len(scores), **figures}


def by_kind(asked: Sequence[Asked], scores: Sequence[Score]) -> dict[str, dict[str, float]]:
    """A summary for each kind of question, and "mean": the plain mean over the kinds."""
    kinds = list(dict.fromkeys(one.kind for one in asked))
    found = {
        kind: summary([s for one, s in zip(asked, scores, strict=True) if one.kind == kind])
        for kind in kinds
    }
    names = [name for name in next(iter(found.values())) if name != "questions"]
    mean = {name: round(statistics.fmean(f[name] for f in found.values()), 4) for name in names}
    return {**found, "mean": {"questions": len(scores), **mean}}


def _mean(values: Iterator[float] | Iterator[bool]) -> float:
    return round(statistics.fmean(values), 4)
