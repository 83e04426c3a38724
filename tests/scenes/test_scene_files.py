"""A scene file says where it is wrong: file, line, column, what was expected and what to do."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from teaegg.app.cli import application
from teaegg.core.errors import ConflictError, InvalidRequestError
from teaegg.core.scenes import KindShare, Scene
from teaegg.scenes.example import example_scene, write_example
from teaegg.scenes.reading import parse_scene, read_scene
from teaegg.scenes.schema import SCHEMA

ROOT = Path(__file__).parents[2]
GOOD = """name: tax
title: 税务顾问
asks: 会计
problem: 查税法
collections: [法律法规]
"""


def refused(text: str) -> str:
    with pytest.raises(InvalidRequestError) as caught:
        parse_scene(text.encode(), "场景.yaml")
    return str(caught.value)


def test_what_is_left_out_takes_its_usual_value() -> None:
    scene = parse_scene(GOOD.encode(), "x.yaml")
    assert scene == Scene("tax", "税务顾问", "会计", "查税法", ("法律法规",))
    assert scene.exam.share == 0.2
    assert scene.data.distractors == 3


def test_everything_that_may_be_written_is_read() -> None:
    scene = parse_scene(
        (
            GOOD
            + "language: en\nstyle: Be short.\nrows: 50\n"
            + "exam: {share: 0, items: 7, pass_mark: 1, seed: 9}\n"
            + "data:\n  kinds: {lookup: 3, table: 0.5}\n  distractors: 4\n"
            + "  personal_data: drop\n  known_share: 0\n"
        ).encode(),
        "x.yaml",
    )
    assert (scene.language, scene.style, scene.rows) == ("en", "Be short.", 50)
    assert (scene.exam.share, scene.exam.items, scene.exam.seed) == (0, 7, 9)
    assert scene.data.kinds == (KindShare("lookup", 3.0), KindShare("table", 0.5))
    assert (scene.data.personal_data, scene.data.known_share) == ("drop", 0)


@pytest.mark.parametrize(
    ("added", "place", "told"),
    [
        ("colections: [a]\n", "line 6, column 1", "Did you mean collections?"),
        ("rows: viele\n", "line 6, column 7", "expected a whole number"),
        ("rows: 0\n", "line 6, column 7", "expected 1 to 1000000"),
        ("rows: 2026-01-01\n", "line 6, column 7", "expected a whole number"),
        ("rows: .inf\n", "line 6, column 7", "expected a whole number"),
        ("exam:\n  share: .nan\n", "line 7, column 10", "expected a number"),
        ("language: fr\n", "line 6, column 11", "expected one of zh, en"),
        ("exam:\n  share: 1.5\n", "line 7, column 10", "expected 0 to 0.9"),
        ("exam:\n  shares: 0.5\n", "line 7, column 3", "Did you mean share?"),
        ("data:\n  kinds:\n    looking: 3\n", "line 8, column 5", "data.kinds has no key"),
        ("style:\n", "line 6, column 1", "expected a text"),
        ("title: 又一个\n", "line 6, column 1", "Name every key once."),
        ("rows: [1\n", "line 7, column 1", "Check indentation"),
        ("rows: true\n", "line 6, column 7", "expected a whole number"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_remedy(added: str, place: str, told: str) -> None:
    message = refused(GOOD + added)
    assert message.startswith(f"场景.yaml, {place}")
    assert told in message


def test_a_missing_key_is_told_with_its_meaning() -> None:
    message = refused(GOOD.replace("asks: 会计\n", ""))
    assert "the key asks is missing" in message
    assert "Who asks." in message


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    message = refused(GOOD + "rows: x\nlanguage: fr\nfoo: 1\n")
    assert message.index("line 6") < message.index("line 7") < message.index("line 8")


@pytest.mark.parametrize("name", ["", "Tax", "税务", "a b", "-a", "../a", "a" * 70])
def test_a_name_that_cannot_be_typed_is_refused(name: str) -> None:
    assert "name is" in refused(GOOD.replace("name: tax", f"name: '{name}'"))


@pytest.mark.parametrize("text", ["", "- a\n", "just words", "42"])
def test_what_is_no_scene_at_all_is_said_so(text: str) -> None:
    assert "expected a scene" in refused(text)


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system [ls]\n", "a: &a [*a]\n", "? [x]\n: y\n", "{: 1}\n"]
)
def test_tricks_of_the_language_do_no_harm(text: str) -> None:
    refused(text)
    refused(GOOD + text)


def test_other_encodings_and_whole_books_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(InvalidRequestError, match="line 2: this is not UTF-8"):
        read_scene(path)
    path.write_bytes(b"#" * 300_000)
    with pytest.raises(InvalidRequestError, match="at most"):
        read_scene(path)
    with pytest.raises(InvalidRequestError, match="teaegg scene new"):
        read_scene(tmp_path / "none.yaml")


@given(st.text(max_size=300))
def test_no_text_gets_anything_but_a_scene_or_a_refusal(text: str) -> None:
    for tried in (text, GOOD + text, GOOD.replace("查税法", text)):
        try:
            parse_scene(tried.encode("utf-8", "surrogatepass"), "x.yaml")
        except InvalidRequestError as error:
            assert error.remedy or "UTF-8" in str(error)


@given(
    st.text("abcz09", min_size=1, max_size=20),
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40),
    st.integers(1, 10_000),
    st.floats(0, 0.9, allow_nan=False),
)
def test_what_is_written_is_what_is_read(name: str, title: str, rows: int, share: float) -> None:
    values = {"name": name, "title": title, "asks": "我", "problem": "查", "collections": [title]}
    text = json.dumps({**values, "rows": rows, "exam": {"share": share}}, ensure_ascii=False)
    scene = parse_scene(text.encode(), "x.yaml")
    assert (scene.name, scene.title, scene.rows) == (name, title, rows)
    assert scene.exam.share == share


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_example_is_right_and_its_comments_name_every_kind(language: str) -> None:
    text = example_scene("my-scene", language, ["制度: 甲"])  # type: ignore[arg-type]
    scene = parse_scene(text.encode(), "x.yaml")
    assert (scene.name, scene.language, scene.collections) == ("my-scene", language, ("制度: 甲",))
    for kind in SCHEMA["properties"]["data"]["properties"]["kinds"]["properties"]:
        assert f"{kind}: " in text


def test_an_example_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write_example(path, "mine")
    with pytest.raises(ConflictError):
        write_example(path, "other")
    assert path.read_text() == "mine"


def test_the_demo_companys_scene_asks_for_collections_that_it_has() -> None:
    scene = read_scene(ROOT / "demo/scenes/staff-adviser.yaml")
    company = tomllib.loads((ROOT / "demo/company/company.toml").read_text(encoding="utf-8"))
    assert set(scene.collections) <= {item["name"] for item in company["collection"]}


def test_the_commands_write_check_and_show_the_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert runner.invoke(application, ["scene", "new", "tax", "-c", "财务"]).exit_code == 0
    checked = runner.invoke(application, ["scene", "check", "tax.yaml", "--json"])
    assert json.loads(checked.stdout)["collections"] == ["财务"]
    assert "tax" in runner.invoke(application, ["scene", "check", "tax.yaml"]).stdout
    assert json.loads(runner.invoke(application, ["scene", "schema"]).stdout) == SCHEMA
    Path("tax.yaml").write_text("name: tax\n", encoding="utf-8")
    wrong = runner.invoke(application, ["scene", "check", "tax.yaml"])
    assert wrong.exit_code == 2
    assert "tax.yaml, line 1" in wrong.stderr
