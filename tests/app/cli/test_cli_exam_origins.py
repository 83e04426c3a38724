"""Exams of a company's own: of documents kept apart, of real questions; and what was taught shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.app.cli.conftest import CommandLine
from tests.app.cli.test_cli_datasets import SCENE, TRAVEL

SCENE_FILE = SCENE.replace("share: 0.3, items: 5", "share: 0.5, items: 12, pass_mark: 0.8")


@pytest.fixture
def home(company: CommandLine, tmp_path: Path) -> CommandLine:
    """The company, a second document beside its handbook, and a scene over both."""
    (tmp_path / "travel.md").write_text(TRAVEL, encoding="utf-8")
    company.done("learn", str(tmp_path / "travel.md"), "-c", "handbook", "--groups", "staff")
    (tmp_path / "rules.yaml").write_text(SCENE_FILE, encoding="utf-8")
    return company


def items_of(home: CommandLine, name: str) -> list[dict[str, object]]:
    return list(home.done("exam", "show", name, "--json").data["items"])


def answer(home: CommandLine, question: str) -> str:
    return str(home.done("ask", question, "--json").data["trace"])


def test_an_exam_is_made_of_the_documents_that_were_kept_apart(home: CommandLine) -> None:
    made = home.done("exam", "make", "rules.yaml", "--json").data
    assert made["items"] == made["unsigned"] > 3
    items = items_of(home, "rules")
    split = home.done("data", "show", "rules", "--stage", "split", "--count", "9", "--json").data
    apart = {each["document"] for each in split if each["side"] == "exam"}
    forms = {item["form"] for item in items}
    assert {"grounded", "refusal"} <= forms
    for item in items:
        passages = item["passages"]
        assert isinstance(passages, list)
        assert {passage["document"] for passage in passages} <= apart
        assert item["document"] in apart
        assert item["source"] == "held-out documents of rules"
    assert home.done("exam", "list", "--scene", "rules", "--json").data[0]["pass_mark"] == 0.8


def test_made_again_it_is_the_same_and_keeps_what_people_added(home: CommandLine) -> None:
    first = home.done("exam", "make", "rules.yaml", "--json").data
    assert home.done("exam", "make", "rules.yaml", "--json").data == first
    trace = answer(home, "住宿费限额是多少？")
    home.done("exam", "promote", trace, "--exam", "rules")
    again = home.done("exam", "make", "rules.yaml", "--dataset", "rules", "--json").data
    assert (again["version"], again["items"]) == (2, first["items"] + 1)


def test_forgetting_the_document_takes_its_items(home: CommandLine) -> None:
    home.done("exam", "make", "rules.yaml")
    document = items_of(home, "rules")[0]["document"]
    home.done("forget", str(document), "--yes")
    left = home.done("exam", "list", "--json").data
    told = json.dumps([items_of(home, each["name"]) for each in left])
    assert str(document) not in told


def test_a_real_question_is_taken_with_what_the_answer_quoted(home: CommandLine) -> None:
    trace = answer(home, "年假有几天？")
    made = home.done("exam", "promote", trace, "--exam", "real", "--json").data
    (item,) = items_of(home, "real")
    assert (item["form"], item["kind"], item["signed_by"]) == ("grounded", "real question", "")
    assert item["questions"] == ["年假有几天？"]
    assert "5天" in str(item["right"])
    assert any(p["gold"] and "年假5天" in p["text"] for p in item["passages"])  # type: ignore[attr-defined]
    assert made["item"] == item["id"]


def test_a_complaint_needs_what_is_right(home: CommandLine) -> None:
    trace = answer(home, "年假有几天？")
    refused = home("exam", "promote", trace, "--exam", "real", "--complaint", "答非所问")
    assert refused.code == 2
    assert "what would be right" in refused.err
    words = ("exam", "promote", trace, "--exam", "real", "--complaint", "答非所问")
    home.done(*words, "--right", "住宿费限额为每晚350元")
    (item,) = items_of(home, "real")
    assert (item["kind"], item["right"]) == ("real complaint", ["住宿费限额为每晚350元"])
    assert str(item["source"]).endswith(": 答非所问")
    gold = [p["text"] for p in item["passages"] if p["gold"]]  # type: ignore[attr-defined]
    assert all("350元" in text for text in gold)
    home.done(*words, "--nothing")
    (item,) = items_of(home, "real")
    assert (item["form"], item["right"]) == ("refusal", [])


def test_promoting_is_for_owners_and_for_traces_that_are_there(home: CommandLine) -> None:
    trace = answer(home, "年假有几天？")
    assert home("exam", "promote", trace, "--exam", "real", "--as", "lina").code == 4
    assert home("exam", "make", "rules.yaml", "--as", "lina").code == 4
    assert home("exam", "check", "real", "--as", "lina").code == 4
    assert "There is no trace" in home("exam", "promote", "nothing", "--exam", "real").err


def test_what_was_taught_is_shown_beside_what_taught_it(home: CommandLine) -> None:
    home.done("data", "make", "rules.yaml")
    rows = home.done("data", "show", "rules", "--kind", "lookup", "--count", "1", "--json").data
    home.done("exam", "make", "rules.yaml")
    clean = home.done("exam", "check", "rules")
    assert "0 of" in clean.err
    taught = {"id": "t", "form": "short", "questions": [question_of(rows[0])], "right": ["x"]}
    fresh = {"id": "f", "form": "short", "questions": ["食堂的开放时间由谁公布？"], "right": ["x"]}
    lines = "".join(f"{json.dumps(each)}\n" for each in (taught, fresh))
    Path("own.jsonl").write_text(lines, encoding="utf-8")
    home.done("exam", "import", "own.jsonl")
    found = home("exam", "check", "own", "--dataset", "rules", "--json")
    assert found.code == 1
    pairs = {pair["item"] for pair in found.data["pairs"]}
    assert pairs == {"t"}
    shown = home("exam", "check", "own")
    assert question_of(rows[0]) in shown.out
    assert "1 of 2 items were taught" in shown.err


def question_of(row: dict[str, list[dict[str, str]]]) -> str:
    return row["turns"][-1]["content"].rsplit("问题：", 1)[1]
