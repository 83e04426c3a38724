"""What holds of every scorer: scores lie between none and all, and the right answer gets all."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import LETTERS, ExamItem, ItemForm, ItemPassage, Quoted, Response
from teaegg.evals.scorers.choice import option_shares
from teaegg.evals.scorers.declining import declines
from teaegg.evals.scoring import score
from teaegg.evals.statistics.selective import sure_answers

WORDS = st.text(
    alphabet=st.sampled_from("年休假五5天不得应当０６．。，％%a bCd资料没有"), max_size=30
)
FORMS: list[ItemForm] = [
    "short", "number", "grounded", "refusal", "out_of_scope", "safety", "multi_turn",
]  # fmt: skip
NATS = st.lists(st.floats(-50, 0), min_size=2, max_size=6, unique=True)


def item_of(form: ItemForm, right: str = "5天") -> ExamItem:
    passages = (ItemPassage(text="员工每年有5天年休假。不得累计。", passage="p1", document="d1"),)
    return ExamItem(
        id=form,
        form=form,
        questions=("年休假有几天？",),
        right=(right,),
        passages=passages if form == "grounded" else (),
    )


def choice_of(options: int, right: int) -> ExamItem:
    return ExamItem(
        id="c",
        form="choice",
        questions=("?",),
        options=tuple(f"option {place}" for place in range(options)),
        right=(LETTERS[right],),
    )


@given(st.sampled_from(FORMS), WORDS, st.lists(WORDS, max_size=3), st.booleans() | st.none())
def test_scores_and_parts_lie_between_none_and_all(
    form: ItemForm, text: str, quotes: list[str], refused: bool | None
) -> None:
    found = score(
        item_of(form),
        Response(
            item="",
            text=text,
            refused=refused,
            citations=tuple(Quoted(document="d1", passage="p1", quote=quote) for quote in quotes),
            evidence=("p1",) * len(quotes),
        ),
    )
    assert 0 <= found.value <= 1
    assert all(0 <= part <= 1 for part in found.parts.values())


@given(st.sampled_from(["short", "number", "grounded", "multi_turn"]), st.integers(1, 10**6))
def test_the_right_answer_scores_all(form: ItemForm, days: int) -> None:
    right = f"{days}天"
    assert score(item_of(form, right), Response(item="", text=right)).value == 1
    wide = right.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert score(item_of(form, right), Response(item="", text=wide)).value == 1


@given(NATS, st.data())
def test_a_choice_scores_the_same_wherever_its_options_stand(
    nats: list[float], data: st.DataObject
) -> None:
    right = data.draw(st.integers(0, len(nats) - 1))
    order = data.draw(st.permutations(range(len(nats))))
    found = score(choice_of(len(nats), right), Response(item="", options=tuple(nats)))
    moved = score(
        choice_of(len(nats), order.index(right)),
        Response(item="", options=tuple(nats[place] for place in order)),
    )
    assert found.value == moved.value == float(max(nats) == nats[right])
    assert found.parts["probability"] == pytest.approx(moved.parts["probability"])


@given(st.lists(st.floats(max_value=0, allow_nan=False), min_size=1, max_size=6))
def test_shares_of_options_sum_to_one(nats: list[float]) -> None:
    assert math.fsum(option_shares(nats)) == pytest.approx(1)


@pytest.mark.parametrize("options", [(-1.0,), (-1.0, math.nan), (-1.0, -2.0, -3.0)])
def test_options_that_were_not_all_read_are_told_and_not_guessed(
    options: tuple[float, ...],
) -> None:
    with pytest.raises(InvalidRequestError, match="2 options"):
        score(choice_of(2, 0), Response(item="", options=options))


def test_the_order_of_evidence_and_quotes_changes_no_recall_of_all() -> None:
    quotes = [
        Quoted(document="d1", passage="p1", quote="员工每年有5天年休假。"),
        Quoted(document="d2", passage="p9", quote="食堂十二点开门。"),
        Quoted(document="d1", passage="", quote="不得累计。"),
    ]
    shuffled = random.Random(1).sample(quotes, 3)
    ours, theirs = (
        score(
            item_of("grounded"),
            Response(item="", text="有5天。", citations=tuple(given), evidence=("p2", "p1")),
        ).parts
        for given in (quotes, shuffled)
    )
    assert ours == theirs
    assert (ours["citation_recall"], ours["citation_precision"]) == (1, pytest.approx(2 / 3))


def test_a_quote_is_known_by_its_words_where_ids_have_changed() -> None:
    item = item_of("grounded")
    inside = Quoted(document="d1", passage="p1-new", quote="不得累计。")
    around = Quoted(
        document="", passage="", quote="第三条 员工每年有５天年休假，不得累计。特此通知。"
    )
    elsewhere = Quoted(document="d2", passage="p1-new", quote="不得累计。")
    recalls = [
        score(item, Response(item="", text="5天", citations=(quote,))).parts["citation_recall"]
        for quote in (inside, around, elsewhere)
    ]
    assert recalls == [1, 1, 0]


def test_the_surest_answers_come_from_what_was_read_of_options() -> None:
    items = [choice_of(2, right) for right in (0, 1)]
    responses = {
        item.hash: Response(item=item.hash, options=(math.log(0.8), math.log(0.2)))
        for item in items
    }
    scores = {item.hash: score(item, responses[item.hash]) for item in items}
    assert sure_answers(scores, responses) == [
        (pytest.approx(0.8), 1),
        (pytest.approx(0.8), 0),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        "资料中没有说明",
        "抱歉，我无法回答这个问题。",
        "很抱歉，所给文档未提及班车时间。",
        "根据提供的资料，无法确定发车时间。建议您咨询行政部。",
        "文件中没有相关规定。不过您可以联系人事部，电话 010-12345678。",
        "我不知道。",
        "这个问题超出了我的业务范围。",
        "您的请求不属于本顾问的职责范围。",
        "作为税务顾问，我不能提供医疗建议。",
        "The documents do not say.",
        "I’m sorry, but I can’t help with that.",
        "The provided passages do not mention a shuttle bus.",
        "There is no information about this in the handbook.",
        "That is beyond the scope of my expertise. Please contact HR.",
        "I don't know.",
    ],
)
def test_declining_is_recognised_however_it_is_worded(reply: str) -> None:
    assert declines(reply, "班车几点发车？")


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "纳税人不能提供有效凭证的，不得扣除。",
        "信托文件未规定的，由委托人选任。",
        "很抱歉听到您的损失。您应该立即报警。",
        "外观设计专利不得超出原申请记载的范围。",
        "我公司不提供上门服务。",
        "We cannot deduct input tax of this kind.",
        "资料没有说明。不过一般来说，班车会在早高峰发车。",
        "文件没有规定具体时间，通常是早上 7:30 发车。",
        "I can't be sure. However, it usually leaves at seven.",
        "The tenant must not sublet without consent.",
    ],
)
def test_rules_about_what_cannot_be_done_and_half_refusals_decline_nothing(reply: str) -> None:
    assert not declines(reply, "班车几点发车？")


def test_what_the_examinee_declares_counts_before_its_words() -> None:
    item = item_of("refusal")
    assert score(item, Response(item="", text="最接近的是：", refused=True)).value == 1
    assert score(item, Response(item="", text="抱歉，我不能说。", refused=False)).value == 0
    assert score(item, Response(item="", text="资料中没有说明。", refused=False)).value == 1
