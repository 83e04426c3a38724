"""Risk against coverage, what a sitting cost, and how much of a draft was changed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.exams import Response
from teaegg.evals.costs import cost_of
from teaegg.evals.edits import edit_distance, edited_share
from teaegg.evals.statistics.selective import risk_coverage

ANSWERS = st.lists(
    st.tuples(st.sampled_from([0.1, 0.4, 0.4, 0.7, 0.9]), st.sampled_from([0.0, 0.5, 1.0])),
    min_size=1,
    max_size=30,
)
WORDS = st.text(alphabet="甲乙丙ab ", max_size=20)


def test_a_curve_worked_by_hand() -> None:
    found = risk_coverage([(0.9, 1), (0.8, 0), (0.7, 1), (0.1, 0)])
    assert [(p.coverage, p.risk) for p in found.points] == [
        (0.25, 0),
        (0.5, 0.5),
        (0.75, pytest.approx(1 / 3)),
        (1, 0.5),
    ]
    assert found.area == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert found.best_area == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert (found.coverage_at(0.4), found.coverage_at(0.5), found.coverage_at(0)) == (0.75, 1, 0.25)


def test_equal_confidences_come_in_together_as_in_a_random_order() -> None:
    found = risk_coverage([(0.5, 1), (0.5, 0)])
    assert len(found.points) == 1
    assert found.area == pytest.approx(0.5)


@given(ANSWERS, st.randoms(use_true_random=False))
def test_of_the_order_of_the_answers_nothing_depends(
    answers: list[tuple[float, float]], shuffler: random.Random
) -> None:
    shuffled = shuffler.sample(answers, len(answers))
    found, again = risk_coverage(answers), risk_coverage(shuffled)
    assert found.area == pytest.approx(again.area)
    assert found.points == again.points


@given(ANSWERS)
def test_no_ranking_is_better_than_the_perfect_one(answers: list[tuple[float, float]]) -> None:
    found = risk_coverage(answers)
    assert 0 <= found.best_area <= found.area + 1e-9 <= 1 + 1e-9
    assert found.points[-1].coverage == 1
    lacking = sum(1 - score for _, score in answers) / len(answers)
    assert found.points[-1].risk == pytest.approx(lacking)


@pytest.mark.parametrize("answers", [[], [(float("nan"), 1.0)]])
def test_nothing_and_no_number_make_no_curve(answers: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError):
        risk_coverage(answers)


def test_cost_counts_what_was_measured_and_says_of_how_many() -> None:
    found = cost_of(
        [
            Response(item="a", seconds=1, first_seconds=0.5, prompt_tokens=10, price=0.1),
            Response(item="b", seconds=3, prompt_tokens=5, answer_tokens=7),
            Response(item="c", seconds=0),
        ]
    )
    assert (found.responses, found.seconds_median, found.first_seconds_median) == (3, 2, 0.5)
    assert found.seconds_p95 == pytest.approx(2.9)
    assert (found.prompt_tokens, found.answer_tokens) == (15, 7)
    assert (found.price, found.priced) == (pytest.approx(0.1), 1)


def test_what_nobody_measured_is_none_and_not_nothing() -> None:
    found = cost_of([])
    assert (found.responses, found.seconds_median, found.price) == (0, None, None)


def test_edits_worked_by_hand() -> None:
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance("住宿标准600元", "住宿标准每晚800元") == 3
    assert edited_share("尊敬的客户：您好。", "尊敬的客户：您好。") == 0
    assert edited_share("", "全部重写") == 1


@given(WORDS, WORDS)
def test_distance_is_that_of_the_plain_algorithm(one: str, other: str) -> None:
    row = list(range(len(other) + 1))
    for i, character in enumerate(one, start=1):
        diagonal, row[0] = row[0], i
        for j, compared in enumerate(other, start=1):
            diagonal, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, diagonal + (character != compared)),
            )
    assert edit_distance(one, other) == row[-1]


@given(WORDS, WORDS)
def test_the_edited_share_is_the_same_both_ways_and_blanks_do_not_count(
    one: str, other: str
) -> None:
    share = edited_share(one, other)
    assert 0 <= share <= 1
    assert share == edited_share(other, one)
    assert edited_share(one, f"  {one}\n") == 0
