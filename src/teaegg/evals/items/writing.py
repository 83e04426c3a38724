"""An exam as a file that reads back equal, and the sheet that people fill in."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.datavalidation import DataValidation

from teaegg.core.errors import InvalidRequestError, StorageError
from teaegg.core.exams import LETTERS, Exam, ExamItem
from teaegg.core.scenes import Language
from teaegg.evals.items.cells import (
    LONGEST_CELL,
    cell_of_passages,
    cell_of_text,
    cell_of_texts,
)
from teaegg.evals.items.columns import COLUMNS, Column, form_name, form_names, heading_of
from teaegg.store.lines import replace_content, write_text

WORKBOOK = ".xlsx"
_TEMPLATE_OPTIONS = 4
_FILLED_ROWS = 2000
_WIDTHS = {"question": 50, "passage": 50, "right": 24, "rubric": 30}
_HINTS: dict[Column, tuple[str, str]] = {
    "id": ("每题一个，不可重复", "one for each item, never twice"),
    "form": ("选择题可不填", "may be blank where there are options"),
    "question": ("多轮题每行一问", "multi_turn: one question a line"),
    "right": (
        "选择题填字母；其他题每行一个可接受的答案",
        "the letter of a choice; else every accepted answer, one a line",
    ),
    "passage": ("含有答案的原文", "the text in which the answer stands"),
    "document": (
        "出题所依据的文档；同一文档的题不是独立的",
        "what it was made from: items of one document are not independent",
    ),
    "rubric": ("写作题：每行一个要点", "drafting: one point a line"),
    "shape": ("格式题：JSON Schema 或 /正则/", "format: a JSON Schema, or /an expression/"),
    "kind": ("随意：报告按此分组", "as you like: reports count by it"),
    "source": ("题目从何而来", "where it came from"),
    "examines": (
        "不填则由题型决定；或：业务、依据、拒答、安全、通用",
        "blank: by its form; or exam, grounding, refusal, safety, general",
    ),
}


def write_exam(path: Path, exam: Exam) -> None:
    """As a workbook where `path` ends so, else as JSON lines with the exam itself in the first.

    Raises StorageError when the disk refuses, InvalidRequestError for text that no cell takes.
    """
    if path.suffix.lower() != WORKBOOK:
        write_text(path, exam_lines(exam))
        return
    options = max(len(item.options) for item in exam.items)
    book, sheet = _book(exam.language, options)
    for number, item in enumerate(exam.items, start=2):
        cells = _cells(item, exam.language)
        for at, name in enumerate(_names(options), start=1):
            _put(sheet.cell(number, at), cells.get(name, ""), item.id)
    head = book.create_sheet("exam")
    for at, (name, value) in enumerate(_head(exam).items(), start=1):
        head.cell(1, at, name)
        _put(head.cell(2, at), cell_of_text(str(value)), exam.name)
    _save(book, path)


def write_template(path: Path, language: Language) -> None:
    """A sheet with every column and a word on what belongs there. Raises StorageError."""
    book, sheet = _book(language, _TEMPLATE_OPTIONS)
    forms = DataValidation("list", formula1=f'"{",".join(form_names(language))}"', allow_blank=True)
    column = sheet.cell(1, 1 + COLUMNS.index("form")).column_letter
    forms.add(f"{column}2:{column}{_FILLED_ROWS}")
    sheet.add_data_validation(forms)
    _save(book, path)


def exam_lines(exam: Exam) -> str:
    """JSON lines: what the exam is, then an item a line, without what is not said of it."""
    head = {name: cell_of_text(v) if isinstance(v, str) else v for name, v in _head(exam).items()}
    items = (item.model_dump(mode="json", exclude_defaults=True) for item in exam.items)
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in (head, *items))


def _book(language: Language, options: int) -> tuple[Any, Any]:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = "items"
    for at, name in enumerate(_names(options), start=1):
        is_column = name in _HINTS
        cell = sheet.cell(1, at, heading_of(name, language) if is_column else name)
        cell.font = Font(bold=True)
        if is_column:
            cell.comment = Comment(_HINTS[name][language == "en"], "TeaEgg")
        sheet.column_dimensions[cell.column_letter].width = _WIDTHS.get(name, 14)
    sheet.freeze_panes = "B2"
    return book, sheet


def _names(options: int) -> list[Any]:
    """The columns in their order, those of the options behind the question."""
    behind = COLUMNS.index("question") + 1
    return [*COLUMNS[:behind], *LETTERS[:options], *COLUMNS[behind:]]


def _cells(item: ExamItem, language: Language) -> dict[str, str]:
    """Column → what stands in it for the item."""
    texts = ("id", "document", "shape", "kind", "source")
    cells = {name: cell_of_text(getattr(item, name)) for name in texts}
    is_dialogue = item.form == "multi_turn"
    return {
        **cells,
        "form": form_name(item.form, language),
        "question": cell_of_texts(item.questions)
        if is_dialogue
        else cell_of_text(item.questions[0]),
        # A blank cell would be no option.
        **{
            letter: cell_of_text(option) or 'json:""'
            for letter, option in zip(LETTERS, item.options, strict=False)
        },
        "right": cell_of_texts(item.right),
        "passage": cell_of_passages(item.passages),
        "rubric": cell_of_texts(item.rubric),
        "examines": item.examines or "",
    }


def _head(exam: Exam) -> dict[str, Any]:
    return exam.model_dump(mode="json", exclude={"items"})


def _put(cell: Any, text: str, name: str) -> None:
    """Text and nothing else: what begins with an equals sign is no formula."""
    if len(text) > LONGEST_CELL:
        raise InvalidRequestError(
            f"{name}: a text of {len(text)} characters fits no cell, which takes {LONGEST_CELL}.",
            remedy="Export to a .jsonl file.",
        )
    if text:
        cell.value = text
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _save(book: Any, path: Path) -> None:
    content = io.BytesIO()
    book.save(content)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_content(path, content.getvalue())
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {error.strerror or error}.",
            remedy="Free some space or name another file; what was there before is unchanged.",
        ) from error
