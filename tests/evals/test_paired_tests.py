"""A difference is called one only when chance would seldom make it."""

import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from teaegg.evals.statistics.paired import holm, mcnemar, paired_difference


@pytest.mark.parametrize(("won", "lost"), [(8, 2), (3, 3), (0, 5), (20, 7), (1, 0)])
def test_mcnemar_is_the_exact_binomial_test_of_the_differing_items(won: int, lost: int) -> None:
    candidate = [True] * won + [False] * lost + [True] * 10
    baseline = [False] * won + [True] * lost + [True] * 10
    expected = stats.binomtest(won, won + lost).pvalue
    assert mcnemar(candidate, baseline) == pytest.approx(expected)


@pytest.mark.parametrize(("won", "lost"), [(8, 2), (3, 3), (0, 5), (20, 7), (1, 0)])
def test_mcnemar_against_no_better_is_the_upper_tail(won: int, lost: int) -> None:
    candidate, baseline = [True] * won + [False] * lost, [False] * won + [True] * lost
    expected = stats.binomtest(won, won + lost, alternative="greater").pvalue
    assert mcnemar(candidate, baseline, against="no better") == pytest.approx(expected)


@pytest.mark.parametrize("kind", [list, np.array])
def test_mcnemar_counts_large_exams(kind: type) -> None:
    """Two to the power of 1300 is more than a floating point number holds."""
    candidate, baseline = kind([True] * 700 + [False] * 600), kind([False] * 700 + [True] * 600)
    expected = stats.binomtest(700, 1300).pvalue
    assert mcnemar(candidate, baseline) == pytest.approx(expected)
    assert mcnemar([True] * 5000, [False] * 5000) < 1e-300


def test_holm_follows_the_steps_of_the_method() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_holm_keeps_the_order_and_lies_between_none_and_bonferroni(
    p_values: list[float], chance: random.Random
) -> None:
    adjusted = holm(p_values)
    for value, raised in zip(p_values, adjusted, strict=True):
        assert value <= raised <= min(1.0, len(p_values) * value)
    ranked = sorted(zip(p_values, adjusted, strict=True))
    assert all(one[1] <= other[1] for one, other in pairwise(ranked))
    mixed = list(zip(p_values, adjusted, strict=True))
    chance.shuffle(mixed)
    again = holm([value for value, _ in mixed])
    assert again == pytest.approx([raised for _, raised in mixed])


def test_examinees_that_never_differ_are_equal() -> None:
    assert mcnemar([True, False], [True, False]) == 1


def test_equal_examinees_are_seldom_called_different() -> None:
    """True rate 5 %; 200 exams of 100 items by two examinees of the same strength."""
    generator = np.random.default_rng(3)
    called = 0
    for exam in range(200):
        scores = generator.random((2, 100)) < 0.6
        names = [f"d{item // 4}" for item in range(100)]
        found = paired_difference(
            scores[0].astype(float), scores[1].astype(float), names, seed=exam, draws=400
        )
        called += found.p_value < 0.05
    assert called <= 22


def test_a_better_examinee_is_found_better() -> None:
    generator = np.random.default_rng(4)
    baseline = (generator.random(300) < 0.4).astype(float)
    candidate = np.maximum(baseline, generator.random(300) < 0.3)
    found = paired_difference(candidate, baseline, [str(i // 3) for i in range(300)], seed=1)
    assert found.low > 0
    assert found.p_value < 0.01
    assert (found.items, found.documents) == (300, 100)


def test_questions_of_one_document_count_as_one_witness() -> None:
    """The same scores are surer when they come from many documents."""
    candidate, baseline = [1.0] * 30 + [0.0] * 10, [0.0] * 30 + [0.0] * 10
    many = paired_difference(candidate, baseline, [str(i) for i in range(40)], seed=1)
    few = paired_difference(candidate, baseline, [str(i // 10) for i in range(40)], seed=1)
    assert few.high - few.low > many.high - many.low


scored = st.lists(
    st.tuples(
        st.sampled_from([0, 0.5, 1]), st.sampled_from([0, 0.5, 1]), st.sampled_from("abcdef")
    ),
    min_size=1,
    max_size=25,
)


@given(scored, st.randoms(use_true_random=False))
def test_the_order_of_the_items_changes_nothing(
    items: list[tuple[float, float, str]], chance: random.Random
) -> None:
    mixed = list(items)
    chance.shuffle(mixed)
    found = [
        paired_difference(*zip(*order, strict=True), seed=1, draws=200, margin=0.1, imagined=1)
        for order in (items, mixed)
    ]
    assert found[0] == found[1]


@given(scored)
def test_swapping_the_examinees_mirrors_the_difference(
    items: list[tuple[float, float, str]],
) -> None:
    ours, theirs, names = zip(*items, strict=True)
    one = paired_difference(ours, theirs, names, seed=1, draws=200)
    other = paired_difference(theirs, ours, names, seed=1, draws=200)
    assert one.mean == pytest.approx(-other.mean)
    assert (one.low, one.high) == (pytest.approx(-other.high), pytest.approx(-other.low))
    assert (one.p_better, one.p_worse) == (other.p_worse, other.p_better)
    assert one.p_value == other.p_value


@given(scored, st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_wider_margin_is_ruled_out_more_easily(
    items: list[tuple[float, float, str]], margin: float, more: float
) -> None:
    ours, theirs, names = zip(*items, strict=True)
    narrow, wide = (
        paired_difference(ours, theirs, names, seed=1, draws=200, margin=chosen)
        for chosen in (margin, margin + more)
    )
    assert (
        wide.p_lost
        <= narrow.p_lost
        <= paired_difference(ours, theirs, names, seed=1, draws=200).p_better
    )


def test_few_documents_widen_the_interval_as_students_t_does() -> None:
    """For means of normal differences the interval is that of the t test."""
    values = stats.norm.ppf((np.arange(8) + 0.5) / 8)
    found = paired_difference(values, [0.0] * 8, list("abcdefgh"), seed=1, draws=40_000)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert found.high == pytest.approx(expected.high, rel=0.08)
    assert found.variance == pytest.approx(np.var(values, ddof=1))


def test_one_document_is_no_evidence() -> None:
    found = paired_difference([1.0] * 50, [0.0] * 50, ["a"] * 50, seed=1)
    assert (found.p_value, found.p_better, found.p_lost) == (1, 1, 1)


def test_what_was_never_seen_may_still_happen() -> None:
    """Without a single loss in 40 items a loss of 5 points is not ruled out, in 200 items it is."""
    for items, ruled_out in ((40, False), (200, True)):
        names = [str(item) for item in range(items)]
        found = paired_difference(
            [1.0] * items, [1.0] * items, names, seed=1, margin=0.05, imagined=1
        )
        assert (found.p_lost < 0.025) is ruled_out
        assert found.low < 0 < found.high
        assert found.mean == 0


def test_items_must_be_the_same() -> None:
    with pytest.raises(ValueError):
        paired_difference([1.0], [1.0, 0.0], ["a", "b"], seed=1)
    with pytest.raises(ValueError):
        paired_difference([], [], [], seed=1)
