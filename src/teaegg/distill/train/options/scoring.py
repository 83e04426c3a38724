"""Likelihoods of the options of a batch; the vocabulary is only looked at where an option asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor

from teaegg.distill.train.sheets import Sheet
from teaegg.distill.train.student import Beginning, SheetModel
from teaegg.models.options import OptionLikelihood, OptionReading

_PLACES_AT_ONCE = 64
"""Times the vocabulary in 32 bits: 64 MB for Gemma 3."""


def readings(
    model: SheetModel, batch: Sequence[Sheet], behind: Beginning | None
) -> list[OptionReading]:
    """One for each sheet of the batch (see `encoding`)."""
    outputs = model.outputs(batch, behind)
    nats = _nats(model, batch, outputs.hidden, outputs.targets).tolist()
    given = iter(nats)
    return [
        OptionReading(
            int(sheet.rows[0]),
            tuple(
                OptionLikelihood(sum(tokens), len(tokens))
                for _, owned in groupby(sheet.owners)
                if (tokens := [next(given) for _ in owned])
            ),
        )
        for sheet in batch
    ]


def _nats(model: SheetModel, batch: Sequence[Sheet], hidden: Tensor, targets: Tensor) -> Tensor:
    """Log-probability of each target, in 32 bits: 16 would make options equal that are not."""
    places = [(number, source) for number, sheet in enumerate(batch) for source in sheet.sources]
    # Options of one question begin at the same place, whose sum over the vocabulary is computed once.
    numbers = {place: number for number, place in enumerate(dict.fromkeys(places))}
    first = {place: row for row, place in reversed(list(enumerate(places)))}
    asked = hidden[[first[place] for place in numbers]]
    sums = torch.cat(
        [torch.logsumexp(model.logits(part), -1) for part in torch.split(asked, _PLACES_AT_ONCE)]
    )
    scores = (hidden.float() * model.head[targets].float()).sum(-1)
    return scores - sums[[numbers[place] for place in places]]
