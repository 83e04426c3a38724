"""What was taught is found: word for word, in another order, in other words; and other questions are not."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaegg.core.exams import ExamItem
from teaegg.core.settings import EmbeddingModelSettings
from teaegg.evals.contamination import (
    Taught,
    contaminated_items,
    overlaps,
    same_meaning,
    same_words,
    tokens,
)
from teaegg.models.base import Vectors
from teaegg.models.factory import make_embedder
from teaegg.models.standin import TermEmbedder

LONG = "根据印花税法的规定，下列各项凭证中，应当按照产权转移书据税目缴纳印花税的是哪一项？"


def short(name: str, question: str, right: str = "十五个工作日") -> ExamItem:
    return ExamItem(id=name, form="short", questions=(question,), right=(right,))


def choice(question: str, *options: str, right: str = "A") -> ExamItem:
    return ExamItem(
        id=question, form="choice", questions=(question,), options=options, right=(right,)
    )


def found(item: ExamItem, *taught: Taught) -> list[tuple[str, float]]:
    return [(each.taught.name, round(each.share, 2)) for each in same_words([item], taught)]


def test_the_same_words_are_found_whatever_their_width_case_and_script() -> None:
    traditional = (
        "根據印花稅法的規定，下列各項憑證中，應當按照產權轉移書據稅目繳納印花稅的是哪一項？"
    )
    assert found(short("1", LONG), Taught("r", f"請問：{traditional}", "")) == [("r", 1.0)]
    english = (
        "Which of the following documents is liable to stamp duty as a transfer of property rights?"
    )
    wide = Taught("r", english.upper().replace("?", "？"), "")
    assert found(short("1", english), wide) == [("r", 1.0)]


def test_another_question_about_the_same_is_not_the_same() -> None:
    other = Taught(
        "r",
        "根据印花税法的规定，印花税的纳税义务人包括哪些单位和个人？",
        "书立应税凭证的单位和个人",
    )
    assert not found(short("1", LONG), other)


def test_a_phrase_that_many_questions_share_tells_nothing() -> None:
    asked = choice("下列说法正确的是", "年假可以跨年度安排使用", "病假期间不发给工资")
    other = Taught("r", "下列说法正确的是：A. 住宿费限额由部门经理批准 B. 出差不必事先申请", "A")
    same = Taught("s", "下列说法正确的是（）A. 年假可以跨年度安排使用 B. 病假期间不发给工资", "A")
    assert found(asked, other, same) == [("s", 1.0)]


def test_a_short_question_is_found_where_it_is_all_that_is_asked() -> None:
    item = short("1", "年假几天？")
    longer = Taught("r", "年假几天之内要申请并由谁批准？", "")
    assert found(item, longer, Taught("s", "年假几天", "")) == [("s", 1.0)]


def test_the_answer_of_a_short_choice_tells_it_apart() -> None:
    """The stem is asked of many; with the right option it is this one."""
    stem = "下列各项中应当缴纳印花税的凭证包括哪一项呢"
    item = choice(stem, "企业之间书立的买卖合同以及借款合同", "会议记录")
    taught = Taught("r", stem, "企业之间书立的买卖合同以及借款合同。")
    other = Taught("s", stem, "个人之间转让股票所签订的书据与凭单等等")
    assert [name for name, _ in found(item, taught, other)] == ["r"]


def test_marks_and_letters_of_options_are_no_words() -> None:
    assert tokens("A．  １３％ (x) Tax-Rate") == ("13", "tax", "rate")


@given(st.lists(st.text("税款申报年度abc 1，", max_size=40), max_size=5), st.randoms())
@settings(max_examples=50)
def test_whatever_was_taught_word_for_word_is_found(
    texts: list[str], chance: random.Random
) -> None:
    taught = [Taught(str(n), text, "") for n, text in enumerate(texts)]
    for text in taught:
        if tokens(text.question):
            item = short("1", text.question, right="另一个答案")
            assert text.name in {name for name, _ in found(item, *taught)}


async def test_another_order_and_other_words_are_found_by_meaning() -> None:
    """By the embedding that is used; none of these pairs was used to choose its thresholds."""
    items = [
        short("order", "采购申请由哪个部门批准？", right="财务部"),
        short("words", "供应商的付款期限是多长时间？", right="30天"),
        short("english", "Within how many days must a complaint be answered?", right="five days"),
    ]
    taught = [
        Taught("order", "由哪个部门批准采购申请？", "由财务部批准。"),
        Taught("words", "多长时间之内要向供应商付款？", "验收后30天内付款。"),
        Taught(
            "english", "A complaint must be answered within how many days?", "Within five days."
        ),
        Taught("other", "供应商的准入由谁负责？", "采购部"),
        Taught("elsewhere", "年假可以分几次使用？", "两次"),
    ]
    embedder = make_embedder(EmbeddingModelSettings())
    pairs = await overlaps(items, taught, embedder)
    await embedder.close()
    assert [(each.item.id, each.taught.name) for each in pairs] == [
        (name, name) for name in ("order", "words", "english")
    ]
    assert {each.by for each in pairs} == {"meaning"}
    assert contaminated_items(pairs) == {item.hash for item in items}
    assert not await overlaps(items, taught, None)


class FixedEmbedder:
    """Every text lies where it is put."""

    def __init__(self, places: dict[str, float]) -> None:
        self.name, self.dimensions = "fixed", 2
        self._places = places

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        angles = np.arccos([self._places[text] for text in texts])
        vectors: Vectors = np.zeros((len(texts), 2), dtype=np.float32)
        vectors[:, 0], vectors[:, 1] = np.cos(angles), np.sin(angles)
        return vectors

    async def embed_question(self, text: str) -> Vectors:
        vector: Vectors = (await self.embed_passages([text]))[0]
        return vector

    async def close(self) -> None:
        self._places = {}


@pytest.mark.parametrize(
    ("likeness", "answer", "is_same"),
    [
        (0.96, "应在十五个工作日内提交", True),
        (0.96, "三个月", False),
        (0.99, "三个月", True),
        (0.94, "十五个工作日", False),
    ],
)
async def test_like_questions_are_the_same_where_their_answers_are(
    likeness: float, answer: str, is_same: bool
) -> None:
    embedder = FixedEmbedder({"期限多长？": 1.0, "多长期限？": likeness})
    found = await same_meaning(
        [short("1", "期限多长？")], [Taught("r", "多长期限？", answer)], embedder
    )
    assert bool(found) == is_same


async def test_nothing_taught_or_nothing_asked_is_nothing_found() -> None:
    assert not await overlaps([], [Taught("r", "？", "")], TermEmbedder(8))
    assert not await overlaps([short("1", "年假几天？")], [], TermEmbedder(8))
    assert not await overlaps([short("1", "？？")], [Taught("r", "！", "")], None)


async def test_three_of_many_pairs_are_shown() -> None:
    taught = [Taught(str(n), LONG, "") for n in range(9)]
    assert len(await overlaps([short("1", LONG)], taught, None)) == 3


def test_hundreds_of_items_and_thousands_of_rows_take_seconds() -> None:
    chance = random.Random(3)
    alphabet = [chr(0x4E00 + n) for n in range(2000)]
    texts = ["".join(chance.choices(alphabet, k=60)) for _ in range(2_000)]
    items = [short(str(n), text) for n, text in enumerate(texts[:100])]
    items += [short(f"o{n}", "".join(chance.choices(alphabet, k=60))) for n in range(100)]
    began = time.perf_counter()
    pairs = list(same_words(items, [Taught(str(n), t, "无") for n, t in enumerate(texts)]))
    assert len(pairs) == 100
    assert time.perf_counter() - began < 15
