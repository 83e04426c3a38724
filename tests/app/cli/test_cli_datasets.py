"""`teaegg data`: made by those who may, of what they may read, and shown to nobody else."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from tests.app.cli.conftest import CommandLine

from teaegg.distill.rows import read_rows

TRAVEL = """# 差旅制度

## 住宿

住宿费限额为每晚350元。超过限额的，由部门经理批准。员工不得使用他人发票报销。

## 报销

报销单应当在返回后15个工作日内提交。逾期不提交的，应当书面说明原因。
"""
SCENE = """name: rules
title: 制度助手
asks: 员工
problem: 查制度
collections: [handbook]
rows: 20
exam: {share: 0.3, items: 5}
"""


@pytest.fixture
def home(company: CommandLine, tmp_path: Path) -> CommandLine:
    """The company, an editor of the handbook (xia), and a scene over it."""
    (tmp_path / "travel.md").write_text(TRAVEL, encoding="utf-8")
    company.done("learn", str(tmp_path / "travel.md"), "-c", "handbook", "--groups", "staff")
    company.done("user", "add", "xia", "--role", "editor", "--groups", "staff", "--no-password")
    company.done("user", "add", "fang", "--role", "editor", "--groups", "finance", "--no-password")
    (tmp_path / "rules.yaml").write_text(SCENE, encoding="utf-8")
    return company


def rows_of(home: CommandLine) -> Path:
    return home.home / "datasets" / "rules" / "rows.jsonl"


def test_a_dataset_is_made_listed_shown_and_counted(home: CommandLine) -> None:
    made = home.done("data", "make", "rules.yaml", "--json").data
    assert made["rows"] == len(list(read_rows(rows_of(home)))) > 3
    assert "rows and" in home.done("data", "make", "rules.yaml").out
    assert [item["name"] for item in home.done("data", "list", "--json").data] == ["rules"]
    assert "rules" in home.done("data", "list").out
    shown = home.done("data", "show", "rules", "--kind", "unanswerable")
    assert "资料中没有说明" in shown.out
    assert "Proof:" in home.done("data", "show", "rules", "--stage", "clean").out
    assert "training" in home.done("data", "show", "rules", "--stage", "split").out
    counted = home.done("data", "stats", "rules", "--json").data
    assert counted["records"]["rows"] == made["rows"]
    assert "median" in home.done("data", "stats", "rules").out


def test_an_editor_makes_of_what_they_read_and_a_member_makes_nothing(home: CommandLine) -> None:
    assert home("data", "make", "rules.yaml", "--as", "lina").code == 4
    other = home("data", "make", "rules.yaml", "--as", "fang")
    assert other.code == 3
    assert "There is no collection handbook" in other.err
    home.done("data", "make", "rules.yaml", "--as", "xia")
    told = "".join(path.read_text(encoding="utf-8") for path in rows_of(home).parent.iterdir())
    assert "968元" not in told
    assert "成本价" not in told


def test_somebody_elses_dataset_is_not_there(home: CommandLine) -> None:
    home.done("data", "make", "rules.yaml")
    nothing = home("data", "show", "nothing", "--as", "fang")
    hidden = home("data", "show", "rules", "--as", "fang")
    assert hidden.code == nothing.code == 3
    assert hidden.err == nothing.err.replace("nothing", "rules")
    assert home.done("data", "list", "--json", "--as", "fang").data == []
    assert home("data", "list", "--as", "lina").code == 4
    assert [d["name"] for d in home.done("data", "list", "--json", "--as", "xia").data] == ["rules"]
    for words in (("stats", "rules"), ("edit", "rules", "x", "--drop")):
        assert home("data", *words, "--as", "fang").code == 3


def test_a_document_that_is_taken_from_an_editor_takes_the_dataset_too(home: CommandLine) -> None:
    home.done("data", "make", "rules.yaml", "--as", "xia")
    home.done("revoke", "group:staff", "collection:handbook")
    assert home("data", "show", "rules", "--as", "xia").code == 3


@pytest.mark.parametrize("name", ["../x", "a/b", "", "A", "."])
def test_a_name_leads_nowhere_else(home: CommandLine, name: str) -> None:
    assert home("data", "show", name).code == 2


def test_a_row_is_changed_by_option_and_dropped(home: CommandLine) -> None:
    home.done("data", "make", "rules.yaml")
    first, second, *_ = read_rows(rows_of(home))
    home.done("data", "edit", "rules", first.id, "--set", "answer=改过=了")
    home.done("data", "edit", "rules", second.id, "--drop")
    after = list(read_rows(rows_of(home)))
    assert after[0].answer == "改过=了"
    assert second.id not in {row.id for row in after}
    assert home("data", "edit", "rules", first.id, "--set", "kind=poem").code == 2
    assert home("data", "edit", "rules", "--drop").code == 2
    kept = home.done("data", "make", "rules.yaml", "--json").data
    assert kept["edited"] == ["rows"]
    assert kept["rows"] == len(after)


def editor(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_row_and_a_file_are_changed_in_ones_own_editor(home: CommandLine, tmp_path: Path) -> None:
    home.done("data", "make", "rules.yaml")
    first = next(iter(read_rows(rows_of(home))))
    change = editor(
        tmp_path / "change", 'sed -i "s/\\"answer\\": .*/\\"answer\\": \\"人写的\\",/" "$1"'
    )
    home.done("data", "edit", "rules", first.id, EDITOR=change)
    assert next(iter(read_rows(rows_of(home)))).answer == "人写的"
    shorten = editor(tmp_path / "shorten", 'sed -i 1d "$1"')
    before = len(list(read_rows(rows_of(home))))
    home.done("data", "edit", "rules", VISUAL=shorten)
    assert len(list(read_rows(rows_of(home)))) == before - 1
    spoil = editor(tmp_path / "spoil", 'echo "{}" >> "$1"')
    content = rows_of(home).read_bytes()
    spoiled = home("data", "edit", "rules", VISUAL=spoil)
    assert spoiled.code == 2
    assert f"rows.jsonl, line {before}" in spoiled.err
    for command in (editor(tmp_path / "fail", "exit 1"), "/no/such/editor", ""):
        assert home("data", "edit", "rules", VISUAL=command, EDITOR=command).code == 2
    assert rows_of(home).read_bytes() == content


def test_an_unknown_collection_and_a_wrong_scene_are_told(home: CommandLine) -> None:
    Path("rules.yaml").write_text(SCENE.replace("handbook", "nowhere"), encoding="utf-8")
    assert "There is no collection nowhere" in home("data", "make", "rules.yaml").err
    Path("rules.yaml").write_text(SCENE + "rowz: 3\n", encoding="utf-8")
    wrong = home("data", "make", "rules.yaml")
    assert wrong.code == 2
    assert "rules.yaml, line 8, column 1" in wrong.err


def test_the_base_can_be_quizzed_first(home: CommandLine) -> None:
    """The stand-in has nothing to say, so the quiz fails as a model does; what was done stays."""
    assert home("data", "make", "rules.yaml", "--quiz", "3").code == 7
    assert json.loads((rows_of(home).parent / "dataset.json").read_text())["stages"]["clean"]
