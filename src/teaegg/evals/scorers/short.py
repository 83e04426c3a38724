"""A short answer: exact match and F1, and whether a right answer stands in a longer reply.

`exact` and `f1` are those of `evals.reading` (CMRC 2018); widths of letters, digits and per cent signs do
not count, so that ６００元 is 600元. `contains` is the accuracy of RGB (Chen et al. 2024, "Benchmarking
Large Language Models in Retrieval-Augmented Generation"): for examinees that answer in sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from teaegg.core.exams import ExamItem, Response
from teaegg.evals.reading import reading_score
from teaegg.evals.scorers.base import Score
from teaegg.evals.scorers.declining import over_refusal
from teaegg.guard.quotes import find_quotes

# Other full-width signs stay: the published measure treats them apart from half-width ones.
_WIDE = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
_WIDTHS = str.maketrans({sign: chr(ord(sign) - 0xFEE0) for sign in f"{_WIDE}％"})


def score_short(item: ExamItem, response: Response) -> Score:
    """F1 against the nearest right answer; `exact`, `contains` and `over_refusal` beside it."""
    parts = answer_parts(response.text, item.right)
    why = "the right answer, word for word" if parts["exact"] else f"f1 {parts['f1']:.2f}"
    return Score(parts["f1"], {**parts, **over_refusal(item, response)}, why)


def answer_parts(reply: str, right: Sequence[str]) -> dict[str, float]:
    """`exact`, `f1` and `contains` of a reply, each from 0 to 1. Raises ValueError for no right answer."""
    score = reading_score(_half_width(reply), [_half_width(answer) for answer in right])
    contains = score.exact or any(any(find_quotes(answer, reply)) for answer in right)
    return {"exact": score.exact, "f1": score.f1, "contains": float(contains)}


def _half_width(text: str) -> str:
    return text.translate(_WIDTHS)
