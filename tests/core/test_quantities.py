from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.quantities.cells import cells_of, fact_tokens, facts_of
from teaegg.core.quantities.reading import quantities_in
from teaegg.core.quantities.tokens import range_tokens, value_tokens
from teaegg.core.terms import fold

VALUES = st.decimals(-1_000_000, 1_000_000, places=4, allow_nan=False, allow_infinity=False)


def read(text: str) -> list[tuple[str, str, str]]:
    return [
        (item.dimension, f"{item.low.normalize():f}", f"{item.high.normalize():f}")
        for item in quantities_in(fold(text))
    ]


@pytest.mark.parametrize(
    ("text", "quantities"),
    [
        ("30mm", [("length", "0.03", "0.03")]),
        ("长度３０－５０毫米", [("length", "0.03", "0.05")]),
        ("-20~80℃", [("temperature", "-20", "80")]),
        ("-20℃～80℃", [("temperature", "-20", "80")]),
        ("1.6MPa", [("pressure", "1600000", "1600000")]),
        ("16 bar", [("pressure", "1600000", "1600000")]),
        ("1/2 英寸", [("length", "0.0127", "0.0127")]),
        ("12v 2a", [("voltage", "12", "12"), ("current", "2", "2")]),
        ("100-240VAC", [("voltage", "100", "240")]),
        ("4.7kΩ", [("resistance", "4700", "4700")]),
        ("100μF/25V", [("capacitance", "0.0001", "0.0001"), ("voltage", "25", "25")]),
        ("3×2.5mm²", [("", "3", "3"), ("area", "0.0000025", "0.0000025")]),
        ("1,200 元", [("money", "1200", "1200")]),
        ("A2-70", []),
        ("第 3 章", [("", "3", "3")]),
        ("M8", [("M", "8", "8")]),
        ("M8×30", [("M", "8", "8"), ("length", "0.03", "0.03")]),
        ("M8×1.25×30", [("M", "8", "8"), ("length", "0.00125", "0.00125"), ("length", "0.03", "0.03")]),
        ("1/4-20 UNC", [("UNC", "0.25", "0.25")]),
        ("PN16", [("PN", "16", "16"), ("pressure", "1600000", "1600000")]),
        ("4 分钟", [("time", "240", "240")]),
    ],
)  # fmt: skip
def test_quantities_are_read_in_their_si_unit(
    text: str, quantities: list[tuple[str, str, str]]
) -> None:
    assert read(text) == quantities


def test_a_pipe_size_is_the_same_in_inches_eighths_and_nominal_diameter() -> None:
    for text in ("G1/2", "4分管", "DN15"):
        assert ("DN", "15", "15") in read(text)
        assert ("length", "0.0127", "0.0127") in read(text)


@given(VALUES, VALUES, VALUES)
def test_a_range_has_a_token_of_every_value_inside_it(
    one: Decimal, two: Decimal, at: Decimal
) -> None:
    low, high = min(one, two), max(one, two)
    if low <= at <= high:
        assert range_tokens("k", low, high) & set(value_tokens("k", at, at))
    if at >= low:
        assert range_tokens("k", low, None) & set(value_tokens("k", at, at))
    if at <= high:
        assert range_tokens("k", None, high) & set(value_tokens("k", at, at))


@given(VALUES, VALUES, VALUES, VALUES)
def test_a_range_has_a_token_of_every_interval_that_it_overlaps(
    one: Decimal, two: Decimal, three: Decimal, four: Decimal
) -> None:
    low, high = min(one, two), max(one, two)
    first, last = min(three, four), max(three, four)
    if low <= last and first <= high:
        assert range_tokens("k", first, last) & set(value_tokens("k", low, high))


@given(VALUES, VALUES)
def test_what_differs_in_three_digits_has_no_token_in_common(one: Decimal, two: Decimal) -> None:
    if abs(one - two) > max(abs(one), abs(two)) / 50:
        assert not range_tokens("k", one, one) & set(value_tokens("k", two, two))


def test_tokens_stay_few() -> None:
    wide = range_tokens("k", Decimal("0.0123"), Decimal("98765"))
    assert len(wide) < 80
    assert len(list(value_tokens("k", Decimal(-20), Decimal(80)))) < 40


def test_a_row_states_facts_under_its_headers() -> None:
    row = "件号: QH-1；规格: M8×30；长 度(mm): 35；内径d/mm: 8；材质: A2-70"
    assert [cell.header for cell in cells_of(row)] == [
        "件号",
        "规格",
        "长 度(mm)",
        "内径d/mm",
        "材质",
    ]
    facts = {(fact.attributes, fact.dimension): f"{fact.low:f}" for fact in facts_of(row)}
    assert facts[("长度",), "length"] == "0.035"
    assert facts[("内径",), "length"] == "0.008"
    assert facts[("规格",), "M"] == "8"


def test_a_row_without_numbers_has_no_tokens() -> None:
    assert fact_tokens("姓名: 王小明；部门: 采购") == []
