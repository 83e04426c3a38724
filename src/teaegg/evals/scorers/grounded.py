"""A question whose answer stands in gold passages: is the answer right, and is it proved.

The value is that of the answer alone, so that examinees with and without documents can be compared;
how it is proved stands in the parts.
"""

from __future__ import annotations

from teaegg.core.exams import ExamItem, Response
from teaegg.evals.scorers.base import Score
from teaegg.evals.scorers.declining import declined, over_refusal
from teaegg.evals.scorers.proof import proof_parts
from teaegg.evals.scorers.short import answer_parts


def score_grounded(item: ExamItem, response: Response) -> Score:
    """1 where a right answer stands in the reply, word for word; else the F1 of the reply or of the
    quote that comes nearest. Nothing for declining: `over_refusal` counts that."""
    refusal = over_refusal(item, response)
    proof = proof_parts(item, response)
    if declined(item, response):
        return Score(0.0, {**refusal, **proof}, "declined what the documents say")
    said = [response.text, *(quote.quote for quote in response.citations)]
    parts = max((answer_parts(text, item.right) for text in said), key=_value)
    value = _value(parts)
    why = "the right answer stands in it" if parts["contains"] else f"f1 {parts['f1']:.2f}"
    return Score(value, {**parts, **refusal, **proof}, why)


def _value(parts: dict[str, float]) -> float:
    return max(parts["contains"], parts["f1"])
