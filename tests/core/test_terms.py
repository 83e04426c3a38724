import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.terms import article_references, canonical_identifier, identifiers, index_terms


def test_chinese_becomes_pairs_and_english_stems() -> None:
    assert index_terms("试用期 Running tests") == ["试用", "用期", "run", "test"]


def test_codes_are_kept_whole_and_in_parts() -> None:
    terms = index_terms("QH-HX-M8X30")
    assert {"qh", "hx", "m8x30", "qhhxm8x30"} <= set(terms)


def test_article_references_are_terms_of_their_own() -> None:
    assert "§33" in index_terms("依照第三十三条处理")
    assert article_references("第三条、第33条") == ("3", "33")


@pytest.mark.parametrize("spelling", ["qh-hx-m8x30", "ＱＨ－HX_M8X30", "QH.HX.M8X30", " qhhxm8x30"])
def test_every_spelling_of_a_code_is_the_same_code(spelling: str) -> None:
    assert canonical_identifier(spelling) == "QHHXM8X30"


def test_short_plain_numbers_are_no_identifiers() -> None:
    assert identifiers("共 3 个，2.5 毫米，型号 A1，单号 20231104") == {"A1", "20231104"}


@given(st.text(max_size=200))
def test_any_text_has_terms_without_white_space(text: str) -> None:
    assert all(term and not term.isspace() and " " not in term for term in index_terms(text))
