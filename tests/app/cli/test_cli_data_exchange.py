"""`data import`, `data export` and a larger teacher, as a person types them."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _server() -> ModuleType:
    path = Path(__file__).parents[2] / "distill" / "teachers" / "teaching_server.py"
    spec = importlib.util.spec_from_file_location("teaching_server_of_the_command_line", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


teaching = _server()
SCENE = """name: leave
title: 休假
asks: 员工
problem: 休假有几天
collections: [handbook]
language: zh
rows: 20
"""
TRAVEL = """# 差旅制度

住宿费限额为每晚350元。超过限额的，由部门经理批准。

报销单应当在返回后15个工作日内提交。逾期不提交的，应当书面说明原因。
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "faq.csv"
    path.write_text("问题,答案\n几天？,5天\n空,\n几天？,5天\n", encoding="gb18030")
    return path


def test_a_table_comes_in_and_goes_out(company: Any, table: Path, tmp_path: Path) -> None:
    said = company.done("data", "import", str(table), "--dataset", "leave")
    assert "1 new rows; 1 were there before, 1 left out" in " ".join(said.err.split())
    assert "line 3: Its answer (答案) is empty." in said.err
    again = company.done("data", "import", str(table), "--dataset", "leave", "--json").data
    assert (again["added"], again["known"]) == (0, 2)
    out = tmp_path / "out" / "leave.jsonl"
    said = company.done("data", "export", "leave", "--form", "alpaca", "--out", str(out))
    assert "1 rows" in said.err and "dataset_info.json" in said.err
    assert json.loads(out.read_text(encoding="utf-8"))["instruction"] == "几天？"


def test_columns_are_named_by_options(company: Any, tmp_path: Path) -> None:
    table = tmp_path / "faq.csv"
    table.write_text("甲,乙,丙\n几天？,5天,没有\n", encoding="utf-8")
    options = ["--question", "甲", "--answer", "乙", "--rejected", "丙"]
    company.done("data", "import", str(table), "--dataset", "leave", *options)
    out = tmp_path / "pairs.jsonl"
    company.done("data", "export", "leave", "--form", "preference", "--out", str(out))
    assert json.loads(out.read_text(encoding="utf-8"))["rejected"][0]["content"] == "没有"


def test_what_was_brought_is_for_owners(company: Any, table: Path, tmp_path: Path) -> None:
    """Nobody knows whose documents such rows tell of."""
    company.done("user", "add", "editor", "--role", "editor", "--groups", "staff", "--no-password")
    assert company("data", "import", str(table), "--dataset", "leave", "--as", "editor").code == 4
    company.done("data", "import", str(table), "--dataset", "leave")
    out = ["--form", "messages", "--out", str(tmp_path / "x.jsonl")]
    assert company("data", "export", "leave", *out, "--as", "editor").code == 3
    assert company("data", "export", "leave", *out, "--as", "lina").code == 4
    assert company("data", "list", "--as", "editor", "--json").data == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("import", "none.csv", "--dataset", "leave"), 3),
        (("import", "faq.csv", "--dataset", "../up"), 2),
        (("export", "leave", "--form", "alpaca", "--out", "x.jsonl"), 3),
    ],
)
def test_what_cannot_be_done_has_an_exit_code(
    company: Any, table: Path, words: tuple[str, ...], code: int
) -> None:
    assert company("data", *words).code == code


def test_a_larger_teacher_makes_rows_and_is_not_paid_twice(company: Any, tmp_path: Path) -> None:
    scene = tmp_path / "leave.yaml"
    scene.write_text(SCENE, encoding="utf-8")
    with teaching.teaching_server(teaching.right) as server:
        environment = {
            "TEAEGG_TEACHER__ENGINE": "endpoint",
            "TEAEGG_TEACHER__BASE_URL": server.base_url,
            "TEAEGG_TEACHER__MODEL": "large",
            "TEAEGG_TEACHER__PRICE_IN_PER_MILLION": "2",
        }
        said = company("data", "make", str(scene), **environment)
        assert "tokens sent" in said.err, said.err
        paid = server.calls
        assert paid > 0
    folder = company.home / "datasets" / "leave"
    manifest = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    assert manifest["egress"]["place"] == "machine"
    assert manifest["egress"]["collections"] == ["handbook"]
    answers = (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(answers) == paid
    # Without the teacher the same is repeated from the recording.
    for stage in folder.glob("*asked*"):
        stage.unlink()
    again = company("data", "make", str(scene), TEAEGG_TEACHER__ENGINE="recorded")
    assert "Nothing is recorded" not in again.err


def test_passages_leave_only_where_the_settings_say_so(company: Any, tmp_path: Path) -> None:
    scene = tmp_path / "leave.yaml"
    scene.write_text(SCENE, encoding="utf-8")
    outside = {
        "TEAEGG_TEACHER__ENGINE": "endpoint",
        "TEAEGG_TEACHER__BASE_URL": "https://192.0.2.1/v1",
        "TEAEGG_TEACHER__MODEL": "large",
    }
    said = company("data", "make", str(scene), **outside)
    assert said.code == 4
    assert "passages of handbook may not leave" in " ".join(said.err.split())
    assert "teacher.may_leave" in said.err


def test_imported_rows_are_learned_or_left_out_with_the_reason(
    company: Any, tmp_path: Path
) -> None:
    (tmp_path / "travel.md").write_text(TRAVEL, encoding="utf-8")
    company.done("learn", str(tmp_path / "travel.md"), "-c", "handbook", "--groups", "staff")
    (tmp_path / "leave.yaml").write_text(f"{SCENE}exam: {{share: 0}}\n", encoding="utf-8")
    table = tmp_path / "faq.csv"
    table.write_text(
        "问题,答案\n出差住宿一晚能报多少钱？,您好，住宿费限额为每晚350元。\n公司在哪？,上海市浦东新区\n",
        encoding="utf-8",
    )
    company.done("data", "import", str(table), "--dataset", "leave")
    company.done("data", "make", "leave.yaml")
    counted = company.done("data", "stats", "leave", "--json").data
    reason = "no document that may be read says its answer"
    assert counted["imported"] == {"brought": 2, "used": 1, "left_out": {reason: 1}}
    assert counted["kinds"]["imported"] == 1
    said = company.done("data", "stats", "leave").out
    assert "Imported: 2 rows, 1 of them used, 1 left out." in said and f"1: {reason}" in said
    assert "Imported: 2 rows" in company.done("data", "make", "leave.yaml").out
