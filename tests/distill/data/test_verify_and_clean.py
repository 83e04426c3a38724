"""What is not proved, not clear or not fit is left out, with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.distill.data.corpora import passages_of, scene

from teaegg.core.scenes import SceneData
from teaegg.distill.data.checking.clean import cleaned
from teaegg.distill.data.checking.personal import masked, personal_data
from teaegg.distill.data.checking.verify import verified
from teaegg.distill.data.records import Asked, Proof

PASSAGES = passages_of(
    "d1",
    "员工手册",
    (
        "员工每年享受年假5天。员工不得在试用期内申请婚假。",
        "住宿费限额为每晚350元。热线 13912345678。",
        "Rooms cost USD 80.",
    ),
)
BY_ID = {passage.id: passage for passage in PASSAGES}


def asked(question: str, answer: str, quote: str = "", *, at: int = 0, **more: object) -> Asked:
    passage = PASSAGES[at]
    found = passage.text.find(quote or answer)
    proof = Proof(
        document="d1",
        passage=passage.id,
        text=quote or answer,
        start=passage.start + max(found, 0),
        end=passage.start + found + len(quote or answer),
    )
    values = {"kind": "lookup", "proofs": (proof,), "id": f"{question}{answer}"}
    return Asked(question=question, answer=answer, **{**values, **more})  # type: ignore[arg-type]


def reasons(*items: Asked) -> list[str]:
    return [rejected.reason for rejected in verified(items, BY_ID).rejected]


def test_what_is_proved_is_kept_as_it_is() -> None:
    item = asked("年假有几天？", "5天", "员工每年享受年假5天")
    assert verified([item], BY_ID).records == [item]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (asked("年假有几天？", "6天", "员工每年享受年假6天"), "its quote does not stand in the passage"),
        (asked("年假有几天？", "10天", "员工每年享受年假5天"), "a figure of the answer is not in its quotes"),
        (asked("P9级年假有几天？满20年的呢？", "5天", "员工每年享受年假5天"), "the question names a figure that its passage does not have"),
        (asked("试用期内可以申请婚假吗？", "可以在试用期内申请婚假", "员工不得在试用期内申请婚假"), "the passage does not say the answer"),
        (asked("年假5天对不对？", "5天", "员工每年享受年假5天"), "the question holds its answer"),
        (asked("年假有几天？", "5天", proofs=()), "no proof"),
        (asked("年假有几天？", "5天", proofs=(Proof(document="d1", passage="gone", text="5天", start=0, end=2),)), "its passage is not there"),
        (asked("年假有几天？", "5天", proofs=(Proof(document="d2", passage=PASSAGES[0].id, text="5天", start=8, end=10),)), "its passage is not there"),
        (asked("那年假呢？", "5天", "员工每年享受年假5天", earlier=("婚假？", "5天")), "the follow-up has the answer of the question before it"),
    ],
)  # fmt: skip
def test_what_is_not_proved_is_left_out(item: Asked, reason: str) -> None:
    assert reasons(item) == [reason]


def test_a_true_answer_in_other_words_becomes_the_words_of_the_passage() -> None:
    item = asked("年假有多少？", "员工每年有年假5天", "员工每年享受年假5天")
    [kept] = verified([item], BY_ID).records
    assert kept.answer == "员工每年享受年假5天"
    assert kept.note


def test_samples_that_disagree_are_all_left_out() -> None:
    one = asked("有什么规定？", "员工每年享受年假5天")
    other = asked("有什么规定？ ", "住宿费限额为每晚350元", at=1)
    assert reasons(one, other) == ["the same question has other answers"] * 2
    assert reasons(one, one) == ["asked and answered before"]


def left_out(*items: Asked, exam: str = "", **data: object) -> list[str]:
    made = cleaned(items, BY_ID, scene(data=SceneData(**data)), exam_texts={"考试": exam})  # type: ignore[arg-type]
    return [rejected.reason for rejected in made.rejected]


def test_lengths_languages_and_copies() -> None:
    assert left_out(asked("几天", "5天")) == ["the question is too short to be understood"]
    assert left_out(asked("年假" * 90, "5天")) == ["the question is too long"]
    assert left_out(asked("How much is the room?", "350元", at=1)) == [
        "the question is in another language"
    ]
    assert left_out(asked("How much is a room?", "USD 80", at=2)) == []
    copies = [
        asked(
            f"按照现行的员工手册和假期制度，公司全体正式员工每年可以享受的年假一共有几天{end}",
            "5天",
        )
        for end in "？吗"
    ]
    assert left_out(*copies) == ["nearly the same as another"]


def test_what_tells_of_an_exam_document_is_left_out() -> None:
    item = asked("员工每年享受的年假一共是几天？", "员工每年享受年假5天")
    assert left_out(
        item, exam="第九条 员工每年享受的年假一共是几天由公司规定，员工每年享受年假5天。"
    ) == ["it tells of an exam document"]
    assert left_out(item, exam="食堂每天供应茶叶蛋三百个，售完为止，不接受预订。") == []


def test_personal_data_is_masked_dropped_or_kept_as_the_scene_says() -> None:
    answers = asked("热线是多少？", "13912345678", "热线 13912345678", at=1)
    beside = asked("住宿费限额是多少？", "350元", "住宿费限额为每晚350元", at=1)
    assert left_out(answers, beside, personal_data="mask") == ["personal data: telephone"]
    assert left_out(answers, beside, personal_data="drop") == ["personal data: telephone"] * 2
    assert left_out(answers, beside, personal_data="keep") == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("身份证11010519491231002X。", ["identity number"]),
        ("身份证110105194912310021", []),
        ("卡号4111111111111111", ["card number"]),
        ("卡号4111111111111112", []),
        ("统一社会信用代码91110000600037341L", []),
        ("手机：139 1234 5678，电话010-88886666", ["telephone", "telephone"]),
        ("+44 20 7946 0958", ["telephone"]),
        ("请写信给wang.fang@qinghe.example.com。", ["e-mail address"]),
        ("2026-01-01发布，金额1,234,567.89元，QH-HX-M8X30-A2-70，第120-1条", []),
        ("编号 2511000834，版本 V3.1.0，8:30-17:30", []),
    ],
)
def test_personal_data_is_told_by_check_digits_and_form(text: str, kinds: list[str]) -> None:
    assert [datum.kind for datum in personal_data(text)] == kinds


@given(st.text("0123456789-+ @.aX是：电话", max_size=60))
def test_masking_keeps_the_length_and_leaves_nothing_personal(text: str) -> None:
    hidden = masked(text)
    assert len(hidden) == len(text)
    assert personal_data(hidden) == ()
    assert all(new in (old, "*") for old, new in zip(text, hidden, strict=True))
