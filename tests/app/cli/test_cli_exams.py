"""`teaegg exam`: items come in whole or not at all, are reviewed and signed, and go out again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import openpyxl
import pytest
from tests.app.cli.conftest import CommandLine

ITEMS: list[dict[str, object]] = [
    {
        "id": "1",
        "form": "choice",
        "questions": ["基本税率？"],
        "options": ["13%", "6%"],
        "right": ["A"],
    },
    {"id": "2", "form": "short", "questions": ["年假几天？"], "right": ["5天"]},
    {"id": "3", "form": "refusal", "questions": ["食堂几点开？"]},
]


def lines(path: Path, *items: dict[str, object]) -> str:
    path.write_text("".join(f"{json.dumps(i, ensure_ascii=False)}\n" for i in items), "utf-8")
    return str(path)


@pytest.fixture
def home(company: CommandLine, tmp_path: Path) -> CommandLine:
    """The company with the exam `tax`."""
    company.done("exam", "import", lines(tmp_path / "tax.jsonl", *ITEMS), "--title", "税务")
    return company


def editor(path: Path, before: str, after: str) -> str:
    """An editor that replaces `before` in whatever it is given."""
    path.write_text(
        f"import pathlib, sys\np = pathlib.Path(sys.argv[1])\n"
        f"p.write_text(p.read_text('utf-8').replace({before!r}, {after!r}), 'utf-8')\n",
        encoding="utf-8",
    )
    return f"{sys.executable} {path}"


def test_an_exam_of_three_items_is_made_and_told_how_many_more_a_claim_takes(
    company: CommandLine, tmp_path: Path
) -> None:
    made = company.done("exam", "import", lines(tmp_path / "tax.jsonl", *ITEMS))
    assert "tax, version 1: 3 items, 3 unsigned." in made.out
    assert "exam: 2 items of 2 documents; to show a gain of 10 points takes about" in made.err
    short = company.done("exam", "import", str(tmp_path / "tax.jsonl"), "--json").data["too_few"]
    assert [(each["area"], each["items"]) for each in short] == [("exam", 2), ("refusal", 1)]
    assert all(each["needed"] > 100 for each in short)


def test_exams_are_listed_and_shown_with_their_keys(home: CommandLine) -> None:
    assert home.done("exam", "list", "--json").data[0]["unsigned"] == 3
    shown = home.done("exam", "show", "tax")
    assert "税务" in shown.out
    assert "A. 13%" in shown.out
    assert "3 items (1 choice, 1 short, 1 refusal), 3 of them unsigned" in shown.out
    one = home.done("exam", "show", "tax", "--item", "2", "--json").data
    assert [item["right"] for item in one["items"]] == [["5天"]]


def test_signed_items_are_told_apart_until_they_are_edited(
    home: CommandLine, tmp_path: Path
) -> None:
    home.done("exam", "sign", "tax", "--item", "1", "--item", "2")
    assert home.done("exam", "sign", "tax", "--all", "--json").data == {"signed": ["3"]}
    assert home.done("exam", "list", "--json").data[0]["unsigned"] == 0
    edit = editor(tmp_path / "edit.py", "5天", "6天")
    assert "version 2: 3 items, 1 unsigned" in home.done("exam", "edit", "tax", EDITOR=edit).out
    unsigned = home.done("exam", "show", "tax", "--unsigned", "--json").data
    assert [item["id"] for item in unsigned["items"]] == ["2"]
    first = home.done("exam", "show", "tax", "--version", "1", "--unsigned", "--json").data
    assert first["items"] == []
    assert home.done("exam", "unsign", "tax", "--item", "1", "--json").data == {"unsigned": 1}


def test_an_unchanged_file_makes_no_version(home: CommandLine, tmp_path: Path) -> None:
    edit = editor(tmp_path / "edit.py", "never there", "")
    assert "Nothing was changed" in home.done("exam", "edit", "tax", EDITOR=edit).err
    assert home.done("exam", "list", "--json").data[0]["version"] == 1


def test_a_mistake_in_the_editor_keeps_nothing(home: CommandLine, tmp_path: Path) -> None:
    refused = home("exam", "edit", "tax", EDITOR=editor(tmp_path / "edit.py", '"5天"', ""))
    assert refused.code != 0
    assert "tax.jsonl, line 3: the right answer" in refused.err
    assert home.done("exam", "list", "--json").data[0]["version"] == 1


def test_whoever_edits_what_has_changed_meanwhile_is_told(
    home: CommandLine, tmp_path: Path
) -> None:
    """The editor itself imports another version before it ends: as a colleague would."""
    other = lines(tmp_path / "other.jsonl", *ITEMS[:2])
    script = tmp_path / "slow.py"
    script.write_text(
        "import pathlib, sys\n"
        "from tests.app.cli.conftest import CommandLine\n"
        f"home = CommandLine(pathlib.Path({str(home.home)!r}))\n"
        f"home.done('exam', 'import', {other!r}, '--name', 'tax')\n"
        "p = pathlib.Path(sys.argv[1])\n"
        "p.write_text(p.read_text('utf-8').replace('5天', '7天'), 'utf-8')\n",
        encoding="utf-8",
    )
    root = Path(__file__).parents[3]
    paths = f"{root / 'src'}:{root}"
    late = home("exam", "edit", "tax", EDITOR=f"env PYTHONPATH={paths} {sys.executable} {script}")
    assert late.code != 0
    assert "has been changed meanwhile" in late.err
    shown = home.done("exam", "show", "tax", "--json").data
    assert (shown["version"], len(shown["items"])) == (2, 2)


def test_an_exam_goes_out_and_comes_back_as_the_same_version(home: CommandLine) -> None:
    before = home.done("exam", "list", "--json").data
    for file in ("out.jsonl", "out.xlsx"):
        home.done("exam", "export", "tax", "--out", file)
        home.done("exam", "import", file)
        assert home.done("exam", "list", "--json").data == before


def test_an_exam_is_set_back_by_importing_what_an_earlier_version_said(home: CommandLine) -> None:
    before = home.done("exam", "show", "tax", "--json").data
    home.done("exam", "export", "tax", "--out", "first.jsonl")
    home.done("exam", "import", "tax.jsonl", "--title", "new")
    assert home.done("exam", "show", "tax", "--json").data["title"] == "new"
    assert "tax, version 3" in home.done("exam", "import", "first.jsonl").out
    back = home.done("exam", "show", "tax", "--json").data
    assert (back["version"], back["title"], back["id"]) == (3, before["title"], before["id"])
    assert home.done("exam", "show", "tax", "--version", "2", "--json").data["title"] == "new"


def test_a_sheet_is_written_filled_in_and_taken(company: CommandLine, tmp_path: Path) -> None:
    company.done("exam", "new", "leave.xlsx")
    again = company("exam", "new", "leave.xlsx")
    assert again.code != 0
    assert "is there already" in again.err
    book = openpyxl.load_workbook(tmp_path / "leave.xlsx")
    for at, text in enumerate(("1", "", "年假几天？", "5天", "10天"), start=1):
        book.worksheets[0].cell(2, at, text)
    book.worksheets[0].cell(2, 8, "A")
    book.save(tmp_path / "leave.xlsx")
    company.done("exam", "import", "leave.xlsx", "--title", "年假", "--pass-mark", "0.8")
    shown = company.done("exam", "show", "leave", "--json").data
    assert (shown["title"], shown["pass_mark"]) == ("年假", 0.8)
    assert shown["items"][0]["options"] == ["5天", "10天"]


def test_a_published_set_is_taken_by_its_name(company: CommandLine, tmp_path: Path) -> None:
    row = {"id": "x/1", "subject": "tax", "question": "？", "A": "1", "B": "2", "C": "3", "D": "4"}
    file = lines(
        tmp_path / "val.jsonl", {**row, "answer": "B"}, {**row, "id": "x/2", "answer": None}
    )
    made = company.done("exam", "import", file, "--set", "ceval", "--name", "tax", "--json").data
    assert made["items"] == 1
    assert made["left_out"] == ["val.jsonl, line 2: it has no answer."]
    assert "to examine only" in company.done("exam", "show", "tax").out


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("show", "tax"),
        ("sign", "tax", "--all"),
        ("unsign", "tax", "--all"),
        ("export", "tax", "--out", "x.jsonl"),
        ("edit", "tax"),
        ("import", "tax.jsonl"),
    ],
)
def test_only_owners_see_exams(home: CommandLine, words: tuple[str, ...]) -> None:
    there = home("exam", *words, "--as", "lina")
    other = home("exam", *(w.replace("tax", "nothing") for w in words), "--as", "lina")
    assert there.code == 4
    assert "only owners" in there.err
    if words[0] != "import":
        assert other.err == there.err


def test_what_is_not_there_or_not_said_is_told(home: CommandLine) -> None:
    assert "There is no exam nothing" in home("exam", "show", "nothing").err.replace("'", "")
    assert "of version 7" in home("exam", "show", "tax", "--version", "7").err
    assert "has no item '9'" in home("exam", "sign", "tax", "--item", "9").err
    assert "It is not said which items" in home("exam", "sign", "tax").err
    assert "makes no exam" in home("exam", "import", "tax.jsonl", "--name", "No Name").err
