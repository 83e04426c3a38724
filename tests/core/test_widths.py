"""Texts of both languages measured by how much they say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.spelling.widths import reach, text_width

texts = st.text(alphabet="甲乙。，！ abé.\nグ한", max_size=80)


def test_letters_count_less_than_chinese_characters() -> None:
    assert text_width("质保期两年") == 5
    assert text_width("warranty: ") == 4
    assert text_width("café table") == 4
    assert text_width("") == 0


@given(texts, texts)
def test_widths_add_up(left: str, right: str) -> None:
    assert abs(text_width(left + right) - text_width(left) - text_width(right)) < 1e-9


@given(texts.filter(bool), st.integers(2, 60))
def test_what_is_reached_fits_and_one_more_character_would_not(text: str, width: int) -> None:
    end = reach(text, 0, width)
    assert 0 < end <= len(text)
    assert text_width(text[:end]) <= width + 1e-9
    assert end == len(text) or text_width(text[: end + 1]) > width - 1e-9
