"""Published sets become items as their authors publish them; what is faulty in them is left out and told."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from teaegg.core.errors import InvalidRequestError
from teaegg.evals.items.catalogue import KNOWN_SETS, KnownSet
from teaegg.evals.items.known_sets import read_known

DATA = Path(os.environ.get("TEAEGG_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def published(name: str) -> Path:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{path} is not there: set TEAEGG_DATA to the folder of shared data")
    return path


@pytest.mark.parametrize(
    ("known", "file", "subject", "items", "left_out"),
    [
        ("financeiq", "financeiq/test.jsonl", "税务师", 332, 0),
        ("ceval", "ceval/val.jsonl", "tax_accountant", 33, 0),
        ("ceval", "ceval/val.jsonl", "", 812, 2),
        ("cmmlu", "cmmlu/test.jsonl", "professional_law", 151, 0),
        ("lawbench", "lawbench/1-2.jsonl", "", 350, 1),
        ("lawbench", "lawbench/3-6.jsonl", "", 352, 0),
        ("lawbench", "lawbench/2-4.jsonl", "2-4", 353, 0),
        ("lawbench", "lawbench/2-5.jsonl", "", 171, 0),
        ("lawbench", "lawbench/2-7.jsonl", "", 360, 0),
        ("rgb", "rgb/zh_refine.jsonl", "", 221, 0),
        ("rgb", "rgb/zh_int.jsonl", "", 75, 0),
        ("rgb", "rgb/en_fact.jsonl", "", 68, 0),
        ("rgb-refusal", "rgb/zh_refine.jsonl", "", 221, 0),
        ("cmrc2018", "cmrc2018/questions.jsonl", "", 2986, 2),
    ],
)
def test_every_item_of_a_set_is_taken(
    known: KnownSet, file: str, subject: str, items: int, left_out: int
) -> None:
    read = read_known(published(file), known, subject=subject)
    assert (len(read.items), len(read.left_out)) == (items, left_out), read.left_out[:5]


def test_the_licence_stands_in_every_item() -> None:
    read = read_known(published("financeiq/dev.jsonl"), "financeiq")
    assert {item.source for item in read.items} == {
        "FinanceIQ (CC BY-NC-SA 4.0: to examine only, never to teach)"
    }


def test_a_question_of_law_is_told_from_its_options() -> None:
    item = read_known(published("lawbench/1-2.jsonl"), "lawbench").items[0]
    assert item.questions[0].endswith("哪项判断是正确的?")
    assert len(item.options) == 4
    assert item.options[0].startswith("我国商务部在确定")


def test_evidence_of_every_part_stands_among_noise() -> None:
    read = read_known(published("rgb/zh_int.jsonl"), "rgb")
    item = next(item for item in read.items if item.id == "rgb/zh_int/1")
    assert item.right == ("6.4%，18%",)
    gold = [passage.text for passage in item.passages if passage.gold]
    assert len(item.passages) == 5
    assert any("6.4%" in text for text in gold)
    assert any("18%" in text for text in gold)


def test_the_question_that_nothing_shown_answers_has_no_gold() -> None:
    for item in read_known(published("rgb/zh_refine.jsonl"), "rgb-refusal").items:
        assert item.area == "refusal"
        assert not any(passage.gold for passage in item.passages)


def written(path: Path, *rows: Mapping[str, object]) -> Path:
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


CHOICE = {"question": "哪个？", "A": "甲", "B": "乙", "C": "丙", "D": "丁", "answer": "B"}


def test_what_is_faulty_is_left_out_and_told(tmp_path: Path) -> None:
    same, unanswered = {**CHOICE, "B": "甲"}, {**CHOICE, "answer": None}
    read = read_known(written(tmp_path / "tax.jsonl", CHOICE, same, unanswered), "ceval")
    assert [item.kind for item in read.items] == ["tax"]
    assert read.left_out == (
        "tax.jsonl, line 2: two `options` are the same.",
        "tax.jsonl, line 3: it has no answer.",
    )


def test_the_csv_of_the_authors_is_read(tmp_path: Path) -> None:
    path = tmp_path / "law_test.csv"
    path.write_text(",Question,A,B,C,D,Answer\n0,哪个？,甲,乙,丙,丁,B\n", encoding="utf-8")
    item = read_known(path, "cmmlu").items[0]
    assert (item.id, item.right, item.options) == ("law_test/0", ("B",), ("甲", "乙", "丙", "丁"))


def test_alternatives_of_every_part_are_right(tmp_path: Path) -> None:
    row = {"id": "1", "query": "何时何地？", "answer": [["一", "1"], "南宁"]}
    row |= {"positive": ["一日在南宁"], "negative": ["无关"]}
    item = read_known(written(tmp_path / "zh.jsonl", row), "rgb").items[0]
    assert item.right == ("一，南宁", "1，南宁")


@pytest.mark.parametrize("known", [name for name in KNOWN_SETS if name != "cmrc2018"])
def test_another_file_is_refused_with_what_it_lacks(known: KnownSet, tmp_path: Path) -> None:
    path = written(tmp_path / "x.jsonl", {"name": "x"})
    with pytest.raises(
        InvalidRequestError, match=rf"is of {known}: x.jsonl, line 1: .* is missing"
    ):
        read_known(path, known)


def test_a_subject_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    path = written(tmp_path / "x.jsonl", {**CHOICE, "subject": "law"})
    with pytest.raises(InvalidRequestError) as refused:
        read_known(path, "ceval", subject="tax")
    assert refused.value.remedy == "It has law."
