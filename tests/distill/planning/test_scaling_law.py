"""The forecast of a long run: its interval holds simulated truths as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaegg.core.errors import InvalidRequestError
from teaegg.distill.planning.scaling import RUN_TO_RUN, Forecast, forecast, scores_covariance

SIZES = [0.0, 30_000.0, 60_000.0, 120_000.0]
ITEMS, DOCUMENTS = 24, 12
OF = [f"d{item % DOCUMENTS}" for item in range(ITEMS)]


class Truth:
    """A base, an end that more rows come near to, and how fast: drawn as real bases might be."""

    def __init__(self, generator: np.random.Generator) -> None:
        self.untrained = generator.uniform(0.5, 0.98)
        self.end = self.untrained * generator.uniform(0, 0.8)
        self.steepness = generator.uniform(0.3, 1.2)
        self.bend = np.exp(generator.uniform(np.log(5e3), np.log(3e5)))

    def score(self, tokens: float) -> float:
        grown = (tokens / self.bend) ** self.steepness
        return float(1 - self.end - (self.untrained - self.end) / (1 + grown))


def sat(truth: Truth, generator: np.random.Generator) -> list[np.ndarray]:
    """Scores of the items after each run: documents and items are harder or easier for all alike."""
    shared = generator.normal(0, 0.12, DOCUMENTS)[np.arange(ITEMS) % DOCUMENTS]
    shared = shared + generator.normal(0, 0.25, ITEMS)
    return [
        truth.score(size)
        + generator.normal(0, RUN_TO_RUN)
        + shared
        + generator.normal(0, 0.2, ITEMS)
        for size in SIZES
    ]


def forecast_from(scores: list[np.ndarray], tokens: float) -> Forecast:
    means = [float(each.mean()) for each in scores]
    return forecast(SIZES, means, scores_covariance(scores, OF, draws=500), tokens)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    generator, times = np.random.default_rng(11), 60
    held = gained = 0
    widths = []
    for _ in range(times):
        truth = Truth(generator)
        found = forecast_from(sat(truth, generator), 500_000)
        held += found.score.low <= truth.score(500_000) <= found.score.high
        gain = truth.score(500_000) - truth.score(0)
        gained += found.gain.low <= gain <= found.gain.high
        widths.append(found.gain.high - found.gain.low)
    # 95 of 100 in the long run; of 60, fewer than 51 come once in a thousand times.
    assert held >= 51
    assert gained >= 51
    # And it is no interval of everything.
    assert np.median(widths) < 0.5


def test_exact_pilots_of_a_known_curve_leave_little_open_near_them() -> None:
    truth = Truth(np.random.default_rng(3))
    scores = [truth.score(size) for size in SIZES]
    near = forecast(SIZES, scores, np.zeros((4, 4)), 150_000)
    far = forecast(SIZES, scores, np.zeros((4, 4)), 5_000_000)
    assert near.score.low <= truth.score(150_000) <= near.score.high
    assert near.score.high - near.score.low < 0.1
    assert far.score.high - far.score.low > near.score.high - near.score.low
    assert far.apart == pytest.approx(5_000_000 / 120_000)


def test_runs_that_learn_nothing_promise_nothing() -> None:
    found = forecast(SIZES, [0.2, 0.2, 0.2, 0.2], np.eye(4) * 0.01**2, 500_000)
    assert abs(found.gain.value) < 0.1
    assert found.score.low > 0.1


def test_what_all_runs_share_does_not_make_their_gain_doubtful() -> None:
    """Harder items lower every score alike: the level is doubtful, the gain much less."""
    alike = np.full((4, 4), 0.1**2) + np.eye(4) * 0.01**2
    apart = np.eye(4) * (0.1**2 + 0.01**2)
    scores = [0.15, 0.45, 0.5, 0.55]
    one, other = forecast(SIZES, scores, alike, 500_000), forecast(SIZES, scores, apart, 500_000)
    assert one.gain.high - one.gain.low < other.gain.high - other.gain.low
    assert one.score.high - one.score.low > one.gain.high - one.gain.low


@settings(max_examples=10)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.floats(1e5, 1e7))
def test_a_forecast_is_a_score_and_never_falls_below_what_its_curves_allow(
    scores: list[float], tokens: float
) -> None:
    found = forecast(SIZES, scores, np.eye(4) * 0.03**2, tokens)
    assert 0 <= found.score.low <= found.score.value <= found.score.high <= 1
    # The law knows no loss by learning.
    assert found.gain.low >= 0


@pytest.mark.parametrize(
    "sizes", [[0.0, 1.0, 2.0], [0.0, 2.0, 1.0, 3.0], [1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 1.0, 2.0]]
)
def test_fewer_than_three_growing_pilots_give_no_figure(sizes: list[float]) -> None:
    with pytest.raises(InvalidRequestError):
        forecast(sizes, [0.1] * len(sizes), np.eye(len(sizes)), 10.0)


def test_items_of_one_document_say_nothing_about_others() -> None:
    with pytest.raises(InvalidRequestError):
        scores_covariance([[0.1, 0.2], [0.3, 0.4]], ["d", "d"])


def test_few_documents_leave_the_means_more_doubtful_than_many() -> None:
    generator = np.random.default_rng(1)
    scores = [list(generator.normal(0.5, 0.2, 40)) for _ in range(2)]
    few = scores_covariance(scores, [f"d{item % 4}" for item in range(40)])
    many = scores_covariance(scores, [f"d{item}" for item in range(40)])
    # Items are independent here, so that the plain error of a mean is what many documents say.
    assert many[0, 0] == pytest.approx(np.var(scores[0]) / 40, rel=0.3)
    assert few.shape == (2, 2)
