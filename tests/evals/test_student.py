"""Student's t in closed form agrees with the reference implementation."""

import pytest
from scipy import stats

from teaegg.evals.statistics.student import upper_quantile, upper_tail


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 9, 30, 501])
@pytest.mark.parametrize("t", [-8.0, -1.3, 0.0, 0.4, 2.0, 9.0])
def test_the_tail_is_students(degrees: int, t: float) -> None:
    assert upper_tail(t, degrees) == pytest.approx(stats.t.sf(t, degrees), abs=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 9, 50, 5000])
@pytest.mark.parametrize("chance", [0.5, 0.2, 0.025, 0.001])
def test_the_quantile_is_exceeded_as_often_as_said(degrees: int, chance: float) -> None:
    found = upper_quantile(chance, degrees)
    assert found == pytest.approx(stats.t.isf(chance, degrees), rel=1e-6, abs=1e-6)


def test_no_degrees_of_freedom_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        upper_tail(1.0, 0)
