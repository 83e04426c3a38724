"""A company's own questions and answers in whatever file they come."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from teaegg.core.errors import InvalidRequestError, NotFoundError, UnreadableDocumentError
from teaegg.distill.exchange.dataset import add_to_dataset, dataset_rows
from teaegg.distill.exchange.importing import import_file
from teaegg.distill.rows import Row, Turn, read_rows, write_rows
from teaegg.retrieval.reading_prompt import ShownPassage, reading_messages

QUESTION, ANSWER = "年休假有几天？", "工作满1年的，5天。"


def written(folder: Path, name: str, content: str | bytes | list[Any]) -> Path:
    path = folder / name
    if isinstance(content, list):
        content = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def table(*rows: tuple[str, ...], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


def workbook(*sheets: list[tuple[Any, ...]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"表{number + 1}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def said(path: Path, **fields: Any) -> list[tuple[str, str]]:
    rows = import_file(path, **fields).rows
    assert all(row.kind == "imported" for row in rows)
    return [(row.turns[-1].content, row.answer) for row in rows]


@pytest.mark.parametrize(
    "header",
    [
        ("问题", "答案"),
        ("用户问题", "标准答案"),
        ("標題", "內容"),
        ("Question", "Answer"),
        ("query", "response"),
        ("instruction", "output"),
        ("prompt", "completion"),
        ("Q", "A"),
        ("问题（必填）", "回复 *"),
        ("Ｑｕｅｓｔｉｏｎ", "Reply_"),
    ],
)
def test_columns_are_recognised_by_their_names(tmp_path: Path, header: tuple[str, str]) -> None:
    path = written(tmp_path, "faq.csv", table(header, (QUESTION, ANSWER)))
    assert said(path) == [(QUESTION, ANSWER)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_tables_of_any_encoding_and_separator_are_read(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    text = table(("问题", "答案"), (QUESTION, 'a, b; "c"\n第二行'), separator=separator)
    path = written(tmp_path, "faq.csv", text.encode(encoding))
    assert said(path) == [(QUESTION, 'a, b; "c"\n第二行')]


def test_every_visible_sheet_of_a_workbook_is_read(tmp_path: Path) -> None:
    first = [(), ("编号", "问题", "答案"), (1, QUESTION, ANSWER), (), (2, "几月？", 3)]
    second = [("标题", "内容"), ("出差", "住宿每天500元。")]
    path = written(tmp_path, "faq.xlsx", workbook(first, second))
    assert said(path) == [(QUESTION, ANSWER), ("几月？", "3"), ("出差", "住宿每天500元。")]


def test_a_ticket_is_asked_with_its_description(tmp_path: Path) -> None:
    rows = table(("标题", "内容", "处理结果"), ("漏水", "泵的密封漏水", "更换密封圈"))
    assert said(written(tmp_path, "tickets.csv", rows)) == [("漏水\n泵的密封漏水", "更换密封圈")]


def test_an_edited_draft_is_better_than_the_draft(tmp_path: Path) -> None:
    rows = table(("问题", "初稿", "定稿"), (QUESTION, "大概5天", ANSWER))
    (row,) = import_file(written(tmp_path, "drafts.csv", rows)).rows
    assert (row.answer, row.rejected) == (ANSWER, "大概5天")


def test_columns_that_nobody_knows_are_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "faq.csv", table(("甲", "乙"), (QUESTION, ANSWER)))
    with pytest.raises(InvalidRequestError, match="'甲', '乙'") as caught:
        import_file(path)
    assert "--question" in caught.value.remedy
    assert said(path, columns={"question": "甲", "answer": "乙"}) == [(QUESTION, ANSWER)]
    with pytest.raises(InvalidRequestError, match="no column '丙'") as caught:
        import_file(path, columns={"question": "丙"})
    assert "乙, 甲" in caught.value.remedy or "甲, 乙" in caught.value.remedy


def test_a_named_column_wins_over_a_known_one(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", table(("问题", "原话", "答案"), ("编号1", QUESTION, ANSWER)))
    assert said(path, columns={"question": "原话"}) == [(QUESTION, ANSWER)]


def test_a_passage_is_shown_as_an_expert_will_see_it(tmp_path: Path) -> None:
    record = {"question": "How many days?", "answer": "5 days", "context": "Leave: 5 days <b>."}
    path = written(tmp_path, "faq.jsonl", [record])
    (row,) = import_file(path, instructions="Be brief.").rows
    shown = [ShownPassage("Leave: 5 days <b>.")]
    expected = reading_messages("How many days?", shown, language="en", instructions="Be brief.")
    assert row.messages() == expected


FORMS: list[dict[str, Any]] = [
    {"question": QUESTION, "answer": ANSWER},
    {"messages": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}]},
    {"conversations": [{"from": "human", "value": QUESTION}, {"from": "gpt", "value": ANSWER}]},
    {"conversation": [{"human": QUESTION, "assistant": ANSWER}]},
    {"instruction": QUESTION, "input": "", "output": ANSWER},
    {"prompt": QUESTION, "completion": ANSWER},
    {
        "prompt": [{"role": "user", "content": QUESTION}],
        "completion": [{"role": "assistant", "content": ANSWER}],
    },
    {
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
            {"role": "assistant", "content": ANSWER},
        ]
    },
]


@pytest.mark.parametrize("record", FORMS)
@pytest.mark.parametrize("ending", ["jsonl", "json", "txt"])
def test_forms_of_other_trainers_are_understood(
    tmp_path: Path, record: dict[str, Any], ending: str
) -> None:
    path = written(tmp_path, f"rows.{ending}", [record])
    if ending == "json":
        path.write_text(json.dumps({"data": [record]}), encoding="utf-8")
    assert said(path) == [(QUESTION, ANSWER)]


PAIRS: list[dict[str, Any]] = [
    {"prompt": QUESTION, "chosen": ANSWER, "rejected": "没有"},
    {"instruction": QUESTION, "input": "", "chosen": ANSWER, "rejected": "没有"},
    {
        "chosen": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": ANSWER}],
        "rejected": [
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": "没有"},
        ],
    },
    {
        "conversations": [{"from": "human", "value": QUESTION}],
        "chosen": {"from": "gpt", "value": ANSWER},
        "rejected": {"from": "gpt", "value": "没有"},
    },
    {
        "messages": [
            {"role": "user", "content": QUESTION},
            {"role": "assistant", "content": ANSWER},
        ],
        "rejected_response": "没有",
    },
]


@pytest.mark.parametrize("record", PAIRS)
def test_preference_pairs_keep_both_answers(tmp_path: Path, record: dict[str, Any]) -> None:
    (row,) = import_file(written(tmp_path, "pairs.jsonl", [record])).rows
    assert (row.turns[-1].content, row.answer, row.rejected) == (QUESTION, ANSWER, "没有")


def test_earlier_turns_and_the_system_turn_are_kept(tmp_path: Path) -> None:
    record = {
        "system": "简短",
        "instruction": "那满10年呢？",
        "output": "10天",
        "history": [[QUESTION, ANSWER]],
    }
    (row,) = import_file(written(tmp_path, "rows.jsonl", [record])).rows
    assert [(turn.role, turn.content) for turn in row.turns] == [
        ("system", "简短"),
        ("user", QUESTION),
        ("assistant", ANSWER),
        ("user", "那满10年呢？"),
    ]


WRONG: list[tuple[Any, str]] = [
    ("not json", "not JSON"),
    ("[" * 100_000, "not JSON"),
    (3, "not a JSON object"),
    ({}, "none of its columns"),
    ({"question": "", "answer": ANSWER}, "question"),
    ({"question": QUESTION, "answer": " \n"}, "answer"),
    ({"question": QUESTION}, "answer"),
    ({"question": QUESTION, "answer": {"a": 1}}, "a text was expected"),
    ({"question": QUESTION, "answer": ANSWER, "history": [["x"]]}, "history"),
    ({"messages": []}, "not an answer"),
    ({"messages": [{"role": "user", "content": QUESTION}]}, "not an answer"),
    ({"messages": [{"role": "assistant", "content": ANSWER}]}, "no question"),
    ({"messages": ["hello"]}, "not an object"),
    ({"messages": [{"role": "tool", "content": "x"}]}, "'tool'"),
    (
        {
            "messages": [
                {"role": "user", "content": [{"type": "image_url", "image_url": "x"}]},
                {"role": "assistant", "content": ANSWER},
            ]
        },
        "pictures",
    ),
    ({"prompt": QUESTION, "chosen": ANSWER, "rejected": ANSWER}, "the same"),
    ({"prompt": [{"role": "user", "content": QUESTION}]}, "no answer"),
]


@pytest.mark.parametrize(("record", "what"), WRONG)
def test_a_wrong_record_is_told_with_its_line_and_the_rest_is_taken(
    tmp_path: Path, record: Any, what: str
) -> None:
    good = json.dumps(FORMS[0], ensure_ascii=False)
    wrong = record if isinstance(record, str) else json.dumps(record)
    path = written(tmp_path, "rows.jsonl", f"{good}\n\n{wrong}\n{good}\u2028".strip("\u2028"))
    imported = import_file(path)
    assert len(imported.rows) == 1 and imported.duplicates == 1
    (problem,) = imported.problems
    assert problem.place == "line 3"
    assert what in problem.what.lower().replace("json", "JSON")


def test_wrong_rows_of_a_table_are_told_with_their_place(tmp_path: Path) -> None:
    rows = [("问题", "答案"), (QUESTION, ANSWER), ("空的", None), ("几月？", "3月")]
    imported = import_file(written(tmp_path, "faq.xlsx", workbook(rows)))
    assert [problem.place for problem in imported.problems] == ["表1, row 3"]
    assert len(imported.rows) == 2
    text = table(("问题", "答案"), ("两\n行", ""), (QUESTION, ANSWER))
    imported = import_file(written(tmp_path, "faq.csv", text))
    assert [problem.place for problem in imported.problems] == ["line 3"]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("none.csv", None, NotFoundError),
        ("empty.csv", b"", InvalidRequestError),
        ("empty.jsonl", b"\n\n", InvalidRequestError),
        ("header.csv", "问题,答案\n".encode(), InvalidRequestError),
        ("old.xls", b"\xd0\xcf\x11\xe0" + bytes(600), UnreadableDocumentError),
        ("cut.xlsx", workbook([("问题", "答案")])[:300], UnreadableDocumentError),
    ],
)
def test_a_file_that_gives_nothing_is_refused(
    tmp_path: Path, name: str, content: bytes | None, error: type[Exception]
) -> None:
    if content is not None:
        written(tmp_path, name, content)
    with pytest.raises(error, match=name):
        import_file(tmp_path / name)


def test_rows_are_added_to_a_dataset_once(tmp_path: Path) -> None:
    first = import_file(written(tmp_path, "a.jsonl", [FORMS[0]])).rows
    both = import_file(
        written(tmp_path, "b.jsonl", [FORMS[0], {"question": "几月？", "answer": "3月"}])
    ).rows
    folder = tmp_path / "datasets" / "leave"
    assert add_to_dataset(folder, first) == 1
    assert add_to_dataset(folder, both) == 1
    assert list(read_rows(folder / "imported.jsonl")) == list(both)


def test_a_dataset_is_what_was_made_and_what_was_brought(tmp_path: Path) -> None:
    folder = tmp_path / "leave"
    with pytest.raises(NotFoundError, match="leave"):
        list(dataset_rows(folder))
    made = Row(id="m1", kind="lookup", turns=(Turn(role="user", content="问"),), answer="答")
    write_rows(folder / "rows.jsonl", [made])
    brought = import_file(written(tmp_path, "a.jsonl", [FORMS[0]])).rows
    add_to_dataset(folder, [*brought, made])
    assert list(dataset_rows(folder)) == [made, *brought]
