"""Sentences against their passages: honest rewordings stand, one made-up thing is enough to fall."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from teaegg.guard.claims import check_sentence, unknown_names, without_figures
from teaegg.guard.polarity import respects_of
from teaegg.guard.wording import content_coverage, longest_new_run

_SPEC = importlib.util.spec_from_file_location(
    "claim_cases", Path(__file__).with_name("claim_cases.py")
)
assert _SPEC and _SPEC.loader
cases = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(cases)


@pytest.mark.parametrize(("sentence", "source"), cases.SUPPORTED)
def test_an_honest_rewording_is_supported(sentence: str, source: str) -> None:
    verdict = check_sentence(sentence, [source])
    assert verdict.supported, verdict.reasons
    assert verdict.reasons == ()


@pytest.mark.parametrize(("sentence", "source", "reason"), cases.UNSUPPORTED)
def test_a_sentence_with_one_made_up_thing_falls_for_that_reason(
    sentence: str, source: str, reason: str
) -> None:
    verdict = check_sentence(sentence, [source])
    assert not verdict.supported
    assert any(reason in given for given in verdict.reasons), verdict.reasons


@pytest.mark.parametrize(
    "source", [cases.LEAVE, cases.TRIAL, cases.DATA, cases.EN_LEAVE, cases.PUMP]
)
def test_a_passage_supports_itself(source: str) -> None:
    assert check_sentence(source, [source]).supported


@pytest.mark.parametrize("cited", [[], [""], ["  \n"]])
def test_a_sentence_that_cites_nothing_is_unsupported(cited: list[str]) -> None:
    verdict = check_sentence("年休假5天。", cited)
    assert (verdict.supported, verdict.reasons, verdict.coverage) == (
        False,
        ("cites nothing",),
        0.0,
    )


def test_two_passages_together_may_prove_one_sentence() -> None:
    sentence = (
        "QH-200型离心泵首次运行500小时后应当更换密封圈，出差人员应在15个工作日内提交报销申请。"
    )
    assert check_sentence(sentence, [cases.PUMP, cases.EXPENSE]).supported
    assert not check_sentence(sentence, [cases.PUMP]).supported


def test_the_question_may_supply_names_but_no_figures() -> None:
    source = "该泵额定压力为1.2MPa。"
    assert check_sentence(
        "Atlas泵的额定压力为1.2MPa。", [source], question="Atlas泵的压力？"
    ).supported
    assert not check_sentence("额定压力为1.6MPa。", [source], question="是1.6MPa吗？").supported


def test_yes_alone_proves_nothing() -> None:
    assert not check_sentence("Yes.", ["Contractors are not eligible."]).supported


def test_a_bare_figure_is_judged_by_the_figure() -> None:
    assert check_sentence("5天", ["年休假5天"]).supported
    assert not check_sentence("6天", ["年休假5天"]).supported


@pytest.mark.parametrize(
    ("text", "respect"),
    [
        ("不得转让", "prohibition"),
        ("严禁烟火", "prohibition"),
        ("You must not smoke", "prohibition"),
        ("应当登记", "obligation"),
        ("Requests shall be filed", "obligation"),
        ("可以延期", "permission"),
        ("Staff may leave", "permission"),
        ("未提交", "negation"),
        ("不超过五天", "upper"),
        ("at most five days", "upper"),
        ("不少于五天", "lower"),
        ("超过五天", "lower"),
    ],
)
def test_modal_words_are_understood(text: str, respect: str) -> None:
    assert respect in respects_of(text)


@pytest.mark.parametrize(
    "text", ["不锈钢法兰", "不动产登记", "适应能力", "供应商名单", "许可证", "rock band"]
)
def test_words_that_contain_a_modal_word_say_nothing(text: str) -> None:
    assert respects_of(text) == frozenset()


def test_unknown_names_are_quoted_strings_and_latin_words() -> None:
    known = "依照《劳动法》，通过 HR Portal 提交。"
    assert unknown_names("依照《劳动法》通过HR Portal提交", known) == ()
    assert unknown_names("依照《公司法》通过SAP提交", known) == ("公司法", "SAP")


def test_a_capital_at_the_head_of_an_english_sentence_is_no_name() -> None:
    assert unknown_names("Unused leave expires.", "leave expires") == ()
    assert unknown_names("It was signed by Smith.", "it was signed") == ("Smith",)


def test_coverage_counts_content_terms_only() -> None:
    assert content_coverage("the pump is dry", "dry pump") == 1.0
    assert content_coverage("the seal is new", "dry pump") == 0.0


def test_a_made_up_stretch_shows_as_one_long_run() -> None:
    assert longest_new_run("员工可以选择高铁", "员工可以选择高铁二等座") == 1
    assert longest_new_run("员工张三丰李四光王五福", "员工可以选择高铁二等座") >= 8


def test_figures_are_taken_out_before_the_words_are_compared() -> None:
    assert without_figures("满二十年的，15天").split() == ["满", "的，"]
