from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.dates import dates_in
from teaegg.core.spelling.edits import within_edits
from teaegg.core.spelling.scripts import simplified
from teaegg.core.terms import fold, identifiers, index_terms


def test_traditional_and_simplified_text_have_the_same_terms() -> None:
    assert index_terms("勞動合同法規定試用期") == index_terms("劳动合同法规定试用期")


@given(st.text())
def test_folding_the_script_keeps_every_place(text: str) -> None:
    assert len(simplified(text)) == len(text)
    assert simplified(simplified(text)) == simplified(text)


@pytest.mark.parametrize(
    "spelling",
    ["二〇二四年三月一日", "2024年3月1日", "2024-03-01", "2024/3/1", "２０２４．３．１", "1 March 2024",
     "March 1, 2024", "Mar 1st, 2024"],
)  # fmt: skip
def test_a_date_gives_one_term_however_it_is_written(spelling: str) -> None:
    assert "20240301" in index_terms(f"自{spelling}起施行" if spelling[0] != "M" else spelling)


def test_what_no_calendar_holds_is_no_date() -> None:
    assert [mention.day for mention in dates_in("2023-02-29 和 2024-02-29")] == [date(2024, 2, 29)]


@pytest.mark.parametrize(
    "spelling", ["六万元", "6万元", "60,000元", "60000元", "６００００ 元", "陆万元"]
)
def test_an_amount_gives_one_term_however_it_is_written(spelling: str) -> None:
    assert "60000" in index_terms(spelling)


@pytest.mark.parametrize(
    ("one", "other"), [("三个月", "3个月"), ("三十日", "30日"), ("百分之三十", "30%")]
)
def test_small_numbers_before_a_measure_meet(one: str, other: str) -> None:
    assert set(index_terms(one)) & {term for term in index_terms(other) if term.isdigit()}


@pytest.mark.parametrize("text", ["再三", "三亚", "一般", "一个", "第三十三条"])
def test_numerals_that_count_nothing_give_no_number(text: str) -> None:
    assert not [term for term in index_terms(text) if term.isdigit()]


def test_a_size_is_one_code_with_every_times_sign() -> None:
    assert {
        code for text in ("M8×30", "M8x30", "M8*30", "ｍ８Ｘ３０") for code in identifiers(text)
    } == {"M8X30"}


def test_a_code_in_groups_is_also_one_code() -> None:
    assert "62042RSC3" in identifiers("轴承 6204 2RS C3")
    assert "62042RS" in identifiers("轴承 6204 2RS C3")


def test_a_long_dash_between_words_is_kept() -> None:
    assert fold("甲——乙") == "甲——乙"


@given(st.text("ab1", max_size=8), st.text("ab1", max_size=8), st.integers(0, 3))
def test_edits_count_alike_in_both_directions(one: str, other: str, most: int) -> None:
    assert within_edits(one, other, most) == within_edits(other, one, most)
    assert within_edits(one, one, most)
    assert not within_edits(one, other, 0) or one == other


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("bearing", "bearimg", 1),
        ("bearing", "baering", 1),
        ("bearing", "bering", 1),
        ("abc", "xyz", 3),
    ],
)
def test_edits_are_counted(one: str, other: str, edits: int) -> None:
    assert within_edits(one, other, edits)
    assert not within_edits(one, other, edits - 1)
