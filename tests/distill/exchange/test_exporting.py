"""Rows go out as other trainers document their files, and come back as they were."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teaegg.core.errors import InvalidRequestError, StorageError
from teaegg.distill.exchange.exporting import ExportForm, export_rows
from teaegg.distill.exchange.importing import import_file
from teaegg.distill.rows import Row, Turn

FORMS: tuple[ExportForm, ...] = get_args(ExportForm)


def row(*turns: tuple[str, str], answer: str = "5天", rejected: str = "", name: str = "r1") -> Row:
    made = tuple(Turn(role=role, content=text) for role, text in turns)  # type: ignore[arg-type]
    return Row(id=name, kind="lookup", turns=made, answer=answer, rejected=rejected)


SIMPLE = row(("user", "几天？"))
LONG = row(("system", "简短"), ("user", "几天？"), ("assistant", "5天"), ("user", "满10年呢？"))
PAIR = row(("user", "几天？"), rejected="没有")


def exported(form: ExportForm, *rows: Row, pairs: bool = False) -> list[dict[str, Any]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "out.jsonl"
        export_rows(rows, form, path, pairs=pairs)
        return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def test_alpaca_is_as_llama_factory_documents_it() -> None:
    assert exported("alpaca", SIMPLE, LONG) == [
        {"instruction": "几天？", "input": "", "output": "5天", "system": "", "history": []},
        {
            "instruction": "满10年呢？",
            "input": "",
            "output": "5天",
            "system": "简短",
            "history": [["几天？", "5天"]],
        },
    ]
    (pair,) = exported("alpaca", PAIR, pairs=True)
    assert (pair["chosen"], pair["rejected"]) == ("5天", "没有")
    assert "output" not in pair


def test_sharegpt_is_as_llama_factory_documents_it() -> None:
    (record,) = exported("sharegpt", LONG)
    assert record["system"] == "简短"
    assert [turn["from"] for turn in record["conversations"]] == ["human", "gpt", "human", "gpt"]
    (pair,) = exported("sharegpt", PAIR, pairs=True)
    assert pair["conversations"] == [{"from": "human", "value": "几天？"}]
    assert pair["rejected"] == {"from": "gpt", "value": "没有"}


def test_messages_are_as_trl_and_ms_swift_document_them() -> None:
    (record,) = exported("messages", LONG)
    assert [turn["role"] for turn in record["messages"]] == [
        "system",
        "user",
        "assistant",
        "user",
        "assistant",
    ]
    assert set(record) == {"messages"}
    (pair,) = exported("messages", PAIR, pairs=True)
    assert pair["rejected_response"] == "没有"


def test_completion_and_preference_are_as_trl_documents_them() -> None:
    answer = {"role": "assistant", "content": "5天"}
    prompt = [{"role": "user", "content": "几天？"}]
    assert exported("completion", PAIR) == [{"prompt": prompt, "completion": [answer]}]
    worse = {"role": "assistant", "content": "没有"}
    assert exported("preference", PAIR, SIMPLE) == [
        {"prompt": prompt, "chosen": [answer], "rejected": [worse]}
    ]


@pytest.mark.parametrize(
    ("form", "pairs", "expected"),
    [
        (
            "alpaca",
            False,
            {
                "file_name": "leave.jsonl",
                "formatting": "alpaca",
                "columns": {
                    "prompt": "instruction",
                    "query": "input",
                    "history": "history",
                    "response": "output",
                    "system": "system",
                },
            },
        ),
        (
            "sharegpt",
            True,
            {
                "file_name": "leave.jsonl",
                "formatting": "sharegpt",
                "ranking": True,
                "columns": {
                    "messages": "conversations",
                    "chosen": "chosen",
                    "rejected": "rejected",
                    "system": "system",
                },
            },
        ),
    ],
)
def test_llama_factory_finds_the_file_by_its_description(
    tmp_path: Path, form: ExportForm, pairs: bool, expected: dict[str, Any]
) -> None:
    info = tmp_path / "dataset_info.json"
    info.write_text('{"other": {"file_name": "other.json"}}', encoding="utf-8")
    report = export_rows([PAIR], form, tmp_path / "leave.jsonl", pairs=pairs)
    assert report.info == info
    described = json.loads(info.read_text(encoding="utf-8"))
    assert described == {"other": {"file_name": "other.json"}, "leave": expected}
    known = set(json.loads((tmp_path / "leave.jsonl").read_text(encoding="utf-8")))
    assert set(expected["columns"].values()) <= known


def test_the_description_is_read_in_any_encoding(tmp_path: Path) -> None:
    report = export_rows([SIMPLE], "alpaca", tmp_path / "休假.jsonl")
    assert report.info
    assert report.info.read_bytes().isascii()
    assert json.loads(report.info.read_bytes())["休假"]["file_name"] == "休假.jsonl"


def test_a_description_that_is_none_is_not_overwritten(tmp_path: Path) -> None:
    info = tmp_path / "dataset_info.json"
    info.write_text("[1]", encoding="utf-8")
    with pytest.raises(InvalidRequestError, match=r"dataset_info\.json"):
        export_rows([SIMPLE], "alpaca", tmp_path / "leave.jsonl")
    assert info.read_text(encoding="utf-8") == "[1]"


def test_rows_that_a_form_cannot_hold_are_left_out_and_told(tmp_path: Path) -> None:
    odd = row(("user", "一"), ("user", "二"), name="odd")
    report = export_rows([SIMPLE, odd], "alpaca", tmp_path / "a.jsonl")
    assert (report.rows, [problem.place for problem in report.left_out]) == (1, ["odd"])
    assert export_rows([SIMPLE, odd], "messages", tmp_path / "b.jsonl").rows == 2
    with pytest.raises(InvalidRequestError, match="no worse answer"):
        export_rows([SIMPLE], "preference", tmp_path / "c.jsonl")
    with pytest.raises(InvalidRequestError, match="There are none"):
        export_rows([], "messages", tmp_path / "c.jsonl")
    with pytest.raises(InvalidRequestError, match=r"c\.csv"):
        export_rows([SIMPLE], "messages", tmp_path / "c.csv")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError):
        export_rows([SIMPLE], "messages", tmp_path / "file" / "c.jsonl")
    assert not (tmp_path / "c.jsonl").exists()


TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1
).filter(str.strip)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    talk = draw(st.lists(st.tuples(TEXT, TEXT), max_size=2))
    turns = [("system", text) for text in draw(st.lists(TEXT, max_size=1))]
    turns += [turn for asked, told in talk for turn in (("user", asked), ("assistant", told))]
    answer = draw(TEXT)
    rejected = draw(TEXT.filter(lambda text: text.strip() != answer.strip()))
    return row(*turns, ("user", draw(TEXT)), answer=answer, rejected=rejected)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("ending", ["jsonl", "json"])
@given(rows())
@settings(max_examples=60)
def test_what_goes_out_comes_back(form: ExportForm, ending: str, given_row: Row) -> None:
    for pairs in (False, True):
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"out.{ending}"
            export_rows([given_row], form, path, pairs=pairs)
            (back,) = import_file(path).rows
        assert back.turns == given_row.turns
        assert back.answer == given_row.answer
        kept = form == "preference" or (pairs and form != "completion")
        assert back.rejected == (given_row.rejected if kept else "")
