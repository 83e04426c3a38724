"""The glossary from the command line."""

from pathlib import Path
from typing import Any


def test_entries_are_added_listed_exported_imported_and_removed(
    company: Any, tmp_path: Path
) -> None:
    company.done("glossary", "add", "价格表", "报价单", "price list", "--note", "sales say so")
    company.done("glossary", "add", "员工手册", "红宝书", "--collection", "handbook")
    listed = company.done("glossary", "list", "--json").data
    assert listed[0] == {
        "name": "价格表",
        "aliases": ["报价单", "price list"],
        "collection": "",
        "note": "sales say so",
    }
    table = tmp_path / "words.csv"
    company.done("glossary", "export", str(table))
    company.done("glossary", "remove", "价格表")
    assert len(company.done("glossary", "list", "--json").data) == 1
    company.done("glossary", "import", str(table))
    assert company.done("glossary", "list", "--json").data[-2:] == [*listed]


def test_a_wrong_table_is_refused_with_its_line(company: Any, tmp_path: Path) -> None:
    table = tmp_path / "words.csv"
    table.write_text("name,aliases\n价格表,\n", encoding="utf-8")
    typed = company("glossary", "import", str(table))
    assert typed.code == 2
    assert "line 2" in typed.err
    assert company("glossary", "import", str(tmp_path / "none.csv")).code == 3
    assert company.done("glossary", "list", "--json").data == []


def test_members_add_nothing(company: Any) -> None:
    assert company("glossary", "add", "甲", "乙", "--as", "lina").code == 4
