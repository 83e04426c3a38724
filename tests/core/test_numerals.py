from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.quantities.numerals import canonical_article, parse_number

DIGITS = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    """The usual way to write 0 … 99,999,999 in Chinese characters; written for the test alone."""
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return in_chinese(number // 10_000) + "万" + gap + (in_chinese(rest) if rest else "")
    written, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            written += ("零" if gap and written else "") + DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return written or "零"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("六万", 60_000),
        ("60,000", 60_000),
        ("6万", 60_000),
        ("６００００", 60_000),
        ("三十三", 33),
        ("十二", 12),
        ("一百零五", 105),
        ("二〇二三", 2023),
        ("两千三百万", 23_000_000),
        ("一亿二千万", 120_000_000),
        ("1.5亿", 150_000_000),
        ("壹拾贰万叁仟", 123_000),
        ("三点五", "3.5"),
        ("-7", -7),
    ],
)
def test_numbers_are_read_in_every_spelling(text: str, value: int | str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "abc", "三个", "万元", "12a", "点五", "第三", "万"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


@given(st.integers(min_value=0, max_value=99_999_999))
def test_chinese_characters_and_digits_mean_the_same(number: int) -> None:
    assert parse_number(in_chinese(number)) == parse_number(f"{number:,}") == number


@given(st.text(max_size=30))
def test_reading_never_raises(text: str) -> None:
    parse_number(text)
    canonical_article(text)


@pytest.mark.parametrize(
    ("reference", "canonical"),
    [
        ("第三十三条", "33"),
        ("第33条", "33"),
        ("民法典第 一百二十 条之一", "120-1"),
        ("第二款", None),
    ],
)
def test_article_references_have_one_form(reference: str, canonical: str | None) -> None:
    assert canonical_article(reference) == canonical
