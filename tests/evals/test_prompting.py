"""How items are asked: options by letters or as statements, examples solved before them, passages or none."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence

import pytest

from teaegg.core.clock import SystemClock
from teaegg.core.documents import Passage
from teaegg.core.errors import InvalidRequestError, ModelUnavailableError
from teaegg.core.exams import Exam, ExamItem, ItemPassage
from teaegg.evals.targets.likelihood import OptionTarget
from teaegg.evals.targets.model import ModelTarget
from teaegg.evals.targets.prompting import Prompting, worked_examples
from teaegg.evals.targets.side_by_side import side_by_side
from teaegg.evals.targets.speakers import ChatSpeaker
from teaegg.models.base import Message
from teaegg.models.options import OptionLikelihood, OptionQuestion, OptionReading
from teaegg.models.standin import ScriptedChat
from teaegg.models.templates import PLAIN_EN, PLAIN_ZH


def choice(name: str = "c", question: str = "税率是多少？", right: str = "B") -> ExamItem:
    return ExamItem(
        id=name, form="choice", questions=(question,), options=("3%", "6%", "9%"), right=(right,)
    )


def grounded(name: str = "g", question: str = "年假几天？") -> ExamItem:
    passage = ItemPassage(text="年假5天。", place="员工手册")
    return ExamItem(
        id=name, form="grounded", questions=(question,), right=("5天",), passages=(passage,)
    )


class Reader:
    """Finds the longest option likeliest, and reads the last question first."""

    name = fingerprint = "reader"

    def __init__(self, *nats: float) -> None:
        self.asked: list[OptionQuestion] = []
        self._nats = nats

    async def read(self, questions: Sequence[OptionQuestion]) -> AsyncIterator[OptionReading]:
        self.asked += questions
        for place in reversed(range(len(questions))):
            found = zip(self._nats, questions[place].options, strict=False)
            yield OptionReading(place, tuple(OptionLikelihood(nats, 1) for nats, _ in found))

    async def close(self) -> None:
        self.asked.clear()


def test_a_choice_is_asked_with_lettered_options_and_solved_examples_before_it() -> None:
    prompting = Prompting("zh", examples=(choice("e", "例题？", "C"),))
    asked = PLAIN_ZH.prompt([*prompting.shared("choice"), *prompting.turns(choice())])
    assert (
        asked.index("问题：例题？")
        < asked.index("C. 9%\n\n答案：C\n\n")
        < asked.index("问题：税率是多少？")
    )
    assert asked.endswith("A. 3%\nB. 6%\nC. 9%\n\n答案：")
    assert prompting.shared("short") == ()


def test_passages_are_shown_in_the_frame_of_training_or_not_at_all() -> None:
    (turn,) = Prompting("zh").turns(grounded())
    assert "[1] 员工手册\n年假5天。\n\n问题：年假几天？" in turn.content
    assert "资料中没有说明" in turn.content
    (bare,) = Prompting("zh", with_passages=False).turns(grounded())
    assert "员工手册" not in bare.content and "没有说明" not in bare.content


def test_an_expert_is_asked_with_its_own_instructions() -> None:
    (turn,) = Prompting("zh", instructions="只用原文作答。").turns(grounded())
    assert turn.content.startswith("只用原文作答。\n\n[1]")


def test_examples_are_never_the_exams_own_items_and_enough_of_each_form() -> None:
    exam = Exam(name="tax", title="tax", items=(choice("a", "问？"),))
    others = [choice(f"e{n}", f"例{n}？") for n in range(3)]
    assert [e.id for e in worked_examples([*others, grounded()], exam, 2)] == ["e0", "e1"]
    with pytest.raises(InvalidRequestError, match="asked in the exam"):
        worked_examples([*others, choice("other name", "问？")], exam, 2)
    with pytest.raises(InvalidRequestError, match="there are 3"):
        worked_examples(others, exam, 5)


async def test_options_are_read_by_letter_behind_the_shared_examples() -> None:
    reader = Reader(-2.0, -1.0, -3.0)
    prompting = Prompting("en", examples=(choice("e", "Example?"),))
    target = OptionTarget(reader, PLAIN_EN, prompting)
    items = [choice("a", "One?"), choice("b", "Two?")]
    said = {one.item: one async for one in target.respond(items)}
    assert said[items[0].hash].options == (-2.0, -1.0, -3.0)
    one, two = reader.asked
    assert one.options == (" A", " B", " C") and one.prompt.endswith("Answer:")
    assert one.prefix == two.prefix and "Example?" in one.prefix and "One?" in one.prompt
    with pytest.raises(InvalidRequestError, match="no options"):
        _ = [one async for one in target.respond([grounded()])]


async def test_statements_ask_of_each_option_alone_whether_it_is_right() -> None:
    reader = Reader(math.log(0.6), math.log(0.2))
    target = OptionTarget(reader, PLAIN_ZH, Prompting("zh"), form="statements")
    (said,) = [one async for one in target.respond([choice()])]
    assert [math.exp(nats) for nats in said.options] == pytest.approx([0.75] * 3)
    assert [question.prompt.count("选项：") for question in reader.asked] == [1, 1, 1]
    assert reader.asked[1].prompt.endswith("选项：6%\n\n答案：")
    assert {question.options for question in reader.asked} == {("对", "错")}


async def test_what_was_found_is_shown_instead_of_the_items_own_passages() -> None:
    asked: list[str] = []
    passage = Passage(
        id="p1", document="d1", version="v", collection="tax", title="税法", ordinal=0,
        text="税率6%。", start=0, end=5,
    )  # fmt: skip

    async def find(question: str) -> Sequence[Passage]:
        asked.append(question)
        return [passage]

    chat = ScriptedChat(picks=(1,))
    speaker = ChatSpeaker(chat, SystemClock(), template=PLAIN_ZH)
    target = ModelTarget(speaker, Prompting("zh"), find=find)
    (said,) = [one async for one in target.respond([choice()])]
    assert asked == ["税率是多少？\n3%\n6%\n9%"]
    assert (said.text, said.evidence) == ("B", ("p1",))
    assert "税率6%。" in chat.prompts[0]


async def test_who_cannot_be_held_to_letters_says_what_it_likes() -> None:
    chat = ScriptedChat("我选 B，因为…")
    target = ModelTarget(ChatSpeaker(chat, SystemClock()), Prompting("zh"))
    (said,) = [one async for one in target.respond([choice()])]
    assert said.text == "我选 B，因为…"


async def test_turns_are_asked_one_after_the_other_with_the_replies_between() -> None:
    item = ExamItem(id="m", form="multi_turn", questions=("甲？", "乙？"), right=("二",))
    chat = ScriptedChat("一", "二")
    (said,) = [
        one
        async for one in ModelTarget(ChatSpeaker(chat, SystemClock()), Prompting("zh")).respond(
            [item]
        )
    ]
    assert (said.text, said.replies) == ("二", ("一", "二"))
    assert chat.prompts[1] == (
        Message("user", "问题：甲？"), Message("assistant", "一"), Message("user", "问题：乙？"),
    )  # fmt: skip


async def test_who_was_never_tuned_is_stopped_where_its_turn_ends() -> None:
    chat = ScriptedChat("五天\n\n问题：还有呢？")
    target = ModelTarget(ChatSpeaker(chat, SystemClock(), stop="\n\n"), Prompting("zh"))
    (said,) = [one async for one in target.respond([grounded()])]
    assert said.text == "五天" and said.refused is None


async def test_the_line_that_declines_is_a_declaration() -> None:
    target = ModelTarget(
        ChatSpeaker(ScriptedChat("资料中没有说明。"), SystemClock()), Prompting("zh")
    )
    (said,) = [one async for one in target.respond([grounded()])]
    assert said.refused is True


async def test_when_one_of_several_fails_the_others_under_way_are_still_heard() -> None:
    third_begun, failed = asyncio.Event(), asyncio.Event()

    async def ask(number: int) -> int:
        if number == 1:
            await third_begun.wait()
            failed.set()
            raise ModelUnavailableError("away")
        if number == 3:
            third_begun.set()
        if number:
            await failed.wait()
        return number

    heard: list[int] = []
    with pytest.raises(ModelUnavailableError):
        async for number in side_by_side(range(6), ask, at_once=3):
            heard.append(number)
    assert sorted(heard) == [0, 2, 3]
