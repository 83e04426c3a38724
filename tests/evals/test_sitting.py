"""An exam that was cut off goes on; what was said is never asked twice."""

from pathlib import Path

import pytest

from teaegg.core.errors import ModelError
from teaegg.evals.sitting import Item, best_form, compare, sit
from teaegg.models.base import Message
from teaegg.models.standin import ScriptedChat


def item(number: int, right: str = "甲", kind: str = "lookup") -> Item:
    return Item(
        f"i{number}", kind, (Message("user", f"问题{number}"),), (right,), f"d{number // 2}"
    )


async def test_every_item_is_asked_once_and_its_answer_kept(tmp_path: Path) -> None:
    kept = tmp_path / "exam" / "answers.jsonl"
    told: list[tuple[int, int]] = []
    said = await sit(
        [item(0), item(1)],
        ScriptedChat("甲", "乙"),
        kept,
        max_tokens=8,
        tell=lambda done, total: told.append((done, total)),
    )
    assert said == {"i0": "甲", "i1": "乙"}
    assert told == [(1, 2), (2, 2)]
    assert await sit([item(0), item(1)], ScriptedChat(), kept, max_tokens=8) == said


async def test_an_exam_whose_examinee_broke_off_goes_on_where_it_stood(tmp_path: Path) -> None:
    kept = tmp_path / "answers.jsonl"
    with pytest.raises(ModelError):
        await sit([item(0), item(1)], ScriptedChat("甲"), kept, max_tokens=8)
    again = ScriptedChat("乙")
    assert await sit([item(0), item(1)], again, kept, max_tokens=8) == {"i0": "甲", "i1": "乙"}
    assert len(again.prompts) == 1


async def test_a_line_torn_by_a_killed_process_is_asked_again_and_harms_no_other(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "answers.jsonl"
    kept.write_text('["i0", "甲"]\n["i1", "乙', encoding="utf-8")
    exam = [item(0), item(1), item(2)]
    assert await sit(exam, ScriptedChat("丙", "丁"), kept, max_tokens=8) == {
        "i0": "甲",
        "i1": "丙",
        "i2": "丁",
    }
    assert (await sit(exam, ScriptedChat(), kept, max_tokens=8))["i1"] == "丙"


async def test_an_examinee_that_does_not_end_is_stopped_after_its_first_line(
    tmp_path: Path,
) -> None:
    chat = ScriptedChat("\n甲是对的\n乙\n丙")
    said = await sit([item(0)], chat, tmp_path / "a.jsonl", max_tokens=99, lines=1)
    assert said == {"i0": "甲是对的"}


def test_a_comparison_tells_who_is_better_and_at_what() -> None:
    exam = [item(n, kind="lookup" if n % 2 else "table") for n in range(40)]
    right = {entry.id: "甲" for entry in exam}
    half = {entry.id: "甲" if entry.kind == "table" else "乙" for entry in exam}
    found = compare(exam, right, half, seed=1)
    assert (found.candidate.exact, found.baseline.exact) == (1, 0.5)
    assert found.better
    assert found.p_exact < 0.001
    assert found.by_kind == {"table": (20, 1, 1), "lookup": (20, 1, 0)}
    assert not compare(exam, right, right, seed=1).better


def test_of_several_forms_the_one_that_serves_the_examinee_counts_cut_where_it_helps() -> None:
    exam = [item(0), item(1)]
    repeats = {"i0": "问题0", "i1": "问题1"}
    goes_on = {"i0": "甲\n问题：还有呢", "i1": "甲\n\n乙"}
    assert best_form(exam, [repeats, goes_on]) == {"i0": "甲", "i1": "甲"}
    assert best_form(exam, [repeats]) == repeats


def test_an_examinee_whose_answers_have_several_lines_is_not_cut() -> None:
    asked = [Item("i", "lookup", (), ("甲\n乙",), "d")]
    assert best_form(asked, [{"i": "甲\n乙"}]) == {"i": "甲\n乙"}


async def test_an_examinee_may_have_as_many_lines_as_the_longest_right_answer(
    tmp_path: Path,
) -> None:
    chat = ScriptedChat("甲\n乙\n丙\n丁")
    assert await sit([item(0)], chat, tmp_path / "a.jsonl", max_tokens=99, lines=2) == {
        "i0": "甲\n乙"
    }
