"""A difference is called one only when chance would seldom make it."""

import numpy as np
import pytest
from scipy import stats

from teaegg.evals.paired import mcnemar, paired_difference


@pytest.mark.parametrize(("won", "lost"), [(8, 2), (3, 3), (0, 5), (20, 7), (1, 0)])
def test_mcnemar_is_the_exact_binomial_test_of_the_differing_items(won: int, lost: int) -> None:
    candidate = [True] * won + [False] * lost + [True] * 10
    baseline = [False] * won + [True] * lost + [True] * 10
    expected = stats.binomtest(won, won + lost).pvalue
    assert mcnemar(candidate, baseline) == pytest.approx(expected)


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


def test_items_must_be_the_same() -> None:
    with pytest.raises(ValueError):
        paired_difference([1.0], [1.0, 0.0], ["a", "b"], seed=1)
    with pytest.raises(ValueError):
        paired_difference([], [], [], seed=1)
