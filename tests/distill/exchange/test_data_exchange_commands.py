"""`data import` and `data export` as a person types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from teaegg.app.cli.commands import data_exchange
from teaegg.app.cli.errors import reported


@pytest.fixture
def typed(tmp_path: Path) -> Callable[..., Result]:
    group = typer.Typer()
    group.command("import")(data_exchange.import_rows)
    group.command("export")(data_exchange.export_rows)

    def run(*words: str) -> Result:
        def whole() -> Result:
            return CliRunner().invoke(
                group,
                list(words),
                env={"TEAEGG_HOME": str(tmp_path / "home")},
                catch_exceptions=False,
            )

        with reported():
            return whole()

    return run


def test_a_table_comes_in_and_goes_out(typed: Callable[..., Result], tmp_path: Path) -> None:
    table = tmp_path / "faq.csv"
    table.write_text("问题,答案\n几天？,5天\n空,\n几天？,5天\n", encoding="gb18030")
    said = typed("import", str(table), "--dataset", "leave")
    assert "1 new rows; 1 were there before, 1 left out" in said.output.replace("\n", " ")
    assert "line 3: Its answer (答案) is empty." in said.output
    again = json.loads(typed("import", str(table), "--dataset", "leave", "--json").stdout)
    assert (again["added"], again["known"]) == (0, 2)
    out = tmp_path / "out" / "leave.jsonl"
    said = typed("export", "leave", "--form", "alpaca", "--out", str(out))
    assert "1 rows" in said.output and "dataset_info.json" in said.output
    assert json.loads(out.read_text(encoding="utf-8"))["instruction"] == "几天？"


def test_columns_are_named_by_options(typed: Callable[..., Result], tmp_path: Path) -> None:
    table = tmp_path / "faq.csv"
    table.write_text("甲,乙,丙\n几天？,5天,没有\n", encoding="utf-8")
    options = ["--question", "甲", "--answer", "乙", "--rejected", "丙"]
    typed("import", str(table), "--dataset", "leave", *options)
    out = tmp_path / "pairs.jsonl"
    typed("export", "leave", "--form", "preference", "--out", str(out))
    assert json.loads(out.read_text(encoding="utf-8"))["rejected"][0]["content"] == "没有"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("import", "none.csv", "--dataset", "leave"), 3),
        (("import", "none.csv", "--dataset", "../up"), 2),
        (("export", "leave", "--form", "alpaca", "--out", "x.jsonl"), 3),
    ],
)
def test_what_cannot_be_done_has_an_exit_code(
    typed: Callable[..., Result], words: tuple[str, ...], code: int
) -> None:
    with pytest.raises(typer.Exit) as caught:
        typed(*words)
    assert caught.value.exit_code == code
