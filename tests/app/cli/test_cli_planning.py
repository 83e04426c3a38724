"""`teaegg plan`: for those who may, of what they read, with wrong wishes refused before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.app.cli.conftest import CommandLine
from tests.distill.planning.planning_parts import MACHINE

from teaegg.distill.planning.keeping import PlanFiles
from teaegg.distill.planning.machine import machine_key
from teaegg.distill.recipe import Recipe
from teaegg.models.local import bundled_model, fingerprint

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


@pytest.fixture(scope="session")
def key() -> str:
    """Under which the probe of this machine is kept."""
    return machine_key(fingerprint(bundled_model()), Recipe(), "zh", threads=0)


@pytest.fixture
def home(company: CommandLine, tmp_path: Path, key: str) -> CommandLine:
    """The company with editors of the handbook (xia) and of other things (fang), a scene, and a
    machine that was measured before."""
    (tmp_path / "travel.md").write_text(TRAVEL, encoding="utf-8")
    company.done("learn", str(tmp_path / "travel.md"), "-c", "handbook", "--groups", "staff")
    company.done("user", "add", "xia", "--role", "editor", "--groups", "staff", "--no-password")
    company.done("user", "add", "fang", "--role", "editor", "--groups", "finance", "--no-password")
    (tmp_path / "rules.yaml").write_text(SCENE, encoding="utf-8")
    PlanFiles(company.home / "planning").keep_probe(MACHINE.model_copy(update={"key": key}))
    return company


def test_a_plan_says_what_is_taken_and_how_it_is_known(home: CommandLine) -> None:
    told = home.done(
        "plan", "rules.yaml", "--hour-price", "2", "--general-price", "2,8", "--escalation", "0.2"
    )
    for said in ("Rows", "Training", "1,000 questions", "probe", "USD", "Price of the machine"):
        assert said in told.out
    assert "short by" in told.err
    assert (home.home / "planning" / "plans").is_dir()
    assert not (home.home / "datasets").exists(), "nothing was made"


def test_a_plan_as_json_has_every_figure_with_its_range(home: CommandLine) -> None:
    plan = home.done("plan", "rules.yaml", "--json").data
    figures = {figure["key"]: figure for figure in plan["figures"]}
    assert {"rows", "teacher_price", "training_seconds", "questions_price"} <= figures.keys()
    assert figures["training_seconds"]["source"] == "probe"
    assert plan["recipe"]["minutes"] == 20
    assert plan["pilots"] is None
    asked = home.done("plan", "rules.yaml", "--rows", "10", "--minutes", "3", "--json").data
    assert asked["rows"] == 10
    assert asked["recipe"]["minutes"] == 3


def test_an_editor_plans_of_what_they_read_and_a_member_does_not(home: CommandLine) -> None:
    home.done("plan", "rules.yaml", "--as", "xia")
    assert home("plan", "rules.yaml", "--as", "lina").code == 4
    other = home("plan", "rules.yaml", "--as", "fang")
    assert other.code == 3
    assert "There is no collection handbook" in other.err


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--gain", "2"), "gain"),
        (("--power", "0"), "power"),
        (("--escalation", "1.5"), "passed on"),
        (("--hour-price", "-1"), "price of -1"),
        (("--general-price", "cheap"), "'cheap' is no price"),
        (("--teacher-price", "-2,8"), "price of -2"),
    ],
)
def test_what_cannot_be_wished_for_is_named(
    home: CommandLine, words: tuple[str, ...], named: str
) -> None:
    typed = home("plan", "rules.yaml", *words)
    assert typed.code not in (0, 1)
    assert named in typed.err
    assert not (home.home / "planning" / "plans").exists()


def test_a_wrong_scene_file_and_a_scene_without_an_expert_are_told(
    home: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "wrong.yaml").write_text(SCENE.replace("rows: 20", "rows: many"), encoding="utf-8")
    assert "wrong.yaml" in home("plan", "wrong.yaml").err
    typed = home("plan", "rules.yaml", "--actual")
    assert typed.code == 3
    assert "teaegg distill" in typed.err
