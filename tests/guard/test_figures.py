"""Figures: one value whatever the writing, and never the same value for different facts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.guard.figures import figures, missing_figures

SAME = [
    ("六万元", "60,000元"),
    ("六万元", "6万元"),
    ("六万元", "RMB 60,000"),
    ("人民币六万元", "￥60,000.00"),
    ("六万元", "６００００元"),
    ("138 000元", "138000元"),
    ("1.5亿元", "150,000,000元"),
    ("US$5", "5美元"),
    ("$1.5 million", "1500000美元"),
    ("三百万元", "three million yuan"),
    ("5-10万元", "5万元至10万元"),
    ("百分之五", "5%"),
    ("百分之五", "5％"),
    ("5%", "5 percent"),
    ("百分之百", "100%"),
    ("5‰", "0.5%"),
    ("千分之五", "5‰"),
    ("万分之五", "0.05%"),
    ("三成", "30%"),
    ("5个百分点", "5 percentage points"),
    ("2023年9月1日", "2023-09-01"),
    ("2023年9月1日", "二〇二三年九月一日"),
    ("2023年9月1日", "2023.9.1"),
    ("2023年9月1日", "2023/9/1"),
    ("2023年9月1日", "September 1, 2023"),
    ("2023年9月1日", "1 Sept 2023"),
    ("2023年9月", "2023-09"),
    ("9月1日", "九月一日"),
    ("12月31日", "December 31"),
    ("周三", "星期三"),
    ("Wednesday", "礼拜三"),
    ("14:30", "下午2点半"),
    ("14:30", "2:30 pm"),
    ("14时30分", "14:30"),
    ("9时", "上午九点"),
    ("三个月", "3个月"),
    ("3 months", "3个月"),
    ("30日", "三十天"),
    ("30 days", "三十日"),
    ("半年", "6个月"),
    ("一年半", "18个月"),
    ("1.5年", "18个月"),
    ("90分钟", "1.5小时"),
    ("一个半小时", "90 minutes"),
    ("半小时", "30分钟"),
    ("两周", "14天"),
    ("三至五年", "3-5年"),
    ("五六天", "5至6天"),
    ("15个工作日", "15 working days"),
    ("twenty-five days", "25天"),
    ("第三十三条", "第33条"),
    ("第三十三条", "Article 33"),
    ("第一百二十条之一", "第120条之1"),
    ("第三条至第五条", "第三至五条"),
    ("第33条第二款第（三）项", "第三十三条第2款第三项"),
    ("30mm", "30毫米"),
    ("五公斤", "5kg"),
    ("三千克", "3 kg"),
    ("1.2MPa", "1.2兆帕"),
    ("-5℃", "零下5摄氏度"),
    ("20 L/min", "20升/分钟"),
    ("35 N·m", "35牛米"),
    ("三名员工", "3人"),
    ("25 people", "二十五人"),
    ("三倍", "3倍"),
    ("1:3", "一比三"),
    ("三分之一", "1/3"),
    ("一半", "二分之一"),
    ("QH-200", "qh200"),
    ("M8×30", "M8x30"),
    ("GB/T 19001-2016", "GB/T19001-2016"),
    ("价格(元): 12.50", "12.5元"),
    ("重量（kg）：3.5", "3.5公斤"),
    ("一万二千", "12000"),
    ("one hundred and five", "105"),
    ("1,234,567.89", "1234567.89"),
]

DIFFERENT = [
    ("六万元", "六千元"),
    ("6万元", "6万美元"),
    ("5%", "5个百分点"),
    ("5%", "5‰"),
    ("1年", "12个月"),
    ("1天", "24小时"),
    ("15天", "15个工作日"),
    ("3月", "3个月"),
    ("2023年9月1日", "2023年9月2日"),
    ("2023年9月1日", "2022年9月1日"),
    ("第三十三条", "第三十二条"),
    ("第一百二十条", "第一百二十条之一"),
    ("第二款", "第二项"),
    ("5℃", "-5℃"),
    ("温度-10℃", "10℃"),
    ("1500mm", "1.5m"),
    ("1.2MPa", "1.2kPa"),
    ("M8-30", "M830"),
    ("QH-200", "QH-300"),
    ("1:3", "3:1"),
    ("1/3", "3/1"),
    ("2点半", "下午2点半"),
    ("5天", "5"),
    ("5元", "5"),
    ("十五人", "五十人"),
    ("007", "7天"),
    ("3-5天", "35天"),
]

NO_FIGURES = [
    "一个", "一些问题", "一方面", "另一方面", "第一", "第一次", "第三", "统一管理", "一次性", "一起", "万一",
    "千万不要", "十分重要", "数十人", "三部门", "四川", "三者", "一人", "同一天", "one of them", "百姓",
    "一致同意", "二手设备", "五险一金",
]  # fmt: skip


def values(text: str) -> list[tuple[str, str, str]]:
    return [(figure.kind, figure.value, figure.unit) for figure in figures(text)]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_two_writings_of_one_figure_are_equal(first: str, second: str) -> None:
    assert values(first) == values(second) != []
    assert not missing_figures(first, second)
    assert not missing_figures(second, first)


@pytest.mark.parametrize(("said", "source"), DIFFERENT)
def test_different_facts_are_told_apart(said: str, source: str) -> None:
    assert missing_figures(said, source)


@pytest.mark.parametrize("words", NO_FIGURES)
def test_words_that_look_like_counts_are_no_figures(words: str) -> None:
    assert values(words) == []


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("2023年", "自2023年9月1日起施行"),
        ("2023年9月", "2023-09-01"),
        ("9月1日", "2023年9月1日"),
        ("in 2023", "2023年9月1日"),
        ("共5", "5天"),
        ("1个", "设立一个部门"),
    ],
)
def test_a_source_that_says_more_proves_the_figure(sentence: str, source: str) -> None:
    assert not missing_figures(sentence, source)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [("2023年9月1日", "2023年"), ("2023年9月1日", "9月1日"), ("9月1日", "9月11日")],
)
def test_a_source_that_says_less_proves_nothing(sentence: str, source: str) -> None:
    assert missing_figures(sentence, source)


def test_spans_point_at_the_text_as_it_was_written() -> None:
    text = "罚款：６万元，自２０２３年９月１日起。"
    assert [figure.surface for figure in figures(text)] == ["６万元", "２０２３年９月１日"]
    assert all(text[f.start : f.end] == f.surface for f in figures(text))


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("11010519491231002X", "11010519491231002X"),
        ("91110108551385082Q", "91110108551385082Q"),
        ("010-12345678", "010-12345678"),
        ("192.168.1.1", "192.168.1.1"),
    ],
)
def test_codes_stay_codes(code: str, value: str) -> None:
    assert values(f"编号{code}。") == [("identifier", value, "")]


def test_both_ends_of_a_range_must_be_in_the_source() -> None:
    assert [figure.value for figure in missing_figures("3-7天", "3-5天")] == ["7"]


def chinese(number: int) -> str:
    """A positional Chinese numeral below 10^8, as a person writes it."""
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千"]
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return chinese(number // 10_000) + "万" + (gap + chinese(rest) if rest else "")
    written, zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            written += ("零" if zero and written else "") + digits[digit] + units[place]
        zero = zero or (digit == 0)
        if digit:
            zero = False
    return written or "零"


@given(st.integers(min_value=1, max_value=99_999_999))
def test_an_amount_has_one_value_in_six_writings(amount: int) -> None:
    ten_thousands = format(Decimal(amount) / 10_000, "f")
    wide = str(amount).translate({ord(str(i)): 0xFF10 + i for i in range(10)})
    writings = [
        f"{amount}元",
        f"{amount:,}元",
        f"RMB {amount:,}",
        f"{chinese(amount)}元",
        f"{ten_thousands}万元",
        f"￥{wide}",
    ]
    assert {tuple(values(writing)) for writing in writings} == {(("money", str(amount), "CNY"),)}


@given(st.dates(min_value=dt.date(1000, 1, 1), max_value=dt.date(2999, 12, 31)))
def test_a_date_has_one_value_in_six_writings(date: dt.date) -> None:
    year, month, day = date.year, date.month, date.day
    digits = "".join("〇一二三四五六七八九"[int(character)] for character in str(year))
    spoken_month, spoken_day = (
        chinese(n).removeprefix("一" if 10 <= n < 20 else "") for n in (month, day)
    )
    writings = [
        f"{year}年{month}月{day}日",
        f"{year}-{month:02d}-{day:02d}",
        f"{year}/{month}/{day}",
        f"{year}.{month}.{day}",
        f"{digits}年{spoken_month}月{spoken_day}日",
        f"{year} 年 {month:02d} 月 {day:02d} 号",
    ]
    assert {tuple(values(writing)) for writing in writings} == {
        (("date", f"{year}-{month:02d}-{day:02d}", ""),)
    }


@given(st.integers(min_value=1, max_value=9999))
def test_an_article_has_one_value_in_every_writing(number: int) -> None:
    writings = [f"第{number}条", f"第{chinese(number)}条", f"第 {number} 条", f"Article {number}"]
    assert {tuple(values(writing)) for writing in writings} == {(("article", str(number), ""),)}


@given(st.text(alphabet="0123456789年月日元%万第条至-/.: 天aB三十（）", max_size=40))
def test_no_digit_of_any_text_escapes(text: str) -> None:
    covered = {position for figure in figures(text) for position in range(figure.start, figure.end)}
    assert all(i in covered for i, character in enumerate(text) if character.isdigit())


@given(st.text(max_size=120))
def test_every_text_proves_its_own_figures(text: str) -> None:
    assert missing_figures(text, text) == ()
    assert all(text[figure.start : figure.end] == figure.surface for figure in figures(text))


@pytest.mark.parametrize("character", ["9", "九", "十", "零"])
def test_a_run_of_digits_that_is_no_number_is_compared_as_it_is_written(character: str) -> None:
    run = character * 2000
    assert [(figure.kind, figure.value) for figure in figures(run)] == [("identifier", run)]
    assert missing_figures(f"编号{run[:-1]}", f"编号{run}")
    assert not missing_figures(f"编号{run}", f"编号{run}。")


def test_no_digit_of_a_very_long_amount_is_rounded_away() -> None:
    assert missing_figures(f"{'9' * 45}元", f"{'9' * 44}8元")
