"""What models wrap their JSON in, and that nothing a model writes can break the reading."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teaegg.core.documents import Passage
from teaegg.core.scenes import Scene
from teaegg.distill.teachers.base import Lesson, Taught
from teaegg.distill.teachers.chances import chances_of_answers
from teaegg.distill.teachers.replies import Failure, TokenChances
from teaegg.distill.teachers.reply_reading import read_reply

SCENE = Scene("leave", "休假", "员工", "休假有几天", ("handbook",))
TEXTS = ("职工年休假5天。", "工作满10年的，年休假10天（<15天>）。")
PASSAGES = tuple(
    Passage(f"p{n}", "d", "v", "handbook", "手册", n, text, 0, len(text))
    for n, text in enumerate(TEXTS)
)
LESSON = Lesson(SCENE, PASSAGES, ("lookup", "condition"), 2)
ITEM = {
    "kind": "lookup",
    "question": "几天？",
    "answer": "5天",
    "quotes": [{"passage": 1, "text": "年休假5天"}],
}
TAUGHT = Taught("lookup", "几天？", "5天", ((0, "年休假5天"),), "large")
WHOLE = json.dumps({"items": [ITEM]}, ensure_ascii=False)


def read(content: str, lesson: Lesson = LESSON) -> Any:
    return read_reply(content, lesson, "large")


@pytest.mark.parametrize(
    "content",
    [
        WHOLE,
        f"```json\n{WHOLE}\n```",
        f"好的，结果如下：\n{WHOLE}\n希望对您有帮助。{{}}",
        f"<think>{{}} maybe {WHOLE[:20]}</think>\n{WHOLE}",
        json.dumps([ITEM]),
        json.dumps(ITEM),
        json.dumps({"questions": [ITEM]}),
        f"[1] see below {WHOLE}",
    ],
)
def test_json_is_found_in_whatever_stands_around_it(content: str) -> None:
    assert read(content) == (TAUGHT,)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"quotes": "年休假5天"}, ((0, "年休假5天"),)),
        ({"quotes": [{"passage": 1, "text": "年休假10天"}]}, ((1, "年休假10天"),)),
        ({"quotes": [{"passage": 99, "text": "编的"}]}, ((0, "编的"),)),
        ({"quotes": [{"passage": 2, "text": "＜15天＞"}]}, ((1, "<15天>"),)),
        ({"quotes": [3, None, {"text": 5}]}, ()),
        ({"quotes": None}, ()),
    ],
)
def test_quotes_are_put_where_they_stand_and_never_invented(
    change: dict[str, Any], expected: tuple[tuple[int, str], ...]
) -> None:
    (taught,) = read(json.dumps({"items": [{**ITEM, **change}]}))
    assert taught.quotes == expected


def test_whole_items_of_an_answer_that_was_cut_off_are_used() -> None:
    second = {**ITEM, "kind": "condition"}
    content = json.dumps({"items": [ITEM, second, ITEM]}, ensure_ascii=False)[:-20]
    assert [each.kind for each in read(content)] == ["lookup", "condition"]


def test_items_of_other_kinds_and_too_many_are_left_out() -> None:
    wanted = {**ITEM, "kind": "condition"}
    content = json.dumps({"items": [ITEM] * 5 + [wanted, {**ITEM, "kind": "poem"}, {}]})
    assert [each.kind for each in read(content)] == ["lookup", "lookup", "condition"]


def test_half_a_surrogate_pair_becomes_writable() -> None:
    (taught,) = read('{"items": [{"kind": "lookup", "question": "几\\ud800天", "answer": "5天"}]}')
    assert taught.question == "几?天"


@given(st.text())
def test_any_text_is_read_or_refused_with_a_reason(content: str) -> None:
    found = read(content)
    assert (isinstance(found, Failure) and found.message) or found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["items", "kind", "question", "answer", "quotes", "passage", "text"]),
            inside,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_json_of_any_shape_is_read_or_refused_with_a_reason(value: Any) -> None:
    found = read(json.dumps(value))
    if isinstance(found, Failure):
        assert found.reason in {"empty", "no_json", "wrong_shape"}
        return
    for each in found:
        assert each.question and each.answer
        assert all(0 <= index < len(PASSAGES) and quote for index, quote in each.quotes)


def tokened(piece: bytes, number: int = 0) -> TokenChances:
    return TokenChances(piece.decode("utf-8", "replace"), -number, (), len(piece))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=40), st.booleans())
def test_the_tokens_of_an_answer_cover_it(cuts: list[int], ascii_only: bool) -> None:
    """Tokens are cut anywhere in the bytes, also inside a character, and a mark of the end follows."""
    content = json.dumps({"items": [ITEM, {**ITEM, "answer": '10"天'}]}, ensure_ascii=ascii_only)
    pieces, at = [], 0
    for number in range(len(content.encode())):
        size = cuts[number % len(cuts)]
        pieces.append(content.encode()[at : at + size])
        at += size
    pieces = [piece for piece in (*pieces, b"<eos>") if piece]
    tokens = [tokened(piece, number) for number, piece in enumerate(pieces)]
    answers = [TAUGHT, Taught("lookup", "几天？", '10"天', (), "large")]
    found = chances_of_answers(content, tokens, answers)
    for each, chances in zip(answers, found, strict=True):
        spelt = json.dumps(each.answer, ensure_ascii=ascii_only)[1:-1].encode()
        inside = [pieces[-int(chance.logprob)] for chance in chances]
        assert spelt in b"".join(inside)
        assert spelt not in b"".join(inside[1:]) and spelt not in b"".join(inside[:-1])


def test_tokens_that_spell_something_else_are_left_out() -> None:
    assert chances_of_answers(WHOLE, [tokened(b"other" * 99)], [TAUGHT]) == ()
    assert chances_of_answers(WHOLE, [], [TAUGHT]) == ()
