"""Exact match and F1: what counts as the same answer, and how nearly right the others are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.evals.reading import reading_score


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("光荣和ω-force", "光荣和ω force"),
        ("《战国无双3》", "战国无双3"),
        (" Sun Wukong ", "sun wukong"),
        ("1998年，", "1998年"),
    ],
)
def test_case_spaces_and_punctuation_do_not_count(answer: str, right: str) -> None:
    assert reading_score(answer, [right]).exact == 1


@pytest.mark.parametrize(
    ("answer", "right"), [("5%", "5"), ("1.5", "15"), ("不得", "得"), ("", "无")]
)
def test_what_changes_the_sense_counts(answer: str, right: str) -> None:
    assert reading_score(answer, [right]).exact == 0


def test_f1_is_that_of_the_longest_common_run() -> None:
    score = reading_score("北京市海淀区", ["海淀区"])
    assert score.exact == 0
    assert score.f1 == pytest.approx(2 * 0.5 * 1 / 1.5)


def test_english_counts_words_and_not_letters() -> None:
    assert reading_score("the red house", ["red house"]).f1 == pytest.approx(0.8)


def test_the_nearest_of_several_right_answers_counts() -> None:
    assert reading_score("村雨城", ["任天堂游戏谜之村雨城", "村雨城"]).exact == 1


def test_without_a_right_answer_nothing_can_be_scored() -> None:
    with pytest.raises(ValueError):
        reading_score("甲", [])


@given(st.text(), st.text(min_size=1))
def test_scores_lie_between_none_and_all_and_do_not_depend_on_who_is_first(
    one: str, other: str
) -> None:
    score, turned = reading_score(one, [other]), reading_score(other, [one])
    assert 0 <= score.f1 <= 1
    assert score.f1 == pytest.approx(turned.f1)
