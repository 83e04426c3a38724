"""Kappa and rank correlations: as published examples and scipy have them, with intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from teaegg.evals.statistics.agreement import agreement

POINTS = st.sampled_from([0.0, 0.5, 1.0])
PAIRS = st.lists(st.tuples(POINTS, POINTS), min_size=3, max_size=40)


def of(one: list[float], other: list[float], draws: int = 20):
    return agreement([[p] for p in one], [[p] for p in other], seed=1, draws=draws)


def test_kappa_of_a_textbook_table() -> None:
    """20 both yes, 15 both no, 5 and 10 apart: observed 0.7, by chance 0.5."""
    one = [1.0] * 20 + [1.0] * 5 + [0.0] * 10 + [0.0] * 15
    other = [1.0] * 20 + [0.0] * 5 + [1.0] * 10 + [0.0] * 15
    found = of(one, other)
    assert found.kappa.value == pytest.approx(0.4)
    assert found.same == pytest.approx(0.7)


@given(PAIRS)
@settings(max_examples=60)
def test_correlations_are_those_of_scipy(pairs: list[tuple[float, float]]) -> None:
    one, other = (list(side) for side in zip(*pairs, strict=True))
    found = of(one, other, draws=2)
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert found.spearman.value is None and found.kendall.value is None
        return
    assert found.spearman.value == pytest.approx(stats.spearmanr(one, other).statistic)
    assert found.kendall.value == pytest.approx(stats.kendalltau(one, other).statistic)


@given(PAIRS)
@settings(max_examples=60)
def test_weighted_kappa_is_the_concordance_of_lin(pairs: list[tuple[float, float]]) -> None:
    """Squared weights make kappa the concordance correlation (Fleiss and Cohen 1973; Lin 1989)."""
    one, other = np.array(pairs).T
    expected = one.var() + other.var() + (one.mean() - other.mean()) ** 2
    found = of(list(one), list(other), draws=2).kappa.value
    if expected == 0:
        assert found is None
    else:
        assert found == pytest.approx(1 - np.mean((one - other) ** 2) / expected)


@given(PAIRS)
@settings(max_examples=40)
def test_agreement_depends_on_no_order_and_on_nobody_being_first(
    pairs: list[tuple[float, float]],
) -> None:
    one, other = (list(side) for side in zip(*pairs, strict=True))
    found, turned = of(one, other, 2), of(other[::-1], one[::-1], 2)
    for name in ("kappa", "spearman", "kendall"):
        ours, theirs = getattr(found, name).value, getattr(turned, name).value
        assert ours == pytest.approx(theirs) if ours is not None else theirs is None


def test_the_same_grades_agree_wholly_and_turned_ones_not_at_all() -> None:
    points = [0.0, 0.5, 1.0, 1.0, 0.5, 0.0]
    assert of(points, points).kappa.value == 1
    assert of(points, [1 - p for p in points]).kendall.value == pytest.approx(-1)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    """Two graders that read the same quality with errors: true Pearson of ranks by simulation at large."""
    generator = np.random.default_rng(7)

    def graded(items: int) -> tuple[list[list[float]], list[list[float]]]:
        quality = generator.normal(size=(items, 2)) + generator.normal(size=(items, 1))
        sides = (quality + generator.normal(size=quality.shape) * 0.7 for _ in range(2))
        one, other = (np.digitize(side, [-0.6, 0.6]) / 2 for side in sides)
        return one.tolist(), other.tolist()

    truth = agreement(*graded(20_000), seed=1, draws=2).kappa.value
    assert truth is not None
    held = 0
    for _ in range(100):
        found = agreement(*graded(60), seed=1, draws=200).kappa
        assert found.low is not None and found.high is not None
        held += found.low <= truth <= found.high
    assert held >= 87


def test_nothing_graded_by_both_cannot_agree() -> None:
    with pytest.raises(ValueError, match="at least one point"):
        agreement([], [], seed=1)
    with pytest.raises(ValueError):
        agreement([[1.0, 0.0]], [[1.0]], seed=1)
