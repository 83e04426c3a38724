"""A choice: which option did the examinee take, by likelihood or by the letter that it wrote.

Likelihood as in Brown et al. 2020 ("Language Models are Few-Shot Learners", 2.4): the option with the
highest one is the answer. `length_normalised` divides by the characters of the option, as the `acc_norm` of
the LM Evaluation Harness does (Gao et al. 2024); it says something where whole options were read,
not their letters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from teaegg.core.exams import LETTERS, ExamItem, Response
from teaegg.evals.letters import named_letter
from teaegg.evals.scorers.base import Score


def score_choice(item: ExamItem, response: Response) -> Score:
    """1 for the right option alone in front; of several equal ones none was taken."""
    if not response.options:
        return _by_letter(item, response)
    place = item.right_place
    lengths = [len(option) for option in item.options]
    by_length = [nats / length for nats, length in zip(response.options, lengths, strict=True)]
    shares = option_shares(response.options)
    taken = _first(response.options)
    return Score(
        float(taken == place),
        {
            "length_normalised": float(_first(by_length) == place),
            "probability": shares[place],
        },
        f"took {LETTERS[taken]}" if taken is not None else "took none: several are equally likely",
    )


def option_shares(nats: Sequence[float]) -> tuple[float, ...]:
    """How the examinee divides its belief among the options: shares that sum to 1 (softmax)."""
    highest = max(nats)
    if math.isinf(highest):
        return (1 / len(nats),) * len(nats)
    weights = [math.exp(value - highest) for value in nats]
    return tuple(weight / math.fsum(weights) for weight in weights)


def _first(values: Sequence[float]) -> int | None:
    highest = max(values)
    return values.index(highest) if list(values).count(highest) == 1 else None


def _by_letter(item: ExamItem, response: Response) -> Score:
    letter = named_letter(response.text, len(item.options))
    if letter is None:
        return Score(0.0, {"answered": 0.0}, "named no option, or more than one")
    return Score(float(letter == item.right[0]), {"answered": 1.0}, f"wrote {letter}")
