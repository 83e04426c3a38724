"""Exams whose truth is known: how often each examinee is right, and how alike a document's items are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from teaegg.core.exams import Area
from teaegg.evals.records import ScoredItem

Records = tuple[list[ScoredItem], list[ScoredItem]]


@dataclass(frozen=True)
class Truth:
    """On a share `won` of the items only the candidate is right, on `lost` only the baseline.

    `likeness` is the true intraclass correlation: the shares of each document are drawn around these.
    """

    won: float
    lost: float
    likeness: float = 0.0


def sat(
    generator: np.random.Generator, area: Area, truth: Truth, items: int, per_document: int = 1
) -> Records:
    """The records of candidate and baseline on `items`, rounded up to whole documents."""
    documents = -(-items // per_document)
    both = (1 - truth.won - truth.lost) / 2
    shares = np.array([truth.won, truth.lost, both, both])
    if truth.likeness:
        # Dirichlet shares give the outcomes of one document this correlation (Mosimann 1962).
        strength = (1 - truth.likeness) / truth.likeness
        chances = generator.dirichlet(np.maximum(shares, 1e-9) * strength, size=documents)
    else:
        chances = np.tile(shares, (documents, 1))
    drawn = generator.random((documents, per_document, 1))
    outcomes = (drawn > chances.cumsum(axis=1)[:, None, :3]).sum(axis=2)
    return (
        _scored(area, np.isin(outcomes, (0, 2))),
        _scored(area, np.isin(outcomes, (1, 2))),
    )


def _scored(area: Area, right: np.ndarray) -> list[ScoredItem]:
    return [
        ScoredItem(
            f"{area}-{page}-{number}", area, "short", f"{area} {page}", float(one), signed=True
        )
        for page, row in enumerate(right)
        for number, one in enumerate(row)
    ]
