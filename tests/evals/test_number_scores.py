"""Numbers with units: however they are written, the same amount is the same, and no other one is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.exams import ExamItem, Response
from teaegg.evals.scorers.number import score_number


def value_of(right: str, reply: str, question: str = "应缴多少？") -> float:
    item = ExamItem(id="n", form="number", questions=(question,), right=(right,))
    return score_number(item, Response(item=item.hash, text=reply)).value


@pytest.mark.parametrize(
    ("right", "reply"),
    [
        ("六万元", "60,000 元"),
        ("六万元", "６万元"),
        ("60000元", "RMB 60,000"),
        ("6万元", "6万"),
        ("60000", "应缴60000元。"),
        ("5%", "0.05"),
        ("0.05", "百分之五"),
        ("5%", "税率为５％"),
        ("1/3", "三分之一"),
        ("1.5 m", "1500 mm"),
        ("1.6MPa", "16 bar"),
        ("1吨", "1000公斤"),
        ("3-5天", "3至5天"),
        ("3-5个工作日", "一般需要三到五个工作日"),
        ("两年", "24个月"),
        ("半年", "6个月"),
        ("2小时", "120分钟"),
        ("-5℃", "零下5度"),
        ("2023年9月1日", "September 1, 2023"),
        ("5人", "5名"),
        ("two hundred", "200 dollars"),
        ("USD 5 million", "$5,000,000"),
        ("100000元±1%", "10.05万元"),
        ("3.14±0.01", "3.1416"),
        ("20mm±0.5mm", "20.4 mm"),
        ("20±0.5mm", "20.4 mm"),
        ("每晚600元，最多3天", "600元一晚，3天为限"),
    ],
)
def test_the_same_amount_is_right_however_it_is_written(right: str, reply: str) -> None:
    assert value_of(right, reply) == 1


@pytest.mark.parametrize(
    ("right", "reply"),
    [
        ("60000元", "6万美元"),
        ("6万元", "6元"),
        ("6万元", "6"),
        ("5%", "5"),
        ("5", "5%"),
        ("5%", "5个百分点"),
        ("3-5天", "3-6天"),
        ("3-5天", "5天"),
        ("30天", "一个月"),
        ("5个工作日", "5天"),
        ("1.5 m", "1.5 mm"),
        ("2023年9月1日", "2023年9月"),
        ("60000元", ""),
        ("60000元", "很多钱"),
        ("100000元±1%", "10.2万元"),
        ("3.14±0.01", "3.16"),
        ("8:30±9月1日", "9:00"),
        ("每晚600元，最多3天", "600元一晚，4天为限"),
    ],
)
def test_another_amount_or_unit_is_wrong(right: str, reply: str) -> None:
    assert value_of(right, reply) == 0


def test_the_last_figure_of_a_calculation_is_its_result() -> None:
    question = "12万元的50%是多少？"
    assert value_of("6万元", "12万元×50%=6万元", question) == 1
    assert value_of("6万元", "6万元，因为是12万元的一半", question) == 1
    assert value_of("6万元", "先是6万元，再减1万元，所以是5万元", question) == 0


def test_dates_and_articles_beside_the_answer_do_not_matter() -> None:
    assert value_of("6万元", "6万元，依据第三十三条，2023年9月1日起施行。") == 1
    assert value_of("60000", "60000元，依据第三十三条。") == 1
    assert value_of("2023", "2023年") == 1


def test_a_key_without_figures_is_compared_as_words() -> None:
    assert value_of("一个", "一个") == 1
    assert value_of("一个", "三个") == 0


def test_what_is_left_off_is_told_in_the_parts() -> None:
    item = ExamItem(id="n", form="number", questions=("多少元？",), right=("6万元",))
    said = {
        text: score_number(item, Response(item="", text=text)).parts
        for text in ("60000", "6万元", "6万元或7万元")
    }
    assert said["60000"]["unit"] == 0
    assert said["6万元"]["unit"] == 1
    assert said["6万元或7万元"]["contains"] == 1


@given(st.decimals(min_value="0.01", max_value=10**8, places=2))
def test_every_way_of_writing_an_amount_is_right(amount: Decimal) -> None:
    assert value_of(f"{amount}元", f"{amount:,}元") == 1
    assert value_of(f"{amount}元", f"人民币{amount}元。") == 1
    assert value_of(f"{amount}元", f"{amount + 1}元") == 0


@given(st.text(max_size=60), st.text(min_size=1, max_size=40).filter(str.strip))
def test_any_text_scores_between_none_and_all(reply: str, right: str) -> None:
    assert 0 <= value_of(right, reply) <= 1


KEYS = st.text(
    alphabet=st.sampled_from("0123456789０５一二三十百万亿半个年月日天元%/:.,- 第条℃m美to"),
    min_size=1,
    max_size=16,
).filter(str.strip)


@given(KEYS)
def test_a_key_is_its_own_right_answer(key: str) -> None:
    assert value_of(key, key) == 1
