"""A number with its unit: 六万元 = 60,000 元 = 6 万, 5% = 0.05, 1.5 m = 1500 mm.

Where a reply works towards its result, the last figure is the answer (Cobbe et al. 2021, "Training
Verifiers to Solve Math Word Problems"); figures that the question gives are none. Exact, unless the item
says otherwise in its right answer: 3.14±0.01, 60000元±1%.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from teaegg.core.exams import ExamItem, Response
from teaegg.evals.scorers.amounts import Amount, amounts_in
from teaegg.evals.scorers.base import Score
from teaegg.evals.scorers.declining import over_refusal
from teaegg.evals.scorers.short import answer_parts


@dataclass(frozen=True, slots=True)
class _Key:
    """What has to be said: one amount, both ends of a range …, each within `tolerance` of its unit."""

    text: str
    amounts: tuple[Amount, ...]
    tolerance: Fraction

    def is_met(self, said: Sequence[Amount]) -> bool:
        return len(said) == len(self.amounts) and all(
            _same(wanted, given, self.tolerance)
            for wanted, given in zip(self.amounts, said, strict=True)
        )


def score_number(item: ExamItem, response: Response) -> Score:
    """1 where the last figures of the reply are those of a right answer; a unit may be left off, not
    exchanged. `contains`: the right figures stand somewhere. `unit`: the reply states the unit.
    """
    asked = amounts_in("\n".join(item.questions))
    best = max(
        (_scored(_key(answer), response.text, asked) for answer in item.right),
        key=lambda found: (found.value, found.parts["contains"]),
    )
    return Score(best.value, {**best.parts, **over_refusal(item, response)}, best.why)


def _scored(key: _Key, reply: str, asked: Sequence[Amount]) -> Score:
    if not key.amounts:
        return _without_figures(key.text, reply)
    said = _candidates(key, amounts_in(reply), asked)
    count = len(key.amounts)
    last = said[-count:]
    right = key.is_met(last)
    runs = [said[start : start + count] for start in range(len(said) - count + 1)]
    parts = {
        "contains": float(any(map(key.is_met, runs))),
        "unit": float(right and not (last[-1].bare and not key.amounts[-1].bare)),
    }
    told = ", ".join(amount.surface for amount in last)
    return Score(float(right), parts, f"its last figure is {told}" if told else "states no figure")


def _without_figures(answer: str, reply: str) -> Score:
    """A key without figures, or whose only one may be an article (一个): compared as words."""
    parts = answer_parts(reply, [answer])
    return Score(
        parts["exact"], {"contains": parts["contains"], "unit": parts["exact"]}, "no figure"
    )


def _candidates(key: _Key, said: Sequence[Amount], asked: Sequence[Amount]) -> list[Amount]:
    """The figures that may be the answer: of the key's kind, else bare ones; not those of the question,
    unless the answer is one of them."""
    dimensions = {amount.dimension for amount in key.amounts}
    alike = [amount for amount in said if amount.dimension in dimensions]
    if any(amount.bare for amount in key.amounts):
        # Dates and references are an answer only where the reply has nothing else.
        alike = [
            amount
            for amount in said
            if amount.dimension in dimensions or not isinstance(amount.value, str)
        ] or list(said)
    elif not alike:
        alike = [amount for amount in said if amount.bare]
    given = [
        amount for amount in asked if not any(_same(k, amount, key.tolerance) for k in key.amounts)
    ]
    return [
        amount for amount in alike if not any(amount.is_near(other, Fraction(0)) for other in given)
    ]


def _same(wanted: Amount, given: Amount, tolerance: Fraction) -> bool:
    if wanted.is_near(given, tolerance):
        return True
    if wanted.bare and wanted.dimension != given.dimension:
        return wanted.measured_as(given).is_near(given, tolerance)
    if given.bare and wanted.dimension != given.dimension:
        return wanted.is_near(given.measured_as(wanted), tolerance)
    return False


def _key(answer: str) -> _Key:
    text, sign, allowed = answer.replace("+/-", "±").partition("±")
    amounts, margins = amounts_in(text), amounts_in(allowed)
    if not sign or not amounts or len(margins) != 1:
        return _Key(answer, tuple(amounts_in(answer)), Fraction(0))
    last, margin = amounts[-1], margins[0]
    if margin.dimension == "" and not margin.bare:
        return _Key(text, tuple(amounts), _size(last) * _size(margin))
    # 20±0.5mm and 20mm±0.5: the unit holds for both.
    if last.bare and not margin.bare:
        amounts = [amount.measured_as(margin) for amount in amounts]
    elif margin.bare and not last.bare:
        margin = margin.measured_as(last)
    return _Key(text, tuple(amounts), _size(margin))


def _size(amount: Amount) -> Fraction:
    """Without its sign; 0 for what is no amount, as a date."""
    return Fraction(0) if isinstance(amount.value, str) else abs(amount.value)
