"""Exams as files: what is written reads back equal, and mistakes are told by their place."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teaegg.core.errors import InvalidRequestError
from teaegg.core.exams import LETTERS, Exam, ExamItem, ItemPassage
from teaegg.evals.items.reading import exam_of, parse_items, read_items
from teaegg.evals.items.writing import exam_lines, write_exam, write_template

# What people write, and what breaks cells: formulas, lines, marks of our own, control characters.
TEXTS = st.one_of(
    st.text(min_size=1, max_size=12),
    st.sampled_from(
        [
            "=1+1",
            "json:x",
            "a\nb",
            " 空格 ",
            "_x0041_",
            "1,000",
            "\x01",
            "\ufffe",
            "-",
            "“引”",
            "[1]",
        ]
    ),
)
FILLED = TEXTS.filter(lambda text: bool(text.strip()))
LISTS = st.lists(FILLED, min_size=1, max_size=3).map(tuple)
PASSAGES = st.builds(
    ItemPassage,
    text=TEXTS,
    place=st.just("") | TEXTS,
    document=st.just("") | TEXTS,
    gold=st.booleans(),
)


@st.composite
def items(draw: st.DrawFn) -> ExamItem:
    form = draw(
        st.sampled_from(["choice", "short", "grounded", "refusal", "drafting", "multi_turn"])
    )
    values: dict[str, object] = {"form": form, "id": draw(TEXTS), "right": draw(LISTS)}
    values["questions"] = draw(LISTS) if form == "multi_turn" else (draw(FILLED),)
    values["kind"] = draw(st.just("") | TEXTS)
    values["examines"] = draw(st.none() | st.just("general"))
    if form == "choice":
        options = draw(st.lists(st.just("") | TEXTS, min_size=2, max_size=10, unique=True))
        values["options"] = tuple(options)
        values["right"] = (draw(st.sampled_from(LETTERS[: len(options)])),)
    if form == "drafting":
        values["rubric"] = draw(LISTS)
    if form in ("grounded", "refusal"):
        values["passages"] = (draw(PASSAGES), ItemPassage(text="依据"))
    return ExamItem.model_validate(values)


@st.composite
def exams(draw: st.DrawFn) -> Exam:
    found = draw(st.lists(items(), min_size=1, max_size=4, unique_by=lambda item: item.id))
    return Exam(
        name="tax-2026",
        title=draw(FILLED),
        language=draw(st.sampled_from(["zh", "en"])),
        pass_mark=draw(st.sampled_from([0.0, 0.65, 1.0])),
        items=tuple(found),
    )


@pytest.mark.parametrize("ending", [".jsonl", ".xlsx"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(exam=exams())
def test_an_exported_exam_reads_back_equal(exam: Exam, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"exam{ending}"
    write_exam(path, exam)
    again = exam_of(read_items(path))
    assert again == exam
    assert again.hash == exam.hash


def test_what_is_edited_reads_back_equal() -> None:
    item = ExamItem(id="1", form="short", questions=("几天？",), right=("15",))
    exam = Exam(name="leave", title="假期", items=(item,))
    assert exam_of(parse_items(exam_lines(exam), "leave.jsonl")) == exam


def sheet(path: Path, rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_sheet_in_chinese_is_read_as_people_fill_it_in(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "考题.xlsx",
        [
            ["题号", "题型", "题目", "选项Ａ", "B", "正确答案", "段落", "评分要点"],
            [1, None, "增值税的基本税率是？", "13%", "6%", "ａ", None, None],
            [2, "单选题", "小规模纳税人的征收率是？", "13%", 0.03, "0.03", None, None],
            [
                3,
                "资料题",
                "限额是多少？",
                None,
                None,
                "350元\n每晚350元",
                "住宿费限额为每晚350元。",
                None,
            ],
            [None, None, None, None, None, None, None, None],
            [4, "写作题", "写一份通知", None, None, None, None, "有日期\n有落款"],
            [5, "多轮题", "年假几天？\n病假呢？", None, None, "3天", None, None],
        ],
    )
    found = {item.id: item for item in read_items(path).items}
    assert [found["1"].right, found["2"].right] == [("A",), ("B",)]
    assert found["3"].right == ("350元", "每晚350元")
    assert found["3"].passages == (ItemPassage(text="住宿费限额为每晚350元。"),)
    assert found["4"].rubric == ("有日期", "有落款")
    assert found["5"].questions == ("年假几天？", "病假呢？")


def test_the_template_takes_items_in_either_language(tmp_path: Path) -> None:
    for language, form in (("zh", "简答题"), ("en", "short")):
        path = tmp_path / f"{language}.xlsx"
        write_template(path, language)  # type: ignore[arg-type]
        with pytest.raises(InvalidRequestError, match="holds no items"):
            read_items(path)
        book = openpyxl.load_workbook(path)
        filled = book.worksheets[0]
        headings = [cell.value for cell in filled[1]]
        answer = headings.index("正确答案" if language == "zh" else "right")
        filled.cell(2, 1, "q1"), filled.cell(2, 2, form), filled.cell(2, 3, "几天？")
        filled.cell(2, answer + 1, 15)
        book.save(path)
        assert read_items(path).items[0].right == ("15",)


def test_a_file_in_gb18030_is_read(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(
        "编号,题型,题目,答案\n1,简答题,增值税的基本税率是多少？,百分之十三\n".encode("gb18030")
    )
    assert read_items(path).items[0].right == ("百分之十三",)


def test_every_mistake_is_told_by_its_line_and_nothing_is_taken(tmp_path: Path) -> None:
    good = {"id": "a", "form": "short", "questions": ["几天？"], "right": ["3"]}
    choice = {"id": "c", "form": "choice", "questions": ["?"], "options": ["x", "y"]}
    lines = [
        good,
        {**good, "id": "b", "right": []},
        {**good},
        {**choice, "right": ["A", "B"]},
        {**good, "id": "d", "answer": "3"},
        {**good, "id": "e", "form": "essay"},
        {"form": "short", "questions": ["几天？"], "right": ["3"]},
        {**choice, "right": ["C"]},
    ]
    path = tmp_path / "items.jsonl"
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n{broken\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRequestError) as refused:
        read_items(path)
    told = refused.value.message.split("\n")
    assert [line.split(": ")[0] for line in told] == [
        f"items.jsonl, line {number}" for number in (2, 3, 4, 5, 6, 7, 8, 9)
    ]
    for line, said in zip(
        told,
        [
            "`right`) is missing",
            "'a' stands at line 1",
            "2 options are called right",
            "no 'answer'",
        ],
        strict=False,
    ):
        assert said in line
    assert "Nothing was taken" in refused.value.remedy


def test_mistakes_in_a_sheet_are_told_by_its_row(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "s.xlsx",
        [
            ["id", "form", "question", "A", "B", "C", "right"],
            ["1", "choice", "?", "x", "y", None, "A,B"],
            ["2", "choice", "?", "x", None, "z", "A"],
            ["3", "short", "?", None, None, None, None],
        ],
    )
    with pytest.raises(InvalidRequestError) as refused:
        read_items(path)
    told = refused.value.message.split("\n")
    assert "Sheet, row 2: 2 options are called right" in told[0]
    assert "Sheet, row 3: option B is blank" in told[1]
    assert "Sheet, row 4: the right answer" in told[2]


def test_a_wrong_heading_is_told_once(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "question", "colour"]]
    path = sheet(tmp_path / "s.xlsx", rows + [[str(n), "?", "red"] for n in range(30)])
    with pytest.raises(InvalidRequestError, match=r"row 2: there is no column 'colour'.*29 more"):
        read_items(path)


def test_an_unknown_column_is_no_guess(tmp_path: Path) -> None:
    path = sheet(tmp_path / "s.xlsx", [["id", "question", "colour"], ["1", "?", "red"]])
    with pytest.raises(InvalidRequestError, match="no column 'colour'"):
        read_items(path)


def test_text_that_fits_no_cell_is_refused_before_it_is_cut(tmp_path: Path) -> None:
    item = ExamItem(id="long", form="short", questions=("长" * 40_000,), right=("1",))
    with pytest.raises(InvalidRequestError, match="long: a text of 40000"):
        write_exam(tmp_path / "x.xlsx", Exam(name="x", title="x", items=(item,)))
    assert not (tmp_path / "x.xlsx").exists()
