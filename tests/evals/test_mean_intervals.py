"""The interval of a mean score is honest, also where items of one document are alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.evals.statistics.intervals import mean_score

scores = st.lists(st.tuples(st.floats(0, 1), st.sampled_from("abcdef")), min_size=1, max_size=40)


def covered(items: int, per_document: int, chance: float, likeness: float, exams: int) -> float:
    """The share of simulated exams whose interval holds the truth. Items of a document are alike by a
    beta-binomial of that intraclass correlation."""
    generator = np.random.default_rng(7)
    documents = [str(item // per_document) for item in range(items)]
    weight = 1 / likeness - 1 if likeness else None
    held = 0
    for _ in range(exams):
        shared = (
            generator.beta(chance * weight, (1 - chance) * weight, items // per_document)
            if weight
            else np.full(items // per_document, chance)
        )
        won = generator.random(items) < np.repeat(shared, per_document)
        found = mean_score([float(value) for value in won], documents)
        held += found.low <= chance <= found.high
    return held / exams


@pytest.mark.parametrize(
    ("items", "per_document", "chance", "likeness", "held"),
    [
        (60, 1, 0.5, 0.0, 0.93),
        (60, 1, 0.95, 0.0, 0.93),
        (120, 4, 0.7, 0.0, 0.93),
        (120, 4, 0.7, 0.4, 0.93),
        (240, 6, 0.9, 0.5, 0.93),
        (40, 4, 0.3, 0.8, 0.93),
        # Twenty documents that are nearly all won know little of how alike they are; the bootstrap
        # of documents holds the truth in 90 % there.
        (120, 6, 0.9, 0.5, 0.9),
    ],
)
def test_the_interval_holds_the_truth_as_often_as_it_says(
    items: int, per_document: int, chance: float, likeness: float, held: float
) -> None:
    assert covered(items, per_document, chance, likeness, 600) >= held


def test_items_of_one_document_make_the_interval_wider() -> None:
    won = [1.0] * 20 + [0.0] * 20
    alone = mean_score(won, [str(place) for place in range(40)])
    together = mean_score(won, [str(place // 5) for place in range(40)])
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_an_item_without_a_document_stands_for_itself() -> None:
    assert mean_score([1, 0, 1, 0], [""] * 4).documents == 4


def test_it_is_wilsons_interval_where_items_are_independent_and_many() -> None:
    """Of 400 with 100 right: Wilson's closed form gives 0.2099 to 0.2947."""
    found = mean_score([1.0] * 100 + [0.0] * 300, [""] * 400)
    assert (found.low, found.high) == (
        pytest.approx(0.2099, abs=5e-4),
        pytest.approx(0.2947, abs=5e-4),
    )


def test_who_got_everything_right_is_not_called_infallible() -> None:
    found = mean_score([1.0] * 30, [str(place) for place in range(30)])
    assert found.high == 1
    assert 0.8 < found.low < 0.95


def test_of_a_single_document_nothing_is_known() -> None:
    found = mean_score([1.0, 0.0, 1.0], ["a", "a", "a"])
    assert (found.low, found.high) == (0, 1)


@given(scores)
def test_the_mean_lies_in_its_interval_and_the_interval_in_the_scale(
    drawn: list[tuple[float, str]],
) -> None:
    found = mean_score([score for score, _ in drawn], [document for _, document in drawn])
    assert 0 <= found.low <= found.mean
    assert found.mean <= found.high <= 1


def test_no_scores_and_unequal_lists_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one score"):
        mean_score([], [])
    with pytest.raises(ValueError, match="shorter"):
        mean_score([1.0, 0.0], ["a"])
