"""A quote is its span, character for character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.guard.quotes import verify_quote

TEXT = "第三条 职工年休假5天。"


def test_the_very_words_are_a_quote() -> None:
    assert verify_quote("职工", TEXT, 4, 6)


@pytest.mark.parametrize(
    ("quote", "start", "end"),
    [
        ("职工 ", 4, 6),
        ("５天", 9, 11),
        ("", 4, 4),
        ("职工", 3, 5),
        ("。", -1, len(TEXT)),
        ("职工", 6, 4),
        ("天。", 10, 99),
        (TEXT[-3:-1], -3, -1),
    ],
)
def test_almost_equal_is_no_quote(quote: str, start: int, end: int) -> None:
    assert not verify_quote(quote, TEXT, start, end)


@given(st.text(min_size=1, max_size=30), st.integers(-5, 35), st.integers(-5, 35))
def test_exactly_the_slices_inside_the_text_are_quotes(text: str, start: int, end: int) -> None:
    assert verify_quote(text[start:end], text, start, end) == (0 <= start < end <= len(text))
