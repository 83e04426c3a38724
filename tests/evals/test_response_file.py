"""Responses in a file: an exam that was cut off goes on; what was said is never asked twice."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from teaegg.core.clock import SystemClock
from teaegg.core.errors import ModelError, StorageError
from teaegg.core.exams import ExamItem, Response
from teaegg.evals.examining import sit_exam
from teaegg.evals.response_file import ResponseFile
from teaegg.evals.targets.model import ModelTarget
from teaegg.evals.targets.prompting import WordForWord
from teaegg.evals.targets.speakers import ChatSpeaker
from teaegg.models.base import Message
from teaegg.models.standin import ScriptedChat

ITEMS = [
    ExamItem(id=f"i{number}", form="short", questions=(f"问题{number}",), right=("甲",))
    for number in range(3)
]
TALK = (Message("user", "问题0"), Message("assistant", "好"), Message("user", "几天？"))
PROMPTS: Mapping[str, Sequence[Message]] = {
    "i0": TALK,
    "i1": (Message("user", "问题1"),),
    "i2": (Message("system", "简短"), Message("user", "问题2")),
}


async def sat(chat: ScriptedChat, path: Path, stops: int = 0) -> dict[str, str]:
    speaker = ChatSpeaker(chat, SystemClock(), stop="\n" if stops else "", stops=stops)
    target, file = ModelTarget(speaker, WordForWord(prompts=PROMPTS)), ResponseFile(path)
    said = await sit_exam(ITEMS, target, await file.known(), file.keep)
    return {item.id: said[item.hash].text for item in ITEMS}


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")


async def test_prompts_that_are_written_are_asked_word_for_word_and_once(tmp_path: Path) -> None:
    kept, chat = tmp_path / "exam/answers.jsonl", ScriptedChat("甲", "乙", "丙")
    said = await sat(chat, kept)
    assert said == {"i0": "甲", "i1": "乙", "i2": "丙"}
    assert chat.prompts == [tuple(PROMPTS[item.id]) for item in ITEMS]
    assert await sat(ScriptedChat(), kept) == said


async def test_an_exam_whose_examinee_broke_off_goes_on_where_it_stood(tmp_path: Path) -> None:
    kept = tmp_path / "answers.jsonl"
    with pytest.raises(ModelError):
        await sat(ScriptedChat("甲"), kept)
    again = ScriptedChat("乙", "丙")
    assert await sat(again, kept) == {"i0": "甲", "i1": "乙", "i2": "丙"}
    assert len(again.prompts) == 2


async def test_a_line_torn_by_a_killed_process_is_asked_again_and_harms_no_other(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "answers.jsonl"
    await sat(ScriptedChat("甲", "乙", "丙"), kept)
    kept.write_bytes(b"\n".join(lines(kept)[:2])[:-5])
    assert await sat(ScriptedChat("丁", "戊"), kept) == {"i0": "甲", "i1": "丁", "i2": "戊"}
    assert (await sat(ScriptedChat(), kept))["i1"] == "丁"


async def test_what_an_older_version_wrote_in_another_form_is_asked_again(tmp_path: Path) -> None:
    kept = tmp_path / "answers.jsonl"
    kept.write_text('["i0", "甲"]\n["i1", "乙"]\n', encoding="utf-8")
    assert await sat(ScriptedChat("一", "二", "三"), kept) == {"i0": "一", "i1": "二", "i2": "三"}
    assert (await sat(ScriptedChat(), kept))["i2"] == "三"


async def test_responses_are_kept_whole_and_the_last_to_an_item_counts(tmp_path: Path) -> None:
    file = ResponseFile(tmp_path / "answers.jsonl")
    first = Response(item="a", text="多\n行 “引”", seconds=1.5, replies=("一", "二"))
    await file.keep([first, Response(item="b", text="x")])
    await file.keep([Response(item="b", text="y")])
    assert await file.known() == {"a": first, "b": Response(item="b", text="y")}


async def test_a_file_that_cannot_be_is_told_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "answers.jsonl").mkdir()
    file = ResponseFile(tmp_path / "answers.jsonl")
    with pytest.raises(StorageError, match=r"answers\.jsonl"):
        await file.known()
    with pytest.raises(StorageError, match=r"answers\.jsonl"):
        await file.keep([Response(item="a")])


@pytest.mark.parametrize(("stops", "heard"), [(1, "甲"), (2, "甲\n乙"), (0, "甲\n乙\n丙\n丁")])
async def test_an_examinee_may_have_as_many_lines_as_the_longest_right_answer(
    tmp_path: Path, stops: int, heard: str
) -> None:
    chat = ScriptedChat(*["\n甲\n乙\n丙\n丁"] * 3)
    said = await sat(chat, tmp_path / "answers.jsonl", stops)
    assert set(said.values()) == {heard}
