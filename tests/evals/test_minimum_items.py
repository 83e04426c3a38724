"""The number of items that theory asks for: checked against exact power and against formulas in books."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from teaegg.evals.statistics.minimum import design_effect, items_for_difference, items_for_mcnemar


def exact_power(items: int, gain: float, disagreement: float, error: float) -> float:
    """Of the one-sided exact McNemar test, over every number of items on which both may differ."""
    share = (disagreement + gain) / 2 / disagreement
    power = 0.0
    for differing in range(1, items + 1):
        # The fewest wins that the test calls better.
        wins = int(stats.binom.isf(error, differing, 0.5)) + 1
        seen = stats.binom.sf(wins - 1, differing, share)
        power += stats.binom.pmf(differing, items, disagreement) * seen
    return power


@pytest.mark.parametrize(
    ("gain", "disagreement", "power"),
    [(0.1, 0.3, 0.8), (0.2, 0.4, 0.9), (0.1, 0.1, 0.8), (0.15, 0.6, 0.95), (0.3, 0.35, 0.8)],
)
def test_mcnemars_test_has_the_power_that_its_items_promise(
    gain: float, disagreement: float, power: float
) -> None:
    items = items_for_mcnemar(gain, disagreement, error=0.025, power=power)
    assert exact_power(items, gain, disagreement, 0.025) >= power
    # Not wasteful either: a fifth less is too few.
    assert exact_power(round(0.8 * items), gain, disagreement, 0.025) < power


def test_many_independent_items_follow_the_normal_formula() -> None:
    normal = (stats.norm.isf(0.025) + stats.norm.isf(0.2)) ** 2 * 0.3 / 0.02**2
    found = items_for_difference(0.02, 0.3, error=0.025, power=0.8)
    assert normal < found < normal * 1.01


def test_few_independent_items_follow_students_t() -> None:
    """By the noncentral t distribution: for an effect of half a deviation books say 34 pairs."""
    items = items_for_difference(0.5, 1.0, error=0.025, power=0.8)
    shift, degrees = 0.5 * math.sqrt(items), items - 1
    power = stats.nct.sf(stats.t.isf(0.025, degrees), degrees, shift)
    assert items in (33, 34, 35)
    assert power > 0.79


def test_examinees_that_never_differ_need_about_what_the_rule_of_three_says() -> None:
    """After n items without a loss, 3 / n is the highest plausible rate of losses (Hanley 1983)."""
    items = items_for_difference(0.05, 0.0, error=0.025, power=0.8, imagined=1)
    assert 3 / 0.05 < items < 1.5 * 3 / 0.05


@pytest.mark.parametrize(("items", "likeness", "expected"), [(1, 0.5, 1), (5, 0, 1), (5, 1, 5)])
def test_items_of_a_document_count_as_many_as_they_tell(
    items: int, likeness: float, expected: float
) -> None:
    assert design_effect(items, likeness) == expected


effects = st.floats(0.08, 0.5)
variances = st.floats(0, 2)


@given(effects, variances, st.floats(1, 20), st.floats(0.55, 0.95))
def test_a_smaller_effect_more_spread_or_more_power_never_need_fewer_items(
    effect: float, variance: float, per_document: float, power: float
) -> None:
    def needed(effect: float, variance: float, power: float) -> int:
        return items_for_difference(
            effect,
            variance,
            error=0.025,
            power=power,
            items_per_document=per_document,
            imagined=1,
        )

    items = needed(effect, variance, power)
    assert needed(effect / 2, variance, power) >= items
    assert needed(effect, variance + 1, power) >= items
    assert needed(effect, variance, power + 0.04) >= items


def test_what_cannot_be_planned_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        items_for_difference(0.0, 0.3, error=0.025, power=0.8)
    with pytest.raises(ValueError, match="needs a disagreement"):
        items_for_mcnemar(0.4, 0.3, error=0.025, power=0.8)
