"""`teaegg readiness`: facts come from the records of the home, and the next step is named."""

import json
from pathlib import Path
from typing import Any

import pytest

SCENE = """\
name: leave
title: Leave adviser
asks: Our employees
problem: They want to know how many days of leave they have.
collections: [handbook]
language: en
rows: 10
owner: {owner}
"""


@pytest.fixture
def scene(tmp_path: Path) -> str:
    path = tmp_path / "leave.yaml"
    path.write_text(SCENE.format(owner="lina"), encoding="utf-8")
    return str(path)


def lines(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {line["demand"]: line for line in data["lines"]}


def bring_exam(company: Any, tmp_path: Path) -> None:
    items = [
        {"id": "1", "form": "short", "questions": ["Days of leave?"], "right": ["5"]},
        {"id": "2", "form": "refusal", "questions": ["When does the canteen open?"]},
    ]
    path = tmp_path / "leave-exam.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    company.done("exam", "import", str(path), "--scene", "leave")


def test_the_checklist_is_made_of_what_stands_in_the_records(
    company: Any, scene: str, tmp_path: Path
) -> None:
    bring_exam(company, tmp_path)
    company.done("exam", "sign", "leave-exam", "--item", "1")
    data = company.done("readiness", scene, "--json").data
    found = lines(data)
    assert found["documents"]["says"] == "1 documents can be read; 10 are wanted"
    assert found["readable"]["met"]
    assert found["owner"]["met"]
    assert found["exam"]["says"].startswith("1 signed items")
    assert "1 are unsigned" in found["refusal"]["says"]
    assert not found["signed"]["met"]
    assert data["next"] == found["documents"]["command"]
    assert 0 < data["score"] < 100


def test_an_owner_that_is_no_user_is_nobody(company: Any, tmp_path: Path) -> None:
    path = tmp_path / "leave.yaml"
    path.write_text(SCENE.format(owner="nobody-here"), encoding="utf-8")
    found = lines(company.done("readiness", str(path), "--json").data)
    assert not found["owner"]["met"]
    assert found["owner"]["command"] == "teaegg user add nobody-here"


def test_people_read_it_in_their_language_with_the_next_step(company: Any, scene: str) -> None:
    shown = company.done("readiness", scene).out
    assert shown.startswith("leave: ")
    assert "✓ The person who answers for the scene" in shown
    assert shown.rstrip().endswith("Next: teaegg learn FOLDER -c handbook")
    assert "下一步：" in company.done("readiness", scene, "--language", "zh").out


def test_a_scene_is_found_by_its_name_once_something_is_of_it(
    company: Any, scene: str, tmp_path: Path
) -> None:
    none = company("readiness", "leave")
    assert none.code != 0
    assert "There is no scene 'leave'" in none.err
    bring_exam(company, tmp_path)
    assert lines(company.done("readiness", "leave", "--json").data)["refusal"]


def test_only_owners_read_it(company: Any, scene: str) -> None:
    assert company("readiness", scene, "--as", "lina").code != 0
    assert company("readiness", "leave", "--as", "lina").code != 0
