"""Which letter a reply names, in Chinese and English; and none where it names none or two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.exams import LETTERS
from teaegg.evals.letters import (
    WorkedChoice,
    choice_prefix,
    choice_text,
    letter_question,
    named_letter,
)


@pytest.mark.parametrize(
    "reply",
    [
        "B",
        "b",
        "Ｂ",
        "（Ｂ）",
        "(b)",
        "【B】",
        "**B**",
        " B\n\n",
        "B.",
        "B. 因为A不对",
        "B、十天",
        "B项",
        "B是正确的",
        "选 B。",
        "应选B",
        "故选（B）。",
        "我选择B项",
        "答案是B",
        "答案：B",
        "答案为 (B)",
        "正确答案应该是“B”。",
        "本题答案选B，而不选A",
        "不选A，选B。",
        "A错误，B正确。",
        "选项A不对。答案：B",
        "A. 五天\nB. 十天\n答案：B",
        "the answer is B",
        "The correct answer is (B).",
        "Answer: B",
        "answer:\nB",
        "Answer:B",
        "answer = ( b )",
        "I would choose option B, since A is too short.",
        "B because a year has twelve months",
        "B) ten days",
        "A company must pay ten days, so the answer is B.",
        "答案是B。因此选B。",
    ],
)
def test_a_reply_that_names_b(reply: str) -> None:
    assert named_letter(reply, 4) == "B"


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "不知道",
        "A和B",
        "A or B",
        "AB",
        "答案是AB",
        "答案是A或B",
        "the answer is A or B",
        "答案是A。不对，答案是B。",
        "A. 五天\nB. 十天",
        "A、B都正确",
        "E",
        "答案是E",
        "A公司应当支付",
        "A company must pay.",
        "a year has twelve months",
        "the answer is a year",
        "十天",
        "ABC公司",
        "I think so",
        "Be careful",
        "选项都不对",
    ],
)
def test_a_reply_that_names_no_one_letter(reply: str) -> None:
    assert named_letter(reply, 4) is None


@given(
    st.sampled_from(LETTERS),
    st.sampled_from(
        [
            "{}",
            "{}。",
            "答案是{}",
            "答案：（{}）",
            "选{}",
            "the answer is {}.",
            "({})",
            "{}. 因为如此",
        ]
    ),
    st.booleans(),
)
def test_every_offered_letter_is_read_in_either_width(letter: str, form: str, wide: bool) -> None:
    written = chr(ord(letter) + 0xFEE0) if wide else letter
    assert named_letter(form.format(written), len(LETTERS)) == letter


@given(st.text(), st.integers(1, len(LETTERS)))
def test_any_reply_names_an_offered_letter_or_none(reply: str, options: int) -> None:
    assert named_letter(reply, options) in (*LETTERS[:options], None)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "sign", ["选", "答案", "是", "A、", "(", " ", "\n", "answer ", "or A ", "B or "]
)
def test_one_sign_for_ever_is_soon_read(sign: str) -> None:
    assert named_letter("选" + sign * 20_000 + "?", 4) in (None, "A", "B")
    assert named_letter("answer" + sign * 20_000 + "?", 4) in (None, "A", "B")


@given(st.sampled_from(LETTERS), st.sampled_from(LETTERS))
def test_two_different_statements_are_none(one: str, other: str) -> None:
    expected = one if one == other else None
    assert named_letter(f"答案是{one}。答案是{other}。", len(LETTERS)) == expected


def test_a_question_reads_as_its_examples_do() -> None:
    example = WorkedChoice("一周有几天？", ("五天", "七天"), 1)
    prefix = choice_prefix([example], "zh")
    asked = letter_question("一年有几个月？ ", ("十", "十二"), "zh", prefix=prefix)
    assert prefix.endswith("\n\n一周有几天？\nA. 五天\nB. 七天\n答案：B\n\n")
    assert asked.prompt == "一年有几个月？\nA. 十\nB. 十二\n答案："
    assert (asked.prefix, asked.options) == (prefix, ("A", "B"))


def test_an_english_letter_stands_behind_a_space() -> None:
    example = WorkedChoice("Days in a week?", ("five", "seven"), 1)
    prefix = choice_prefix([example], "en", "Choose.")
    assert prefix == "Choose.\n\nDays in a week?\nA. five\nB. seven\nAnswer: B\n\n"
    asked = letter_question("Months?", ("ten", "twelve", "six"), "en")
    assert asked.prompt.endswith("\nAnswer:") and asked.options == (" A", " B", " C")


def test_more_options_than_letters_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 10"):
        choice_text("Which?", ["x"] * 11)
