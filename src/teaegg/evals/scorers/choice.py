"""A choice: which option did the examinee take, by likelihood or by the letter that it wrote.

Likelihood as in Brown et al. 2020 ("Language Models are Few-Shot Learners", 2.4): the option with the
highest one is the answer, and `probability` is what it believes of the right one, as a share of all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import LETTERS, ExamItem, Response
from teaegg.evals.letters import named_letter
from teaegg.evals.scorers.base import Score


def score_choice(item: ExamItem, response: Response) -> Score:
    """1 for the right option alone in front; of several equal ones none was taken."""
    if not response.options:
        return _by_letter(item, response)
    read = [nats for nats in response.options if not math.isnan(nats)]
    if len(read) != len(item.options):
        raise InvalidRequestError(
            f"Item {item.id} has {len(item.options)} options, but of {len(read)} a likelihood was read.",
            remedy="Let the examinee answer the item again.",
        )
    highest = max(response.options)
    taken = [place for place, nats in enumerate(response.options) if nats == highest]
    shares = option_shares(response.options)
    return Score(
        float(taken == [item.right_place]),
        {"probability": shares[item.right_place]},
        f"took {' or '.join(LETTERS[place] for place in taken)}",
    )


def option_shares(nats: Sequence[float]) -> tuple[float, ...]:
    """How the examinee divides its belief among the options: shares that sum to 1 (softmax)."""
    highest = max(nats)
    if math.isinf(highest):
        return (1 / len(nats),) * len(nats)
    weights = [math.exp(value - highest) for value in nats]
    return tuple(weight / math.fsum(weights) for weight in weights)


def _by_letter(item: ExamItem, response: Response) -> Score:
    letter = named_letter(response.text, len(item.options))
    if letter is None:
        return Score(0.0, {"answered": 0.0}, "named no option, or more than one")
    return Score(float(letter == item.right[0]), {"answered": 1.0}, f"named {letter}")
